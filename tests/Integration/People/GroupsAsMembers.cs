using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ServerlessDrives.Tests.Integration.Connecting;
using ServerlessDrives.Tests.Integration.Files;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.People;

/// <summary>Workspaces that admit groups of the identity provider's.</summary>
[Collection(RunningApp.Name)]
public sealed class GroupsAsMembers(RunningApp running) : IAsyncLifetime
{
    private const string Adjusters = "33333333-3333-4333-8333-333333333333";
    private const string Leads = "44444444-4444-4444-8444-444444444444";

    private readonly EmbeddedApp _app = running.App;
    private HttpClient _ada = null!;
    private string _workspace = "";

    private string Groups => $"/api/workspaces/{_workspace}/groups";

    public async ValueTask InitializeAsync()
    {
        _ada = await _app.SignInAsync("ada");
        var made = await _ada.PostAsync("/api/workspaces", new { name = Connections.Unique("groups") }, HttpStatusCode.Created);
        _workspace = made.Text("id");
    }

    public ValueTask DisposeAsync()
    {
        _ada.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_group_is_admitted_changed_listed_and_taken_out()
    {
        var group = $"{Groups}/{Adjusters.ToUpperInvariant()}";
        var added = await _ada.SendAsync(HttpMethod.Put, group, new { role = "member" }, HttpStatusCode.OK);
        added.Text("groupId").ShouldBe(Adjusters);
        added.Text("name").ShouldBe("Claims adjusters", "as the directory calls it");
        var renamed = await _ada.SendAsync(HttpMethod.Put, group, new { role = "manager", name = " Adjusters " }, HttpStatusCode.OK);
        renamed.Text("name").ShouldBe("Adjusters");
        var unnamed = Guid.NewGuid().ToString();
        (await _ada.SendAsync(HttpMethod.Put, $"{Groups}/{unnamed}", new { role = "member" }, HttpStatusCode.OK))["name"].ShouldBeNull();

        var listed = (await _ada.GetAsync(Groups, HttpStatusCode.OK))["items"]!.AsArray();
        listed.Select(item => item!.Text("groupId")).ShouldBe([Adjusters, unnamed], ignoreOrder: true);
        (await _ada.GetAsync(group, HttpStatusCode.OK)).ToJsonString().ShouldBe(renamed.ToJsonString());
        await _ada.SendAsync(HttpMethod.Put, group, new { role = "member" }, HttpStatusCode.PreconditionFailed, ("If-Match", "\"old\""));
        await _ada.SendAsync(HttpMethod.Delete, group, null, HttpStatusCode.NoContent);
        await _ada.SendAsync(HttpMethod.Delete, group, null, HttpStatusCode.NotFound);
        await _ada.GetAsync(group, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task What_is_no_group_is_refused_with_every_wrong_field()
    {
        var refused = await _ada.SendAsync(
            HttpMethod.Put,
            $"{Groups}/claims-adjusters",
            new { role = "member" },
            HttpStatusCode.UnprocessableEntity);
        refused["errors"]!.AsObject().Select(field => field.Key).ShouldBe(["groupId"]);
        refused = await _ada.SendAsync(
            HttpMethod.Put,
            $"{Groups}/{Adjusters}",
            new { role = "owner", name = new string('x', 300) },
            HttpStatusCode.UnprocessableEntity);
        refused["errors"]!.AsObject().Select(field => field.Key).ShouldBe(["role", "name"], ignoreOrder: true);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Somebodys_role_is_the_highest_of_their_own_and_their_groups_also_when_their_token_names_none(bool byGraph)
    {
        using var gus = await SignInAsync("gus", byGraph);
        await gus.GetAsync($"/api/workspaces/{_workspace}", HttpStatusCode.NotFound);
        await PutAsync($"groups/{Adjusters}", "member");
        (await RoleOfAsync(gus)).ShouldBe("member");
        (await gus.GetAsync("/api/me", HttpStatusCode.OK))["workspaces"]!
            .AsArray()
            .Select(workspace => workspace!.Text("id"))
            .ShouldContain(_workspace);
        await PutAsync("members/gus", "manager");
        (await RoleOfAsync(gus)).ShouldBe("manager");
        await PutAsync("members/gus", "member");
        await PutAsync($"groups/{Adjusters}", "manager");
        (await RoleOfAsync(gus)).ShouldBe("manager");
        await gus.SendAsync(HttpMethod.Put, $"/api/workspaces/{_workspace}/members/leo", new { role = "member" }, HttpStatusCode.OK);

        await _ada.SendAsync(HttpMethod.Delete, $"{Groups}/{Adjusters}", null, HttpStatusCode.NoContent);
        (await RoleOfAsync(gus)).ShouldBe("member");
        await PutAsync($"groups/{Leads}", "manager");
        (await RoleOfAsync(gus)).ShouldBe("member", "of a group that they aren't in");
        await _ada.SendAsync(HttpMethod.Delete, $"/api/workspaces/{_workspace}/members/gus", null, HttpStatusCode.NoContent);
        await gus.GetAsync($"/api/workspaces/{_workspace}", HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_link_to_a_file_ends_when_the_group_that_admits_its_maker_is_taken_out()
    {
        var drive = await TestDrive.SharedAsync(_app);
        (await drive.PutAsync("shared/by-group.txt", "by group"u8.ToArray())).Dispose();
        using var gus = await _app.SignInAsync("gus");
        using var stranger = _app.Anonymous();
        stranger.DefaultRequestHeaders.Add("X-Forwarded-For", "198.51.100.250");
        var made = await gus.PostAsync($"{drive.Root}/shares", new { path = "shared/by-group.txt" }, HttpStatusCode.Created);
        var share = $"/api/shares/{SharedFiles.TokenOf(made)}";
        await stranger.GetAsync(share, HttpStatusCode.OK);
        const string admission = $"/api/workspaces/ws_claims/groups/{Adjusters}";
        await _ada.SendAsync(HttpMethod.Delete, admission, null, HttpStatusCode.NoContent);
        try
        {
            (await stranger.GetAsync(share, HttpStatusCode.Gone)).Text("code").ShouldBe("share-over");
        }
        finally
        {
            await _ada.SendAsync(HttpMethod.Put, admission, new { role = "member" }, HttpStatusCode.OK);
        }

        await stranger.GetAsync(share, HttpStatusCode.OK);
    }

    [Fact]
    public async Task Whoever_leaves_the_group_is_out_with_their_next_token()
    {
        using var wire = Wire();
        var group = Guid.NewGuid().ToString();
        var members = new[] { "leo" };
        (await wire.PutAsJsonAsync($"/embedded/groups/{group}", new { name = "Visitors", members })).EnsureSuccessStatusCode();
        try
        {
            await PutAsync($"groups/{group}", "member");
            using (var leo = await _app.SignInAsync("leo"))
                (await RoleOfAsync(leo)).ShouldBe("member");
            members = [];
            (await wire.PutAsJsonAsync($"/embedded/groups/{group}", new { name = "Visitors", members })).EnsureSuccessStatusCode();
            using (var leo = await _app.SignInAsync("leo"))
                await leo.GetAsync($"/api/workspaces/{_workspace}", HttpStatusCode.NotFound);
        }
        finally
        {
            await wire.DeleteAsync($"/embedded/groups/{group}");
        }
    }

    [Fact]
    public async Task A_workspace_that_is_deleted_admits_nobody_by_a_group()
    {
        using var gus = await _app.SignInAsync("gus");
        await PutAsync($"groups/{Adjusters}", "manager");
        (await RoleOfAsync(gus)).ShouldBe("manager");
        await _ada.SendAsync(HttpMethod.Delete, $"/api/workspaces/{_workspace}", null, HttpStatusCode.NoContent);
        await gus.GetAsync($"/api/workspaces/{_workspace}", HttpStatusCode.NotFound);
        (await gus.GetAsync("/api/workspaces", HttpStatusCode.OK))["items"]!
            .AsArray()
            .Select(workspace => workspace!.Text("id"))
            .ShouldNotContain(_workspace);
    }

    private Task PutAsync(string who, string role) =>
        _ada.SendAsync(HttpMethod.Put, $"/api/workspaces/{_workspace}/{who}", new { role }, HttpStatusCode.OK);

    private async Task<string> RoleOfAsync(HttpClient http) =>
        (await http.GetAsync($"/api/workspaces/{_workspace}", HttpStatusCode.OK)).Text("role");

    /// <summary>A client of the embedded cloud, which is no part of the API.</summary>
    private HttpClient Wire() => new() { BaseAddress = _app.Address };

    /// <param name="byGraph">Whether the token names no groups, as if they were too many.</param>
    private async Task<HttpClient> SignInAsync(string user, bool byGraph)
    {
        var http = _app.Anonymous();
        using var answer = await http.PostAsJsonAsync("/embedded/token", new { user, groupsByGraph = byGraph });
        var token = (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonNode>())!.Text("access_token");
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return http;
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ServerlessDrives.Tests.Integration.Connecting;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.People;

/// <summary>An app of its own: what Graph said of somebody is remembered for minutes.</summary>
public sealed class GraphApp() : SharedApp([]);

/// <summary>Groups that a token leaves out because they are too many: Microsoft Graph is asked, and may give no answer.</summary>
public sealed class GroupsByGraph(GraphApp running) : IClassFixture<GraphApp>, IAsyncLifetime
{
    private const string Adjusters = "33333333-3333-4333-8333-333333333333";

    private readonly EmbeddedApp _app = running.App;
    private HttpClient _ada = null!;
    private string _workspace = "";

    public async ValueTask InitializeAsync()
    {
        _ada = await _app.SignInAsync("ada");
        var made = await _ada.PostAsync("/api/workspaces", new { name = Connections.Unique("graph") }, HttpStatusCode.Created);
        _workspace = made.Text("id");
    }

    public ValueTask DisposeAsync()
    {
        _ada.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Somebody_in_more_groups_than_a_token_names_is_in_by_each_of_them()
    {
        using var wire = Wire();
        var groups = Enumerable.Range(0, 201).Select(_ => Guid.NewGuid().ToString()).ToList();
        foreach (var group in groups)
            (await wire.PutAsJsonAsync($"/embedded/groups/{group}", new { name = "one of many", members = new[] { "leo" } }))
                .EnsureSuccessStatusCode();
        using var leo = await _app.SignInAsync("leo");
        await PutAsync($"groups/{groups[^1]}", "member");
        (await RoleOfAsync(leo)).ShouldBe("member");
        var before = await CallsAsync(wire);
        for (var again = 0; again < 5; again++)
            await RoleOfAsync(leo);
        (await CallsAsync(wire)).ShouldBe(before, "what Graph said is remembered");
    }

    [Theory]
    [InlineData("max", 403)]
    [InlineData("mia", 500)]
    public async Task As_long_as_Graph_gives_no_answer_nobody_who_needs_it_is_let_in_or_taken_for_a_stranger(string user, int status)
    {
        // Somebody whom nobody has asked Graph about: an answer is remembered for minutes.
        using var wire = Wire();
        using var tooMany = await SignInAsync(user, byGraph: true);
        await PutAsync($"groups/{Adjusters}", "member");
        await PutAsync($"members/{user}", "member");
        using var named = await _app.SignInAsync("gus");
        using var admin = await SignInAsync("ada", byGraph: true);
        (await wire.PostAsJsonAsync("/embedded/graph-faults", new { status })).EnsureSuccessStatusCode();
        try
        {
            foreach (var path in new[] { "/api/me", $"/api/workspaces/{_workspace}", "/api/workspaces/ws_loans" })
            {
                var refused = await tooMany.GetAsync(path, HttpStatusCode.ServiceUnavailable);
                refused.Text("code").ShouldBe("unavailable");
                refused.Text("detail").ShouldContain("Microsoft Graph");
            }

            (await RoleOfAsync(named)).ShouldBe("member", "their token names the group");
            await admin.GetAsync($"/api/workspaces/{_workspace}", HttpStatusCode.OK);
        }
        finally
        {
            await wire.DeleteAsync("/embedded/graph-faults");
        }

        // A failure is remembered for some seconds.
        for (var until = DateTime.UtcNow.AddSeconds(60); ; await Task.Delay(250, TestContext.Current.CancellationToken))
        {
            using var answer = await tooMany.GetAsync(
                new Uri($"/api/workspaces/{_workspace}", UriKind.Relative),
                TestContext.Current.CancellationToken);
            if (answer.StatusCode is HttpStatusCode.OK)
                break;
            answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            DateTime.UtcNow.ShouldBeLessThan(until);
        }

        await tooMany.GetAsync("/api/workspaces/ws_loans", HttpStatusCode.NotFound);
    }

    private Task PutAsync(string who, string role) =>
        _ada.SendAsync(HttpMethod.Put, $"/api/workspaces/{_workspace}/{who}", new { role }, HttpStatusCode.OK);

    private async Task<string> RoleOfAsync(HttpClient http) =>
        (await http.GetAsync($"/api/workspaces/{_workspace}", HttpStatusCode.OK)).Text("role");

    /// <summary>A client of the embedded cloud, which is no part of the API.</summary>
    private HttpClient Wire() => new() { BaseAddress = _app.Address };

    private static async Task<int> CallsAsync(HttpClient wire) =>
        (await wire.GetFromJsonAsync<JsonNode>("/embedded/graph-faults"))!["calls"]!.GetValue<int>();

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

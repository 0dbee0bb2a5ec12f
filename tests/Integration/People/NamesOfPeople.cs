using System.Net;
using System.Text.Json.Nodes;
using ServerlessDrives.Tests.Integration.Connecting;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.People;

/// <summary>What people and organizations are called.</summary>
[Collection(RunningApp.Name)]
public sealed class NamesOfPeople(RunningApp running)
{
    [Fact]
    public async Task Members_who_have_signed_in_are_shown_by_the_name_and_address_of_their_sign_in()
    {
        using var mia = await running.App.SignInAsync("mia");
        var me = await mia.GetAsync("/api/me", HttpStatusCode.OK);
        using var max = await running.App.SignInAsync("max");
        var newcomer = Connections.Unique("newcomer");
        var added = await max.SendAsync(
            HttpMethod.Put,
            $"/api/workspaces/ws_claims/members/{newcomer}",
            new { role = "member" },
            HttpStatusCode.OK);
        added["name"].ShouldBeNull();

        var members = (await max.GetAsync("/api/workspaces/ws_claims/members?limit=500", HttpStatusCode.OK))["items"]!.AsArray();
        var shown = Of("mia");
        shown.Text("name").ShouldBe(me["user"]!.Text("name"));
        shown.Text("email").ShouldBe(me["user"]!.Text("email"));
        Of(newcomer)["name"].ShouldBeNull();
        await max.SendAsync(HttpMethod.Delete, $"/api/workspaces/ws_claims/members/{newcomer}", null, HttpStatusCode.NoContent);

        JsonNode Of(string user) => members.Single(member => member!.Text("userId") == user)!;
    }

    [Fact]
    public async Task Somebody_elses_id_is_a_name_to_everybody_of_their_organization_and_to_nobody_else()
    {
        using var ada = await running.App.SignInAsync("ada");
        var me = (await ada.GetAsync("/api/me", HttpStatusCode.OK))["user"]!;
        var asked = $"/api/people?id={me.Text("id")}&id={Connections.Unique("nobody")}&id={me.Text("id")}";
        using var mia = await running.App.SignInAsync("mia");
        var known = (await mia.GetAsync(asked, HttpStatusCode.OK))["items"]!.AsArray().ShouldHaveSingleItem()!;
        (known.Text("id"), known.Text("name"), known.Text("email")).ShouldBe((me.Text("id"), me.Text("name"), me.Text("email")));
        using var eve = await running.App.SignInAsync("eve");
        (await eve.GetAsync(asked, HttpStatusCode.OK))["items"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task Whoever_may_add_members_sees_who_there_is_page_by_page()
    {
        var everybody = new List<string>();
        foreach (var user in new[] { "ada", "mia", "max" })
        {
            using var http = await running.App.SignInAsync(user);
            everybody.Add((await http.GetAsync("/api/me", HttpStatusCode.OK))["user"]!.Text("id"));
        }

        using var max = await running.App.SignInAsync("max");
        var listed = new List<string>();
        string? next = null;
        do
        {
            var page = await max.GetAsync($"/api/people?limit=1{(next is null ? "" : $"&cursor={next}")}", HttpStatusCode.OK);
            listed.Add(page["items"]!.AsArray().ShouldHaveSingleItem()!.Text("id"));
            next = page["nextCursor"]?.GetValue<string>();
        }
        while (next is not null);
        everybody.ShouldBeSubsetOf(listed);
        listed.ShouldBeUnique();
    }

    [Theory]
    [InlineData("?id=", "not the id of a user")]
    [InlineData("?id=a/b", "not the id of a user")]
    [InlineData("?limit=0", "from 1 to 500")]
    public async Task What_nobody_can_be_called_by_is_refused(string query, string why)
    {
        using var ada = await running.App.SignInAsync("ada");
        (await ada.GetAsync($"/api/people{query}", HttpStatusCode.UnprocessableEntity))["errors"]!.ToJsonString().ShouldContain(why);
    }

    [Fact]
    public async Task More_than_a_hundred_ids_at_once_are_refused()
    {
        using var ada = await running.App.SignInAsync("ada");
        var ids = string.Join('&', Enumerable.Range(0, 101).Select(i => $"id=user-{i}"));
        (await ada.GetAsync($"/api/people?{ids}", HttpStatusCode.UnprocessableEntity))["errors"]!
            .ToJsonString()
            .ShouldContain("At most 100");
    }

    [Fact]
    public async Task An_organization_is_called_what_the_settings_say()
    {
        using var mia = await running.App.SignInAsync("mia");
        (await mia.GetAsync("/api/me", HttpStatusCode.OK))["organization"]!.Text("name").ShouldBe("Acme Insurance");
    }
}

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
        var added = await max.SendAsync(HttpMethod.Put, $"/api/workspaces/ws_claims/members/{newcomer}", new { role = "member" }, HttpStatusCode.OK);
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
    public async Task An_organization_is_called_what_the_settings_say()
    {
        using var mia = await running.App.SignInAsync("mia");
        (await mia.GetAsync("/api/me", HttpStatusCode.OK))["organization"]!.Text("name").ShouldBe("Acme Insurance");
    }
}

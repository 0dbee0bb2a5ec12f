using System.Net;
using ServerlessDrives.Tests.Integration.Connecting;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Setup;

/// <summary>The link that opens CloudFormation with everything filled in, where the operator has set up a template.</summary>
[Collection(ImpatientApp.Name)]
public sealed class LaunchStacks(ImpatientApp impatient)
{
    [Fact]
    public async Task The_wizard_and_the_callback_link_offer_the_stack_and_a_look_at_it_makes_no_link()
    {
        using var mia = await impatient.App.SignInAsync("mia");
        using var nobody = impatient.App.Anonymous();
        var connection = await mia.PostAsync(
            "/api/connections",
            new
            {
                displayName = Connections.Unique("launch"),
                audience = new { type = "workspace", workspaceId = "ws_claims" },
                authentication = new { method = "iamRole" },
                configuration = new
                {
                    bucket = "acme-documents",
                    region = "us-east-1",
                    path = Connections.Unique("launch"),
                    encryption = new { type = "none" },
                },
            },
            HttpStatusCode.Accepted);
        var id = connection.Text("id");
        var address = $"/api/connections/{id}/setup?format=launch-stack";
        (await mia.GetAsync($"{address}&preview=true", HttpStatusCode.OK))["parameters"]!
            .Text("Callback")
            .ShouldEndWith("MADE-WHEN-COPIED");
        (await LinksMadeAsync()).ShouldBe(0);
        var launched = await mia.GetAsync(address, HttpStatusCode.OK);
        launched.Text("url").ShouldContain("#/stacks/create/review?templateURL=https%3A%2F%2Ftemplates.s3.us-east-1.amazonaws.com%2F");
        (await LinksMadeAsync()).ShouldBe(1);

        var callback = launched["parameters"]!.Text("Callback");
        var shown = await nobody.GetAsync(new Uri(callback).AbsolutePath, HttpStatusCode.OK);
        shown["formats"]!.AsArray().Select(format => format!.GetValue<string>()).ShouldContain("launch-stack");
        var theirs = await nobody.GetAsync($"{new Uri(callback).AbsolutePath}/setup?format=launch-stack", HttpStatusCode.OK);
        theirs["parameters"]!.Text("Callback").ShouldBe(callback);

        async Task<int> LinksMadeAsync()
        {
            using var ada = await impatient.App.SignInAsync("ada");
            var trail = await ada.GetAsync($"/api/audit?resource={id}", HttpStatusCode.OK);
            return trail["items"]!.AsArray().Count(entry => entry!.Text("action") == "connection.callback-link-made");
        }
    }

    [Fact]
    public async Task A_stack_needs_the_bucket()
    {
        using var mia = await impatient.App.SignInAsync("mia");
        var id = (await Connections.StartAsync(mia, "iamRole")).Text("id");
        (await mia.GetAsync($"/api/connections/{id}/setup?format=launch-stack&preview=true", HttpStatusCode.Conflict))
            .Text("code")
            .ShouldBe("step-not-open");
    }
}

using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ServerlessDrives.Tests.Browser;

public sealed class Interruptions(Browsers browsers) : BrowserTests(browsers)
{
    [Fact]
    public async Task A_session_that_ends_midway_is_renewed_and_what_was_typed_is_still_there()
    {
        var name = Unique("Night shift");
        var ada = await SignedInAsync();
        await ada.StartConnectingAsync(name, ConnectingSteps.AccessKey);
        await ada.TypeKeyAsync(App.Administrator().DriveUser);
        await ada.TypeBucketAsync("acme-documents", "night");

        // From here on the token that reaches the server is one whose hour is over, and the server says so.
        var expired = await ExpiredTokenAsync();
        await ada.Page.RouteAsync(
            "**/api/**",
            route =>
                route.ContinueAsync(
                    new()
                    {
                        Headers = route
                            .Request.Headers.Where(header => header.Key is not "authorization")
                            .Append(new("authorization", $"Bearer {expired}")),
                    }));
        await ada.Button("Verify and connect").ClickAsync();
        await ada.SeeAsync(ada.Dialog("Your session has ended"));
        await ada.Page.UnrouteAllAsync();

        await ada.Button("Sign in again").ClickAsync();
        await ada.Button(Person.Ada).ClickAsync();
        await ada.SeeTitleAsync($"Connect {name}");
        await Expect(ada.Field("Bucket name")).ToHaveValueAsync("acme-documents");
        await Expect(ada.Field("Path")).ToHaveValueAsync("night");
        await Expect(ada.Secret("Secret access key")).ToHaveValueAsync("");
        await ada.Secret("Secret access key").FillAsync(App.Administrator().DriveUser.Secret);
        await ada.Button("Verify and connect").ClickAsync();
        await ada.SeeConnectedAsync(name);
    }

    [Fact]
    public async Task The_app_is_killed_midway_and_the_page_goes_on_when_it_is_back()
    {
        var (name, bucket, role) = (Unique("Storm"), $"storm-{Guid.NewGuid():N}"[..20], $"storm-{Guid.NewGuid():N}"[..20]);
        // Of its own: others go on while this one is away.
        await using var app = await Browsers.StartAppAsync();
        await app.Administrator().CreateBucketAsync(bucket);
        var ada = await SignedInAsync(app: app);
        await ada.StartConnectingAsync(name, ConnectingSteps.IamRole);
        await ada.SeeAsync(ada.Heading("Let us assume a role in your AWS account"));

        var port = app.Address.Port.ToString(CultureInfo.InvariantCulture);
        await app.KillAsync();
        await ada.SeeTextAsync("The server can’t be reached just now. Nothing is lost");
        await app.StartAgainAsync("--port", port);
        await Expect(ada.Page.GetByText("The server can’t be reached just now.")).ToHaveCountAsync(0);

        var administrator = app.Administrator();
        var arn = await ada.ApplyTrustPolicyAsync(administrator, role);
        await ada.Field("Role ARN").FillAsync(arn);
        await ada.TypeBucketAsync(bucket, "inbox");
        await ada.Button("Next").ClickAsync();
        await ada.ApplyPoliciesAsync(administrator, role, bucket);
        await ada.Button("I have applied both").ClickAsync();
        await ada.SeeConnectedAsync(name);
    }

    [Fact]
    public async Task The_wizard_is_left_and_found_where_it_was_on_another_device()
    {
        var name = Unique("Travels");
        var ada = await SignedInAsync();
        await ada.StartConnectingAsync(name, ConnectingSteps.IamRole);
        var trust = await ada.ReadAsync("Custom trust policy");
        await ada.Page.CloseAsync();

        var phone = await SignedInAsync(Person.Ada, Device.Phone);
        await phone.LookAtAsync("Claims");
        await phone.Link($"Continue connecting {name}").ClickAsync();
        await phone.SeeTitleAsync($"Connect {name}");
        Assert.Equal(trust, await phone.ReadAsync("Custom trust policy"));

        await phone.Button("Cancel this connection").ClickAsync();
        await phone.Button("Cancel the connection").ClickAsync();
        await phone.SeeTextAsync($"Cancelled connecting {name}.");
        await Expect(phone.Link($"Continue connecting {name}")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task After_signing_out_nothing_is_shown_until_somebody_signs_in()
    {
        var ada = await SignedInAsync();
        await ada.GoAsync("/settings/audit");
        await ada.SeeAsync(ada.Heading("Audit trail"));
        await ada.SignOutAsync();
        await ada.SeeAsync(ada.Button("Sign in"));
        await ada.GoAsync("/settings/audit");
        await ada.SeeAsync(ada.Button("Sign in"));
        await Expect(ada.Heading("Audit trail")).ToHaveCountAsync(0);

        // Whoever comes next is somebody else, and comes to where they wanted to go.
        await ada.Button("Sign in").ClickAsync();
        await ada.Button(Person.Max).ClickAsync();
        await ada.SeeAsync(ada.Heading("Audit trail: for admins only"));
    }

    private async Task<string> ExpiredTokenAsync()
    {
        using var http = App.Anonymous();
        using var answer = await http.PostAsJsonAsync("/embedded/token", new { user = "ada", expiresInSeconds = -600 });
        return (await answer.Content.ReadFromJsonAsync<JsonNode>())!["access_token"]!.GetValue<string>();
    }
}

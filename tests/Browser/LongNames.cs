using System.Net;
using Microsoft.Playwright;
using ServerlessDrives.Tests.Shared;
using Xunit;

namespace ServerlessDrives.Tests.Browser;

/// <summary>Names of the greatest length and without a space, in an app of their own, so that no other page shows them.</summary>
public sealed class LongNames(Browsers browsers) : EveryPage(browsers)
{
    private static readonly string Longest = string.Concat(Enumerable.Repeat("Wärmeschutz", 10))[..100];

    /// <summary>CSS pixels. Where they fit here, they fit everywhere.</summary>
    private const int Narrowest = 320;

    [Fact]
    public async Task Names_as_long_as_they_may_be_fit_on_every_page()
    {
        await using var app = await EmbeddedApp.StartAsync();
        using var http = await app.SignInAsync("ada");
        var workspace = await http.PostAsync("/api/workspaces", new { name = Longest }, HttpStatusCode.Created);
        var audience = new { type = "workspace", workspaceId = workspace.Text("id") };
        await http.PostAsync("/api/roles", new { displayName = Longest, audience }, HttpStatusCode.Created);
        var connection = await http.PostAsync(
            "/api/connections",
            new
            {
                displayName = Longest,
                audience,
                authentication = new { method = "accessKey" },
                configuration = new
                {
                    accessKeyId = app.Administrator().DriveUser.Id,
                    secretAccessKey = app.Administrator().DriveUser.Secret,
                    bucket = "acme-documents",
                    path = string.Concat(Enumerable.Repeat("p", 200)),
                    region = "us-east-1",
                    encryption = new { type = "none" },
                },
            },
            HttpStatusCode.Accepted);
        var drive = (await http.UntilAsync(connection.Text("id"), "connected")).Text("driveId");
        var webhook = await http.PostAsync(
            "/api/webhooks",
            new { url = $"https://example.com/{new string('e', 500)}", description = Longest },
            HttpStatusCode.Created);
        await http.PostAsync(
            "/api/integrations",
            new
            {
                kind = "upstream",
                name = Longest,
                driveId = drive,
                folder = new string('f', 200),
                pattern = new string('p', 200),
                webhookId = webhook.Text("id"),
            },
            HttpStatusCode.Created);

        var ada = await SignedInAsync(app: app);
        await ada.Page.SetViewportSizeAsync(Narrowest, 860);
        await ada.LookAtAsync("All workspaces");
        await ada.SeeAsync(ada.Link(Longest));
        await FitsAsync(ada.Page, "drives", Narrowest);
        foreach (var (path, until) in new (string, ILocator)[]
                 {
                     ($"/drives/{drive}", ada.Heading("About this drive")),
                     ($"/drives/{drive}/files", ada.Button("Upload files")),
                     ($"/drives/{drive}/integrations", ada.Page.GetByText(Longest).First),
                     ($"/drives/{drive}/verification", ada.Heading("Every check passed")),
                     ("/settings/workspaces", ada.Page.GetByText(workspace.Text("id")).First),
                     ("/settings/roles", ada.Page.GetByText(Longest).First),
                     ("/settings/integrations", ada.Page.GetByText(Longest).First),
                     ("/settings/webhooks", ada.Page.GetByText(Longest).First),
                     ("/settings/audit", ada.Page.GetByRole(AriaRole.List, new() { Name = "Audit trail" })),
                 })
        {
            await ada.GoAsync(path);
            await ada.SeeAsync(until);
            await FitsAsync(ada.Page, path, Narrowest);
        }

        NothingIsWrong();
    }
}

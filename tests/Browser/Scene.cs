using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using ServerlessDrives.Tests.Shared;

namespace ServerlessDrives.Tests.Browser;

/// <summary>
/// What has happened before somebody walks through every page: a connection that waits at each step, one that failed, a drive with files,
/// an integration. Laid by the API, because the walk is about how pages look and not about how one gets there; the flows' own tests go
/// through the page alone.
/// </summary>
internal sealed record Scene(
    string AwaitingTrust,
    string AwaitingBucket,
    string AwaitingPolicies,
    string Failed,
    string Connected,
    string Drive,
    string DriveName,
    string Verification,
    string Integration,
    string TrustLink,
    string PoliciesLink)
{
    private static readonly string[] KeyPermissions =
    [
        "s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:ListMultipartUploadParts",
    ];

    public static async Task<Scene> SetAsync(EmbeddedApp app)
    {
        var administrator = app.Administrator();
        using var ada = await app.SignInAsync("ada");
        var tail = Guid.NewGuid().ToString("N")[..6];

        var trust = await StartAsync(ada, $"Policies archive {tail}", "iamRole");
        var bucket = await StartAsync(ada, $"Broker uploads {tail}", "iamRole");
        await ada.PostAsync($"/api/connections/{bucket.Text("id")}/confirmations/trust-policy", null, HttpStatusCode.Accepted);
        var policies = await StartAsync(ada, $"Damage photos {tail}", "iamRole");
        await ada.PostAsync($"/api/connections/{policies.Text("id")}/confirmations/trust-policy", null, HttpStatusCode.Accepted);
        var arn = await administrator.CreateRoleAsync($"photos-{tail}", policies["trustPolicy"]!);
        await ConfigureAsync(ada, policies.Text("id"), new() { ["roleArn"] = arn, ["bucket"] = "acme-archive", ["path"] = "photos" });
        await ada.UntilAsync(policies.Text("id"), "awaitingBucketPolicy");

        var failed = await StartAsync(ada, $"Invoices {tail}", "accessKey");
        var key = await administrator.CreateUserWithKeyAsync($"invoices-{tail}", Allowing(KeyPermissions));
        await ConfigureAsync(ada, failed.Text("id"), KeyConfiguration(key, "invoices"));

        var connected = await StartAsync(ada, $"Claims intake {tail}", "accessKey");
        await ConfigureAsync(ada, connected.Text("id"), KeyConfiguration(administrator.DriveUser, $"claims-{tail}"));
        var drive = (await ada.UntilAsync(connected.Text("id"), "connected")).Text("driveId");
        await PutAsync(ada, drive, "letter.txt");
        await PutAsync(ada, drive, "2026/report with a rather long name that has to break somewhere, also on a phone.pdf");
        var verification = (await ada.PostAsync($"/api/drives/{drive}/verifications", null, HttpStatusCode.Accepted)).Text("id");
        var webhook = (
            await ada.PostAsync(
                "/api/webhooks",
                new { url = "https://127.0.0.1:9/events", description = "Claims system" },
                HttpStatusCode.Created)
        ).Text("id");
        var integration = $"Tell the claims system {tail}";
        await ada.PostAsync(
            "/api/integrations",
            new
            {
                kind = "upstream",
                name = integration,
                driveId = drive,
                folder = "in",
                pattern = "**/*.pdf",
                webhookId = webhook,
            },
            HttpStatusCode.Created);
        await ada.UntilAsync(
            failed.Text("id"),
            now => now.Text("status") == "awaitingConfiguration" && now["verification"]?["completedAt"] is not null);

        return new(
            trust.Text("id"),
            bucket.Text("id"),
            policies.Text("id"),
            failed.Text("id"),
            connected.Text("id"),
            drive,
            connected.Text("displayName"),
            verification,
            integration,
            await LinkAsync(ada, trust.Text("id"), "trust-policy"),
            await LinkAsync(ada, policies.Text("id"), "bucket-policy"));
    }

    private static Task<JsonNode> StartAsync(HttpClient http, string displayName, string method) =>
        http.PostAsync(
            "/api/connections",
            new
            {
                displayName,
                audience = new { type = "workspace", workspaceId = "ws_claims" },
                authentication = new { method, roleId = (string?)null },
                configuration = (object?)null,
                makeDefault = false,
            },
            HttpStatusCode.Accepted);

    private static async Task ConfigureAsync(HttpClient http, string connection, JsonObject configuration)
    {
        await http.UntilAsync(connection, "awaitingConfiguration");
        configuration["region"] = "us-east-1";
        configuration["allowOverlap"] = true;
        configuration["encryption"] = new JsonObject { ["type"] = "none" };
        await http.SendAsync(HttpMethod.Put, $"/api/connections/{connection}/configuration", configuration, HttpStatusCode.Accepted);
    }

    private static JsonObject KeyConfiguration((string Id, string Secret) key, string path) =>
        new() { ["accessKeyId"] = key.Id, ["secretAccessKey"] = key.Secret, ["bucket"] = "acme-documents", ["path"] = path };

    private static async Task<string> LinkAsync(HttpClient http, string connection, string step) =>
        new Uri(
            (await http.PostAsync($"/api/connections/{connection}/callback-links", new { step }, HttpStatusCode.Created)).Text("url")
        ).AbsolutePath;

    private static async Task PutAsync(HttpClient http, string drive, string path)
    {
        using var content = new StringContent("Dear Sir or Madam");
        content.Headers.ContentType = new MediaTypeHeaderValue("text/plain");
        using var answer = await http.PutAsync($"/api/drives/{drive}/content?path={Uri.EscapeDataString(path)}", content);
        answer.EnsureSuccessStatusCode();
    }

    private static JsonObject Allowing(IEnumerable<string> actions) =>
        AwsAdministrator.Policy(
            new JsonObject
            {
                ["Effect"] = "Allow",
                ["Action"] = new JsonArray([.. actions.Select(action => JsonValue.Create(action))]),
                ["Resource"] = "*",
            });
}

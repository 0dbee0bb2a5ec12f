using System.Net;
using System.Text.Json.Nodes;
using Amazon.S3;
using ServerlessDrives.Tests.Shared;

namespace ServerlessDrives.Tests.Benchmarks.Files;

/// <summary>An app of its own with a drive by role, and the SDK at the same S3 server.</summary>
internal sealed class BenchmarkDrive : IAsyncDisposable
{
    public const string Bucket = "acme-documents";
    public const string Folder = "benchmark";

    private BenchmarkDrive(EmbeddedApp app, HttpClient http, string id)
    {
        App = app;
        Http = http;
        Root = $"/api/drives/{id}";
        S3 = app.Administrator().S3();
    }

    public EmbeddedApp App { get; }

    public HttpClient Http { get; }

    public string Root { get; }

    /// <summary>As it comes, straight to the server.</summary>
    public AmazonS3Client S3 { get; }

    public static async Task<BenchmarkDrive> StartAsync()
    {
        var app = await EmbeddedApp.StartAsync();
        var administrator = app.Administrator();
        using var signedIn = await app.SignInAsync("mia");
        // Not the tests' client, which holds each answer against the API's description: that takes longer than the answer.
        var mia = new HttpClient { BaseAddress = app.Address, Timeout = TimeSpan.FromMinutes(30) };
        mia.DefaultRequestHeaders.Authorization = signedIn.DefaultRequestHeaders.Authorization;
        var started = await mia.PostAsync(
            "/api/connections",
            new
            {
                displayName = "Benchmark",
                audience = new { type = "workspace", workspaceId = "ws_claims" },
                authentication = new { method = "iamRole" },
                makeDefault = false,
            },
            HttpStatusCode.Accepted);
        var id = started.Text("id");
        var arn = await administrator.CreateRoleAsync("benchmark", started["trustPolicy"]!);
        await mia.PostAsync($"/api/connections/{id}/confirmations/trust-policy", null, HttpStatusCode.Accepted);
        await mia.UntilAsync(id, "awaitingConfiguration");
        var configuration = new JsonObject
        {
            ["roleArn"] = arn,
            ["bucket"] = Bucket,
            ["region"] = "us-east-1",
            ["path"] = Folder,
            ["encryption"] = new JsonObject { ["type"] = "none" },
        };
        await mia.SendAsync(HttpMethod.Put, $"/api/connections/{id}/configuration", configuration, HttpStatusCode.Accepted);
        var offered = await mia.UntilAsync(id, "awaitingBucketPolicy");
        await administrator.PutRolePolicyAsync("benchmark", offered["rolePolicy"]!);
        await mia.PostAsync($"/api/connections/{id}/confirmations/bucket-policy", null, HttpStatusCode.Accepted);
        var connected = await mia.UntilAsync(id, "connected");
        return new BenchmarkDrive(app, mia, connected.Text("driveId"));
    }

    public string UrlOf(string path) => $"{Root}/files/{path}";

    /// <summary>No session can be had from now on, or again.</summary>
    public async Task WithoutSessionsAsync(bool without)
    {
        using var anyone = App.Anonymous();
        if (without)
            await anyone.SendAsync(
                HttpMethod.Post,
                "/embedded/faults",
                new
                {
                    failNext = new
                    {
                        service = "sts",
                        action = "AssumeRole",
                        code = "AccessDenied",
                        count = 10_000_000,
                    },
                },
                HttpStatusCode.NoContent);
        else
            await anyone.DeleteAsync("/embedded/faults");
    }

    /// <summary>The app's resident memory, in MiB. The sandbox's S3 is in the same process and counts too.</summary>
    public double ResidentMiB() =>
        double.Parse(
            File.ReadLines($"/proc/{App.ProcessId}/status")
                .First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2],
            System.Globalization.CultureInfo.InvariantCulture
        ) / 1024;

    public async ValueTask DisposeAsync()
    {
        S3.Dispose();
        Http.Dispose();
        await App.DisposeAsync();
    }
}

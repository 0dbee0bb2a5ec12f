using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Hosting;
using ServerlessDrives.Embedded.Cloud;

namespace ServerlessDrives.Embedded.Demo;

/// <summary>
/// <c>demo</c>: plays the role flow by the public API, from the first request to a connected drive, with a verification that fails and its
/// repair on the way, and ends the app. Exit code 0 when everything went as told, 1 otherwise.
/// </summary>
internal sealed class GuidedRun(EmbeddedOptions options, EmbeddedCloud cloud, IHostApplicationLifetime lifetime, TimeProvider clock)
    : BackgroundService
{
    private const string Bucket = "acme-documents";
    private const string Path = "claims/inbox";
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(3);

    private readonly Narrator _narrator = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Environment.ExitCode = 1;
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        try
        {
            await StartedAsync(stoppingToken);
            enough.CancelAfter(Longest);
            var began = clock.GetTimestamp();
            await PlayAsync(enough.Token);
            _narrator.Good(
                $"Done in {clock.GetElapsedTime(began).TotalSeconds:0} seconds. Start it without \"demo\" to do the same by yourself.");
            Environment.ExitCode = 0;
        }
        catch (Exception failure) when (failure is DemoFailedException or HttpRequestException or OperationCanceledException)
        {
            _narrator.Bad(
                failure is DemoFailedException ? $"The demo stopped. {failure.Message}"
                : stoppingToken.IsCancellationRequested ? "The demo was interrupted."
                : $"The demo stopped. {failure.Message}");
        }
        finally
        {
            lifetime.StopApplication();
        }
    }

    private async Task StartedAsync(CancellationToken cancellation)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(cancellation);
    }

    private async Task PlayAsync(CancellationToken cancellation)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(60) };
        var mia = new WizardClient(http, new Uri($"http://127.0.0.1:{options.Port}"));
        var administrator = cloud.Administrator(http);
        var mark = RandomNumberGenerator.GetHexString(6, lowercase: true);
        var roleName = $"drives-demo-{mark}";

        _narrator.Step("Mia, a member of the workspace Claims, starts to connect a bucket by an IAM role");
        await mia.SignInAsync("mia", cancellation);
        var connection = await SendAsync(mia, HttpMethod.Post, "/api/connections", StartBody(mark), HttpStatusCode.Accepted, cancellation);
        var id = connection["id"]!.GetValue<string>();
        connection = await mia.UntilAsync(id, "awaitingTrustPolicy", 1, cancellation);
        _narrator.Say("The wizard waits, days if need be, and offers the trust policy that Acme's AWS admin is to give a new role.");
        _narrator.Document("Trust policy", connection["trustPolicy"]!);

        _narrator.Step($"Acme's AWS admin makes the role {roleName} with it; Mia says \"applied\"");
        var arn = await administrator.CreateRoleAsync(roleName, connection["trustPolicy"]!, cancellation);
        _narrator.Say($"The role is {arn}.");
        await SendAsync(
            mia,
            HttpMethod.Post,
            $"/api/connections/{id}/confirmations/trust-policy",
            null,
            HttpStatusCode.Accepted,
            cancellation);
        await mia.UntilAsync(id, "awaitingConfiguration", 1, cancellation);

        _narrator.Step("Mia says which bucket, region and path");
        await SendAsync(
            mia,
            HttpMethod.Put,
            $"/api/connections/{id}/configuration",
            Configuration(arn),
            HttpStatusCode.Accepted,
            cancellation);
        connection = await _narrator.WaitAsync(
            "Proving that the role trusts us, and only with our external ID",
            mia.UntilAsync(id, "awaitingBucketPolicy", 1, cancellation));
        _narrator.Good("It does. Now the wizard offers what the role and the bucket have to allow.");
        _narrator.Document("Role policy", connection["rolePolicy"]!);
        _narrator.Document("Bucket policy", connection["bucketPolicy"]!);

        _narrator.Step("Somebody says \"applied\" too early: neither the bucket policy nor the role policy has been saved");
        await SendAsync(
            mia,
            HttpMethod.Post,
            $"/api/connections/{id}/confirmations/bucket-policy",
            null,
            HttpStatusCode.Accepted,
            cancellation);
        connection = await _narrator.WaitAsync("Verifying, check by check", mia.UntilAsync(id, "awaitingBucketPolicy", 2, cancellation));
        var report = connection["verification"]!;
        _narrator.Report(report);
        Expect(
            !report["passed"]!.GetValue<bool>()
                && HasStatus(report, "objects-listable", "failed")
                && HasStatus(report, "object-writable", "failed"),
            "The verification was expected to fail for lack of permissions.",
            report);
        _narrator.Say("No drive yet; what was typed is kept, and the wizard waits again.");

        _narrator.Step("The admin repairs it: the bucket policy, merged into what the bucket has, and the role policy");
        var present = await administrator.BucketPolicyAsync(Bucket, cancellation);
        _narrator.Say(present is null ? "The bucket has no policy yet." : "The bucket has a policy of its own already, which stays.");
        var merged = await SendAsync(
            mia,
            HttpMethod.Post,
            $"/api/connections/{id}/merged-bucket-policy",
            present is null ? null : JsonNode.Parse(present),
            HttpStatusCode.OK,
            cancellation);
        await administrator.PutBucketPolicyAsync(Bucket, merged, cancellation);
        await administrator.PutRolePolicyAsync(roleName, connection["rolePolicy"]!, cancellation);
        await SendAsync(
            mia,
            HttpMethod.Post,
            $"/api/connections/{id}/confirmations/bucket-policy",
            null,
            HttpStatusCode.Accepted,
            cancellation);
        connection = await _narrator.WaitAsync("Verifying again", mia.UntilAsync(id, "connected", 2, cancellation));
        report = connection["verification"]!;
        _narrator.Report(report);
        Expect(report["passed"]!.GetValue<bool>(), "The verification was expected to pass.", report);

        _narrator.Step("The drive is connected, and used");
        var drive = await SendAsync(
            mia,
            HttpMethod.Get,
            $"/api/drives/{connection["driveId"]!.GetValue<string>()}",
            null,
            HttpStatusCode.OK,
            cancellation);
        _narrator.Document("Drive", drive);
        var files = await SendAsync(
            mia,
            HttpMethod.Get,
            $"/api/drives/{drive["id"]!.GetValue<string>()}/files?recursive=true",
            null,
            HttpStatusCode.OK,
            cancellation);
        var names = files["items"]!.AsArray().Select(file => file!["path"]!.GetValue<string>()).ToList();
        Expect(names.Count > 0, "The drive was expected to have files.", files);
        foreach (var name in names)
            _narrator.Say($"  {name}");
        Expect(
            !names.Any(name => name.Contains(".serverless-drives", StringComparison.Ordinal)),
            "The verifications were expected to leave nothing behind.",
            files);
        _narrator.Good("The verifications left nothing behind. From now on a timer keeps checking the drive.");
    }

    private Task<JsonNode> SendAsync(
        WizardClient wizard,
        HttpMethod method,
        string path,
        JsonNode? body,
        HttpStatusCode expected,
        CancellationToken cancellation)
    {
        _narrator.Call(method, path);
        return wizard.SendAsync(method, path, body, expected, cancellation);
    }

    private static JsonObject StartBody(string mark) => new()
    {
        ["displayName"] = $"Claims intake {mark}",
        ["audience"] = new JsonObject { ["type"] = "workspace", ["workspaceId"] = "ws_claims" },
        ["authentication"] = new JsonObject { ["method"] = "iamRole", ["roleId"] = null },
    };

    private static JsonObject Configuration(string roleArn) => new()
    {
        ["roleArn"] = roleArn,
        ["bucket"] = Bucket,
        ["region"] = "us-east-1",
        ["path"] = Path,
        ["encryption"] = new JsonObject { ["type"] = "sse-s3" },
    };

    private static bool HasStatus(JsonNode report, string check, string status) =>
        report["checks"]!
            .AsArray()
            .Any(found => found!["name"]!.GetValue<string>() == check && found["status"]!.GetValue<string>() == status);

    private static void Expect(bool asItShouldBe, string sentence, JsonNode found)
    {
        if (!asItShouldBe)
            throw new DemoFailedException($"{sentence} It was otherwise: {found.ToJsonString()}");
    }
}

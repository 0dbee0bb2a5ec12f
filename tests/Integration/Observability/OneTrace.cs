using System.Diagnostics;
using System.Net;
using ServerlessDrives.Tests.Integration.Connecting;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Observability;

/// <summary>What an operator sees of one connection, at an OTLP collector.</summary>
public sealed class OneTrace
{
    private const int Server = 2;
    private const int Client = 3;

    [Fact]
    public async Task From_the_first_request_over_two_confirmations_and_a_restart_to_the_first_read_it_is_one_trace_without_secrets()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        await using var app = await EmbeddedApp.StartAsync(new(collector.Settings) { ["Verification__PropagationWait"] = "00:00:03" });
        var administrator = app.Administrator();
        var mia = await app.SignInAsync("mia");

        // Mia's own client says which trace it is, as a browser or a script would; the AWS admin's, behind the callback link, doesn't.
        var trace = ActivityTraceId.CreateRandom().ToHexString();
        void Traced(HttpClient http) =>
            http.DefaultRequestHeaders.Add("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom().ToHexString()}-01");
        Traced(mia);

        var connection = await Connections.StartAsync(mia, "iamRole");
        var id = connection.Text("id");
        var role = Connections.Unique("role");
        var arn = await administrator.CreateRoleAsync(role, connection["trustPolicy"]!);
        var link = await mia.PostAsync($"/api/connections/{id}/callback-links", new { step = "trust-policy" }, HttpStatusCode.Created);
        var token = link.Text("url").Split('/')[^1];
        using (var stranger = app.Anonymous())
            await stranger.PostAsync($"/api/callbacks/{token}", new { confirmedBy = "Sam of AWS" }, HttpStatusCode.Accepted);
        await mia.UntilAsync(id, "awaitingConfiguration");

        await app.StopAsync();
        await app.StartAgainAsync();
        administrator = app.Administrator();
        using var again = await app.SignInAsync("mia");
        Traced(again);
        await again.SendAsync(
            HttpMethod.Put,
            $"/api/connections/{id}/configuration",
            Connections.RoleConfiguration(arn, "claims/traced"),
            HttpStatusCode.Accepted);
        var offered = await again.UntilAsync(id, "awaitingBucketPolicy");
        await administrator.PutRolePolicyAsync(role, offered["rolePolicy"]!);
        var merged = await again.PostAsync(
            $"/api/connections/{id}/merged-bucket-policy",
            await administrator.BucketPolicyAsync("acme-documents"),
            HttpStatusCode.OK);
        await administrator.PutBucketPolicyAsync("acme-documents", merged);
        await again.PostAsync($"/api/connections/{id}/confirmations/bucket-policy", null, HttpStatusCode.Accepted);
        var drive = (await again.UntilAsync(id, "connected")).Text("driveId");
        const string Key = "nobody-may-log-this-name.txt";
        await again.SendAsync(HttpMethod.Put, $"/api/drives/{drive}/files/{Key}", "\"content\"", HttpStatusCode.Created);
        (await again.GetAsync($"/api/drives/{drive}/files/{Key}", HttpStatusCode.OK)).GetValue<string>().ShouldBe("content");
        await app.StopAsync();

        var all = collector.Spans.ToList();
        var ours = all.Where(span => span.TraceId == trace).ToList();
        var names = ours.Select(span => span.Name).ToList();

        // The requests, each under its function's name.
        foreach (var function in new[] { "StartConnection", "ConfirmBucketPolicy", "GetDriveFiles" })
            ours.ShouldContain(
                span => span.Kind == Server && span["faas.name"] == function,
                $"of {string.Join(", ", ours.Select(span => span["faas.name"]).Distinct())}");
        ours.Where(span => span.Kind == Server && span["faas.name"] is not null && span["http.request.method"] is not null)
            .ShouldAllBe(span => span["http.route"] != null);

        // The orchestration and all of its activities, before and after the restart.
        names.ShouldContain("create_orchestration:ConnectDrive");
        names.ShouldContain("orchestration_event:BucketPolicyConfirmed/1");
        foreach (
            var activity in new[]
            {
                "OfferTrustPolicy",
                "AskForConfiguration",
                "ProveTrust",
                "OfferBucketPolicy",
                "VerifyConnection",
                "FinishConnection",
            })
            ours.ShouldContain(span => span.Name == $"activity:{activity}" && span["durabletask.task.instance_id"] == id);
        var begun = ours.Single(span => span.Name == "create_orchestration:ConnectDrive");
        ours.Where(span => span.Name == "orchestration:ConnectDrive").Select(span => span.Parent).Distinct().ShouldBe([begun.Id]);

        // Every call to AWS and Azure, below what made it.
        var byId = ours.ToDictionary(span => span.Id);
        bool IsBelow(ReceivedSpan span, string name) =>
            byId.TryGetValue(span.Parent, out var parent) && (parent.Name == name || IsBelow(parent, name));
        foreach (
            var (call, activity) in new[]
            {
                ("STS/AssumeRole", "ProveTrust"),
                ("S3/PutObject", "VerifyConnection"),
                ("S3/DeleteObject", "VerifyConnection"),
            })
            ours.Any(span =>
                    span.Name == call && span.Kind == Client && span["rpc.system"] == "aws-api" && IsBelow(span, $"activity:{activity}"))
                .ShouldBeTrue(call);
        var read = ours.Single(span => span.Name == "S3/GetObject" && IsOfRead(span));
        read["aws.request_id"].ShouldNotBeNullOrEmpty();
        ours.ShouldContain(span =>
            span.Parent == read.Id && span["url.full"] == app.Cloud["aws"]!["endpoint"]!.GetValue<string>().TrimEnd('/'));
        ours.Any(span => span.Name.StartsWith("TableClient.", StringComparison.Ordinal) && IsBelow(span, "activity:FinishConnection"))
            .ShouldBeTrue();

        // Whom the link brought has a trace of their own; it says where it belongs.
        var byCallback = all.Where(span => span["faas.name"] == "ConfirmCallback").ShouldHaveSingleItem();
        byCallback.TraceId.ShouldNotBe(trace);
        byCallback.Links.ShouldContain(trace);
        byCallback["serverlessdrives.connection.id"].ShouldBe(id);

        // Nothing that belongs to nobody, no key, no secret.
        all.Where(span => span.Parent.Length == 0).ShouldAllBe(span => span.Kind != Client);
        collector.Mentions(Key).ShouldBeFalse();
        collector.Mentions(token).ShouldBeFalse();
        collector.Mentions(administrator.DriveUser.Secret).ShouldBeFalse();
        foreach (
            var metric in new[]
            {
                "serverlessdrives.connections",
                "serverlessdrives.connection.step.duration",
                "serverlessdrives.verifications",
                "serverlessdrives.verification.checks",
                "serverlessdrives.callbacks",
                "serverlessdrives.credentials.requests",
                "serverlessdrives.files.io",
                "serverlessdrives.s3.requests",
                "serverlessdrives.s3.io",
                "http.server.request.duration",
            })
            collector.Metrics.Keys.ShouldContain(metric);

        bool IsOfRead(ReceivedSpan span) =>
            byId.TryGetValue(span.Parent, out var parent) && (parent["faas.name"] == "GetDriveFiles" || IsOfRead(parent));
    }
}

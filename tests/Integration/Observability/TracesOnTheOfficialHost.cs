using System.Diagnostics;
using System.Net;
using ServerlessDrives.Tests.Integration.Connecting;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Observability;

/// <summary>
/// What an operator sees in Azure. The official host can't run here, so the local one hands on what the official one was seen to hand on:
/// a caller's trace with flags 00, and for invocations the same unrecorded, another one, or none.
/// </summary>
public sealed class TracesOnTheOfficialHost
{
    private const int Server = 2;

    [Theory]
    [InlineData("Unrecorded")]
    [InlineData("Apart")]
    [InlineData("None")]
    public async Task Request_orchestration_activities_and_every_call_to_AWS_are_one_trace_at_a_collector_and_in_Application_Insights(
        string handedOn)
    {
        await using var collector = await OtlpReceiver.StartAsync();
        await using var insights = await IngestionReceiver.StartAsync();
        await using var app = await EmbeddedApp.StartAsync(new(collector.Settings.Concat(insights.Settings).ToDictionary())
        {
            ["LocalHost__Traces"] = handedOn,
            // As the official host replays them.
            ["Durable__ExtendedSessions"] = "false",
            ["Verification__PropagationWait"] = "00:00:03",
        });
        using var mia = await app.SignInAsync("mia");
        var trace = ActivityTraceId.CreateRandom().ToHexString();
        mia.DefaultRequestHeaders.Add("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom().ToHexString()}-00");

        var connected = await Connections.ConnectByRoleAsync(app, mia, "claims/official");
        var file = $"/api/drives/{connected.Text("driveId")}/files/traced.txt";
        await mia.SendAsync(HttpMethod.Put, file, "\"content\"", HttpStatusCode.Created);
        await mia.GetAsync(file, HttpStatusCode.OK);
        await app.StopAsync();

        var spans = collector.Spans.Where(span => span.TraceId == trace).ToList();
        var byId = collector.Spans.ToDictionary(span => span.Id);
        bool IsBelow(ReceivedSpan span, string function) =>
            byId.TryGetValue(span.Parent, out var parent) && (parent["faas.name"] == function || IsBelow(parent, function));

        // Each request, under its function's name and in ASP.NET Core's own span.
        foreach (var function in new[] { "StartConnection", "ConfigureConnection", "ConfirmBucketPolicy", "GetDriveFiles" })
            spans.ShouldContain(span => span.Kind == Server && span["faas.name"] == function, function);
        spans.ShouldContain(span => span.Kind == Server && span["http.request.method"] == "POST");

        // The orchestration's turns, and its activities with what they call.
        spans.Count(span => span["faas.name"] == "ConnectDrive" || span.Name == "ConnectDrive").ShouldBeGreaterThan(3);
        foreach (
            var (call, function) in new[]
            {
                ("STS/AssumeRole", "ProveTrust"),
                ("S3/PutObject", "VerifyConnection"),
                ("S3/GetObject", "GetDriveFiles"),
            })
            spans.Any(span => span.Name == call && IsBelow(span, function)).ShouldBeTrue(call);
        spans.Any(span => span.Name.StartsWith("TableClient.", StringComparison.Ordinal) && IsBelow(span, "FinishConnection"))
            .ShouldBeTrue();
        // None elsewhere but of the health check, which a timer begins.
        collector.Spans
            .Where(span => span["rpc.system"] == "aws-api" && span.TraceId != trace && !IsBelow(span, "CheckDueDrives"))
            .Select(span => span.Name)
            .ShouldBeEmpty();

        // The same in Application Insights, by the app's identity.
        insights.Refused.ShouldBeEmpty();
        var ingested = insights.Spans.Where(span => span.TraceId == trace).ToList();
        ingested.Select(span => span.Id).Order().ShouldBe(spans.Select(span => span.Id).Order());
        foreach (var call in new[] { "STS/AssumeRole", "S3/PutObject", "S3/GetObject" })
            ingested.ShouldContain(span => span.Kind == "RemoteDependencyData" && span.Name == call);
    }
}

using System.Net;
using System.Text.Json.Nodes;
using DurableTask.Core.History;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Connecting;

/// <summary>Configurations that come while policies are being applied.</summary>
public sealed class Reconfigured
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_configuration_that_is_heard_of_late_takes_no_step_back_and_a_new_one_does()
    {
        await using var app = await InProcessApp.StartAsync(
            new() { ["Verification:PropagationWait"] = "00:00:00.3", ["Verification:FirstPause"] = "00:00:00.1" });
        using var mia = await app.SignInAsync("mia");
        var administrator = app.Administrator();
        var (id, role, offered) = await Connections.OfferAsync(administrator, mia, "acme-documents", "claims/late");
        var arn = offered["authentication"]!.Text("roleArn");

        // What is left where a configuration was stored before the flow asked for it, and its event came after.
        await app.Durable.RaiseEventAsync(id, "Configured/1", id, Cancellation);
        while (!await HasCalledAsync(app, id, "IsReconfigured"))
        {
            (await ReadAsync(mia, id)).Text("updatedAt").ShouldBe(offered.Text("updatedAt"));
            await Task.Delay(20, Cancellation);
        }

        (await ReadAsync(mia, id)).Text("status").ShouldBe("awaitingBucketPolicy");

        await mia.SendAsync(
            HttpMethod.Put,
            $"/api/connections/{id}/configuration",
            Connections.RoleConfiguration(arn, "claims/other"),
            HttpStatusCode.Accepted);
        while (await HasCalledAsync(app, id, "IsReconfigured") || !await HasCalledAsync(app, id, "OfferBucketPolicy"))
            await Task.Delay(20, Cancellation);
        var again = await mia.UntilAsync(id, "awaitingBucketPolicy");
        again["rolePolicy"]!.ToJsonString().ShouldContain("claims/other");
        await administrator.PutRolePolicyAsync(role, again["rolePolicy"]!);
        await mia.PostAsync($"/api/connections/{id}/confirmations/bucket-policy", null, HttpStatusCode.Accepted);
        await mia.UntilAsync(id, "connected");
    }

    [Fact]
    public async Task The_arn_of_a_role_that_is_proven_can_not_be_changed_any_more()
    {
        await using var app = await InProcessApp.StartAsync();
        using var mia = await app.SignInAsync("mia");
        var (id, _, offered) = await Connections.OfferAsync(app.Administrator(), mia, "acme-documents", "claims/proven");
        var refused = await mia.SendAsync(
            HttpMethod.Put,
            $"/api/connections/{id}/configuration",
            Connections.RoleConfiguration("arn:aws:iam::444455556666:role/Another", "claims/proven"),
            HttpStatusCode.UnprocessableEntity);
        refused["errors"]!["roleArn"]![0]!.GetValue<string>().ShouldContain(offered["authentication"]!.Text("roleArn"));
    }

    private static Task<JsonNode> ReadAsync(HttpClient http, string id) => http.GetAsync($"/api/connections/{id}", HttpStatusCode.OK);

    /// <summary>Whether the present run of the flow has called an activity.</summary>
    private static async Task<bool> HasCalledAsync(InProcessApp app, string id, string activity) =>
        (await app.Durable.GetOrchestrationHistoryAsync(id, Cancellation)).OfType<TaskScheduledEvent>().Any(call => call.Name == activity);
}

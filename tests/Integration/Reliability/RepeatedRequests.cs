using System.Net;
using ServerlessDrives.Tests.Integration.Connecting;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Reliability;

/// <summary>Whoever asks again under the same key gets what was done the first time, and it was done once.</summary>
[Collection(RunningApp.Name)]
public sealed class RepeatedRequests(RunningApp running)
{
    private const int OfEach = 16;

    [Fact]
    public async Task Requests_whose_callers_go_away_before_the_answer_are_carried_out_once_and_answered_when_repeated()
    {
        using var ada = await running.App.SignInAsync("ada");
        var administrator = running.App.Administrator();
        var (webhook, drive) = await WatchedDriveAsync(ada, administrator);
        var creations = ThingsToCreate
            .Kinds.SelectMany(kind =>
                Enumerable
                    .Range(0, kind == "connection-with-key" ? 80 : OfEach)
                    .Select(n =>
                        (
                            Creation: ThingsToCreate.Of(kind, administrator, webhook, drive),
                            Leaves: TimeSpan.FromMilliseconds(2 + (n * 88.0 / 80)))))
            .ToList();

        await Parallel.ForEachAsync(
            creations,
            new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = TestContext.Current.CancellationToken },
            async (one, _) =>
            {
                await one.Creation.SendAndLeaveAsync(running.App.Address, ada, one.Leaves);
                var answer = await one.Creation.RepeatAsync(ada);
                // And once more: what was answered is answered again.
                (await one.Creation.RepeatAsync(ada))
                    .ToJsonString()
                    .ShouldBe(answer.ToJsonString());
            });

        (await ThingsToCreate.ThereAsync(ada)).ShouldBeThereOnce(creations.Select(one => one.Creation));
    }

    [Fact]
    public async Task A_start_without_a_key_is_whole_or_not_there_when_its_caller_goes_away()
    {
        using var mia = await running.App.SignInAsync("mia");
        var administrator = running.App.Administrator();
        var starts = Enumerable.Range(0, 30).Select(_ => ThingsToCreate.Of("connection-with-key", administrator, "", "")).ToList();
        for (var i = 0; i < starts.Count; i++)
            await starts[i].SendAndLeaveAsync(running.App.Address, mia, TimeSpan.FromMilliseconds(2 + i));
        await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        using var ada = await running.App.SignInAsync("ada");
        var there = await ThingsToCreate.ThereAsync(ada);
        foreach (var connection in starts.SelectMany(start => there[$"connections/{start.Name}"]))
            connection["configuration"].ShouldNotBeNull();
    }

    internal static async Task<(string Webhook, string Drive)> WatchedDriveAsync(HttpClient ada, AwsAdministrator administrator)
    {
        var webhook = (
            await ada.PostAsync(
                "/api/webhooks",
                new { url = "https://127.0.0.1:9/", events = new[] { "drive.removed" } },
                HttpStatusCode.Created)
        ).Text("id");
        var connection = await Connections.StartAsync(ada, "accessKey");
        await ada.SendAsync(
            HttpMethod.Put,
            $"/api/connections/{connection.Text("id")}/configuration",
            Connections.KeyConfiguration(administrator, "watched"),
            HttpStatusCode.Accepted);
        return (webhook, (await ada.UntilAsync(connection.Text("id"), "connected")).Text("driveId"));
    }
}

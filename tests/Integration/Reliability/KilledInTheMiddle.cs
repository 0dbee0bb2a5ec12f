using System.Globalization;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Reliability;

/// <summary>An app that is killed while it creates things.</summary>
public sealed class KilledApp : IAsyncLifetime
{
    public EmbeddedApp App { get; private set; } = null!;

    public async ValueTask InitializeAsync() => App = await EmbeddedApp.StartAsync(new()
    {
        ["ServerlessDrives__Webhooks__AllowPrivateTargets"] = "true",
        ["ServerlessDrives__Connection__RecoverAfter"] = "00:00:02",
        ["ServerlessDrives__Secrets__SettleAfter"] = "00:00:04",
        ["Verification__PropagationWait"] = "00:00:01",
    });

    public ValueTask DisposeAsync() => App.DisposeAsync();
}

/// <summary>kill -9 with requests under way, and the same requests again.</summary>
public sealed class KilledInTheMiddle(KilledApp killed) : IClassFixture<KilledApp>
{
    /// <summary>Each costs a start; the soak makes dozens.</summary>
    private static readonly int Kills = int.Parse(Environment.GetEnvironmentVariable("KILLS") ?? "1", CultureInfo.InvariantCulture);

    [Fact]
    public async Task What_a_kill_cut_off_is_done_once_when_the_request_is_repeated_and_leaves_no_secret_without_an_owner()
    {
        var app = killed.App;
        var created = new List<Creation>();
        var forgotten = new List<Creation>();
        var ada = await app.SignInAsync("ada");
        var (webhook, drive) = await RepeatedRequests.WatchedDriveAsync(ada, app.Administrator());
        for (var kill = 0; kill < Kills; kill++)
        {
            var underWay = ThingsToCreate
                .Kinds.SelectMany(kind => Enumerable.Range(0, 5).Select(_ => ThingsToCreate.Of(kind, app.Administrator(), webhook, drive)))
                .ToList();
            var sent = Task.WhenAll(
                underWay.Select(
                    (one, n) =>
                        Task.Run(async () =>
                        {
                            await Task.Delay(n % 5 * 15);
                            await one.SendAndLeaveAsync(app.Address, ada, TimeSpan.FromSeconds(1));
                        })));
            await Task.Delay(40 + (30 * (kill % 3)), TestContext.Current.CancellationToken);
            await app.KillAsync();
            await sent;
            ada.Dispose();
            await app.StartAgainAsync();
            ada = await app.SignInAsync("ada");
            var again = underWay.Where((_, n) => n % 5 != 4).ToList();
            // Those that nobody asks for again: they are there whole, or not at all.
            forgotten.AddRange(underWay.Except(again));
            await Task.WhenAll(again.Select(one => one.RepeatAsync(ada)));
            created.AddRange(again);
        }

        var there = await ThingsToCreate.ThereAsync(ada);
        there.ShouldBeThereOnce(created);
        foreach (var left in forgotten)
            there[left.ListedAs].Count().ShouldBeLessThanOrEqualTo(1, left.Name);
        foreach (var connection in forgotten.Where(left => left.Kind == "connection-with-key").SelectMany(left => there[left.ListedAs]))
            connection["configuration"].ShouldNotBeNull("a connection that was started with a configuration has it");

        await Invariants.EverySecretHasAnOwnerAsync(app, ada, TimeSpan.FromSeconds(90));
        ada.Dispose();
    }
}

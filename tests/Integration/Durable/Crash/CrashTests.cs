using ServerlessDrives.Embedded.Durable.Sqlite;
using ServerlessDrives.Tests.Shared.Durable;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Durable.Crash;

/// <summary>The process ends before or after each commit in turn, and often at random: the story ends as if nothing had happened.</summary>
public sealed class CrashTests : IDisposable
{
    private const int AtOnce = 4;

    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("durable-crashes-");

    public static TheoryData<string, bool> Crashes =>
        new()
        {
            { nameof(CommitMoment.Before), false },
            { nameof(CommitMoment.Before), true },
            { nameof(CommitMoment.After), false },
            { nameof(CommitMoment.After), true },
        };

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(Crashes))]
    public async Task A_crash_at_any_commit_loses_nothing_and_doubles_nothing(string moment, bool withSessions)
    {
        var commits = await UndisturbedAsync();
        commits.ShouldBeGreaterThan(10);
        await Parallel.ForEachAsync(
            Enumerable.Range(1, commits),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (at, _) => await RunAsync($"{moment} commit {at}", withSessions, [(at, Enum.Parse<CommitMoment>(moment))]));
    }

    [Fact]
    public async Task Crash_after_crash_at_random_commits_loses_nothing_and_doubles_nothing() =>
        await Parallel.ForEachAsync(
            Enumerable.Range(1, 16),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (seed, _) =>
            {
                // Whatever goes wrong can be seen again by its seed, but for the order of what is under way at once.
                var random = new Random(seed);
                var crashes = Enumerable
                    .Range(0, 6)
                    .Select(_ => (random.Next(1, 12), random.Next(2) == 0 ? CommitMoment.Before : CommitMoment.After))
                    .ToList();
                await RunAsync($"seed {seed}: {string.Join(", ", crashes)}", withSessions: seed % 2 == 0, crashes);
            });

    /// <returns>How many commits it takes.</returns>
    private async Task<int> UndisturbedAsync()
    {
        var story = new Story();
        await using var hub = NewHub(story, withSessions: false);
        await hub.StartAsync();
        using var patience = new CancellationTokenSource(TimeLimit);
        await story.DriveAsync(hub.Client, patience.Token);
        story.ShouldHaveEndedWell((await hub.Client.GetInstanceAsync(Story.Id, getInputsAndOutputs: true))!, "undisturbed");
        return (int)hub.Hub.CommitCount;
    }

    private async Task RunAsync(string what, bool withSessions, IReadOnlyList<(int At, CommitMoment Moment)> crashes)
    {
        var story = new Story();
        await using var hub = NewHub(story, withSessions);
        foreach (var (at, moment) in crashes)
        {
            await hub.StartAsync();
            var crashed = hub.CrashAt(at, moment);
            using var crash = new CancellationTokenSource();
            var driven = story.DriveAsync(hub.Client, crash.Token);
            var first = await Task.WhenAny(driven, crashed).WaitAsync(TimeLimit);
            await crash.CancelAsync();
            await hub.StopAsync();
            if (crashed.IsCompleted)
                await driven.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            else
                await first;
        }

        await hub.StartAsync();
        using var patience = new CancellationTokenSource(TimeLimit);
        try
        {
            await story.DriveAsync(hub.Client, patience.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"{what}: it never ends.");
        }

        story.ShouldHaveEndedWell(await hub.EndOfAsync(Story.Id), what);
    }

    private TestHub NewHub(Story story, bool withSessions) => new(story.Functions, new()
    {
        Folder = _folder.CreateSubdirectory($"{Guid.NewGuid():N}").FullName,
        ExtendedSessions = withSessions,
        RetryDelay = TimeSpan.FromMilliseconds(50),
        StopLimit = TimeSpan.FromMilliseconds(200),
    });
}

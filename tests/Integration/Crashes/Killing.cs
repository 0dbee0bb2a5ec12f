using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Crashes;

/// <summary>Plays scenarios and kills the app in the middle of them.</summary>
internal static class Killing
{
    private const int AtOnce = 4;

    /// <summary>Plays a scenario once to count the calls, then once for each call, killed right after it.</summary>
    /// <param name="ofEngine">Whether it dies at calls of the durable engine too.</param>
    /// <param name="every">Of which calls one is taken, for scenarios of many calls; CRASH_EVERY=1 takes all of them.</param>
    public static async Task EverywhereAsync(Func<Death, string, Task> scenario, int atOnce = AtOnce, bool ofEngine = true, int every = 1)
    {
        foreach (var engine in ofEngine ? new[] { false, true } : [false])
        {
            var whole = new Death(int.MaxValue, engine);
            await scenario(whole, NewHub());
            if (!engine)
                whole.Calls.ShouldBeGreaterThan(2);
            var step = engine ? 10
                : int.TryParse(Environment.GetEnvironmentVariable("CRASH_EVERY"), out var asked) ? asked
                : every;
            await Parallel.ForEachAsync(
                Enumerable.Range(0, (whole.Calls / step) + 1).Select(n => n * step),
                new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = TestContext.Current.CancellationToken },
                async (after, _) =>
                {
                    try
                    {
                        await scenario(new Death(after, engine), NewHub());
                    }
                    catch (Exception failure)
                    {
                        throw new InvalidOperationException(
                            $"Killed after call {after} of {(engine ? "the engine" : "the app")}: {failure.Message}",
                            failure);
                    }
                });
        }
    }

    private static string NewHub() => $"Crash{Guid.NewGuid():N}";

    /// <summary>What a life does, until it ends: what it still waits for then isn't waited for.</summary>
    public static async Task LiveAsync(Death death, Func<Task> act)
    {
        var acting = act();
        try
        {
            await (await Task.WhenAny(acting, death.Comes)).WaitAsync(TimeSpan.FromSeconds(90));
        }
        catch (Exception end) when (IsDeath(end))
        {
        }

        await death.SettleAsync();
        _ = acting.ContinueWith(
            ended => ended.Exception,
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted,
            TaskScheduler.Default);
    }

    private static bool IsDeath(Exception exception) =>
        exception is KilledException
        || (exception is AggregateException several && several.InnerExceptions.All(IsDeath))
        || (exception.InnerException is { } inner && IsDeath(inner));
}

namespace ServerlessDrives.Tests.Benchmarks.Durable;

/// <summary>
/// What the official Durable Task stack did: Functions host 4.1037, Durable extension 3.14.1, DurableTask 1.25, on two cores with
/// Azurite, in single runs. Where several were seen, its best.
/// </summary>
internal static class OfficialStack
{
    public const string Name = "the official stack, measured on two cores with Azurite";

    /// <summary>Sequences of five activities a second, by how many at once.</summary>
    public static readonly IReadOnlyDictionary<int, double> SequencesPerSecond = new Dictionary<int, double> { [1] = 6, [10] = 9.5, [100] = 6.4 };

    /// <summary>The median of a sequence of five activities, in milliseconds.</summary>
    public static readonly IReadOnlyDictionary<int, double> SequenceMedian = new Dictionary<int, double> { [1] = 166, [10] = 900, [100] = 15_400 };

    /// <summary>From raising an event to the end of the orchestration that waited for it, in milliseconds, by percentile.</summary>
    public static readonly IReadOnlyDictionary<int, double> EventAlone = new Dictionary<int, double> { [50] = 32, [99] = 64 };

    /// <inheritdoc cref="EventAlone"/>
    public static readonly IReadOnlyDictionary<int, double> EventAmongHundred = new Dictionary<int, double> { [50] = 1_200, [99] = 1_900 };

    /// <summary>One orchestration with 500 parallel activities, in seconds.</summary>
    public const double FiveHundredParallel = 9.1;

    /// <summary>Storage requests for a sequence of five activities, with the polling of queues.</summary>
    public const double RequestsPerSequence = 77;

    /// <inheritdoc cref="RequestsPerSequence"/>
    public const double RequestsPerSequenceWithoutPolling = 43;

    /// <summary>Storage requests for an orchestration that waits for one event, with the polling of queues.</summary>
    public const double RequestsPerEvent = 23;

    /// <inheritdoc cref="RequestsPerEvent"/>
    public const double RequestsPerEventWithoutPolling = 14;

    /// <summary>Storage requests a second with nothing to do.</summary>
    public const double RequestsWhenIdle = 25;
}

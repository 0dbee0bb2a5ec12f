using Microsoft.DurableTask;

namespace ServerlessDrives;

/// <summary>
/// How often activities are tried again that failed by an exception. What AWS or a person did wrong is a result and no exception.
/// </summary>
internal static class DurableRetryPolicies
{
    /// <summary>For our own tables and vault: some minutes of trouble pass, twenty are a failure.</summary>
    public static TaskOptions OwnStores { get; } = Of(12, TimeSpan.FromSeconds(1));

    /// <summary>For giving back what would stay for ever otherwise: a day.</summary>
    public static TaskOptions Cleanup { get; } = Of(300, TimeSpan.FromSeconds(1));

    /// <summary>For what somebody waits for: a quarter of a minute.</summary>
    public static TaskOptions Attended { get; } = Of(5, TimeSpan.FromSeconds(1));

    /// <summary>For what the next timer does anyway: the same in fewer tries.</summary>
    public static TaskOptions Periodic { get; } = Of(3, TimeSpan.FromSeconds(5));

    private static TaskOptions Of(int attempts, TimeSpan first) => TaskOptions.FromRetryPolicy(
        new RetryPolicy(attempts, first, backoffCoefficient: 2, maxRetryInterval: TimeSpan.FromMinutes(5)));
}

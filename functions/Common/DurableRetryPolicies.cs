using Microsoft.DurableTask;

namespace ServerlessDrives.Common;

/// <summary>
/// How often an activity that throws is tried again. A refusal by AWS or a person's mistake is a result, for which nothing is thrown.
/// </summary>
internal static class DurableRetryPolicies
{
    /// <summary>For our own tables and vault: tried for about twenty minutes.</summary>
    public static TaskOptions OwnStores { get; } = Of(12, TimeSpan.FromSeconds(1));

    /// <summary>For giving back what would stay for ever otherwise: a day.</summary>
    public static TaskOptions Cleanup { get; } = Of(300, TimeSpan.FromSeconds(1));

    /// <summary>For what somebody waits for: 15 seconds.</summary>
    public static TaskOptions Attended { get; } = Of(5, TimeSpan.FromSeconds(1));

    /// <summary>For what the next timer repeats anyway: also 15 seconds, in fewer tries.</summary>
    public static TaskOptions Periodic { get; } = Of(3, TimeSpan.FromSeconds(5));

    private static TaskOptions Of(int attempts, TimeSpan first) => TaskOptions.FromRetryPolicy(
        new RetryPolicy(attempts, first, backoffCoefficient: 2, maxRetryInterval: TimeSpan.FromMinutes(5)));
}

using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace ServerlessDrives.Embedded.DurableTask;

/// <summary>Which instances a start of the same id leaves alone.</summary>
internal static class Reuse
{
    private static readonly OrchestrationRuntimeStatus[] Alive =
        [OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Pending, OrchestrationRuntimeStatus.Suspended];

    /// <param name="dedupeStatuses">
    /// Null keeps what is not over. A list keeps what is in one of its statuses, and everything else makes room, even what is running: it is terminated first.
    /// </param>
    /// <exception cref="ArgumentException">A status is unknown, or the list would have an instance terminated that it keeps as soon as it is.</exception>
    public static IReadOnlyList<OrchestrationRuntimeStatus> KeptBy(IReadOnlyList<string>? dedupeStatuses)
    {
        if (dedupeStatuses is null)
            return Alive;
        var kept = dedupeStatuses.Select(Parse).ToList();
        if (kept.Contains(OrchestrationRuntimeStatus.Terminated) && Alive.Any(status => !kept.Contains(status)))
            throw new ArgumentException($"'{nameof(OrchestrationRuntimeStatus.Terminated)}' can be kept only together with {string.Join(", ", Alive)}: what runs is terminated before it makes room.", nameof(dedupeStatuses));
        return kept;
    }

    private static OrchestrationRuntimeStatus Parse(string status) =>
        Enum.TryParse<OrchestrationRuntimeStatus>(status, ignoreCase: true, out var parsed) && Enum.IsDefined(parsed)
            ? parsed
            : throw new ArgumentException($"Invalid orchestration runtime status: '{status}' for deduplication.");
}

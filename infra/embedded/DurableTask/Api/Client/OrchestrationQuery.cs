namespace Microsoft.DurableTask.Client;

/// <summary>Which orchestrations to list.</summary>
/// <param name="CreatedFrom">Inclusive.</param>
/// <param name="CreatedTo">Inclusive.</param>
/// <param name="TaskHubNames">Of no effect where there is one task hub.</param>
public record OrchestrationQuery(
    DateTimeOffset? CreatedFrom = null,
    DateTimeOffset? CreatedTo = null,
    IEnumerable<OrchestrationRuntimeStatus>? Statuses = null,
    IEnumerable<string>? TaskHubNames = null,
    string? InstanceIdPrefix = null,
    int PageSize = OrchestrationQuery.DefaultPageSize,
    bool FetchInputsAndOutputs = false,
    string? ContinuationToken = null)
{
    public const int DefaultPageSize = 100;
}

/// <summary>How to terminate.</summary>
/// <param name="Output">Becomes the orchestration's output.</param>
/// <param name="Recursive">Whether its sub-orchestrations end with it.</param>
public record TerminateInstanceOptions(object? Output = null, bool Recursive = false);

/// <summary>How to purge.</summary>
/// <param name="Recursive">Whether its sub-orchestrations go with it.</param>
public record PurgeInstanceOptions(bool Recursive = false);

/// <summary>Which orchestrations to purge.</summary>
/// <param name="CreatedFrom">Inclusive.</param>
/// <param name="CreatedTo">Inclusive.</param>
public record PurgeInstancesFilter(
    DateTimeOffset? CreatedFrom = null,
    DateTimeOffset? CreatedTo = null,
    IEnumerable<OrchestrationRuntimeStatus>? Statuses = null)
{
    /// <summary>After this long the purge stops and says that it is not complete; no limit where null.</summary>
    public TimeSpan? Timeout { get; init; }
}

/// <summary>What was purged.</summary>
public class PurgeResult
{
    public PurgeResult(int count)
        : this(count, null)
    {
    }

    public PurgeResult(int count, bool? isComplete)
    {
        PurgedInstanceCount = count;
        IsComplete = isComplete;
    }

    public int PurgedInstanceCount { get; }

    public bool? IsComplete { get; }
}

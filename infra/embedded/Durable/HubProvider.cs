using DurableTask.AzureStorage;
using DurableTask.Core;
using DurableTask.Core.History;
using Microsoft.Extensions.Logging;
using Newtonsoft.Json.Linq;
using ServerlessDrives.Embedded.Durable.Sqlite;

namespace ServerlessDrives.Embedded.Durable;

/// <summary>A storage provider, and what DurableTask.Core has no interface for.</summary>
internal abstract class HubProvider : IDisposable
{
    public abstract IOrchestrationService Service { get; }

    public IOrchestrationServiceClient Client => (IOrchestrationServiceClient)Service;

    public abstract InstanceChanges Changes { get; }

    /// <summary>Whether it can be stopped at once when nothing is under way, or has to drain what it has fetched.</summary>
    public abstract bool StopsAtOnce { get; }

    /// <param name="withTexts">Its input, output and custom status, which may be large.</param>
    /// <returns>Null where there is no such instance.</returns>
    public abstract Task<OrchestrationState?> ReadStateAsync(string instanceId, bool withTexts);

    public abstract Task<IList<HistoryEvent>> ReadHistoryAsync(string instanceId);

    /// <summary>Has a failed orchestration go on from before its failure.</summary>
    public abstract Task RewindAsync(string instanceId, string reason);

    public void Dispose() => (Service as IDisposable)?.Dispose();
}

internal sealed class SqliteHubProvider(SqliteOrchestrationService service) : HubProvider
{
    public void CrashAtCommits(Action<CommitMoment> crash) => service.Commits.Crash = crash;

    public override IOrchestrationService Service => service;

    public override InstanceChanges Changes => service.Changes;

    public override bool StopsAtOnce => true;

    public override Task<OrchestrationState?> ReadStateAsync(string instanceId, bool withTexts) =>
        Task.FromResult(service.ReadState(instanceId, withTexts));

    public override Task<IList<HistoryEvent>> ReadHistoryAsync(string instanceId) =>
        Task.FromResult(service.ReadHistory(instanceId, executionId: null));

    public override Task RewindAsync(string instanceId, string reason) => service.SendTaskOrchestrationMessageAsync(new()
    {
        OrchestrationInstance = new() { InstanceId = instanceId },
        Event = new ExecutionRewoundEvent(-1, reason),
    });
}

/// <summary>Microsoft's provider on Azure Storage.</summary>
internal sealed class AzureStorageHubProvider(AzureStorageOrchestrationService service) : HubProvider
{
    private static readonly Dictionary<EventType, Type> Types = typeof(HistoryEvent)
        .Assembly.GetTypes()
        .Where(type =>
            type is { IsAbstract: false } && type.IsSubclassOf(typeof(HistoryEvent)) && Enum.TryParse<EventType>(type.Name[..^5], out _))
        .ToDictionary(type => Enum.Parse<EventType>(type.Name[..^5]));

    public override IOrchestrationService Service => service;

    public override InstanceChanges Changes { get; } = new();

    public override bool StopsAtOnce => false;

    public static AzureStorageHubProvider Create(DurableHubOptions options, ILoggerFactory loggers) => new(new(new()
    {
        StorageAccountClientProvider = new StorageAccountClientProvider(options.ConnectionString),
        TaskHubName = options.TaskHub,
        WorkerId = options.WorkerId,
        PartitionCount = options.Partitions,
        MaxConcurrentTaskOrchestrationWorkItems = options.ConcurrentOrchestrations,
        MaxConcurrentTaskActivityWorkItems = options.ConcurrentActivities,
        MaxQueuePollingInterval = options.LongestPoll,
        ControlQueueVisibilityTimeout = options.VisibilityTimeout,
        WorkItemQueueVisibilityTimeout = options.VisibilityTimeout,
        ThrowExceptionOnInvalidDedupeStatus = true,
        LoggerFactory = loggers,
    }));

    public override async Task<OrchestrationState?> ReadStateAsync(string instanceId, bool withTexts)
    {
        if (
            (await service.GetOrchestrationStateAsync(instanceId, allExecutions: false, fetchInput: withTexts))
            is not [{ Name: not null } state, ..])
            return null;
        // Only the history has why it failed.
        if (withTexts && state is { OrchestrationStatus: OrchestrationStatus.Failed, FailureDetails: null })
            state.FailureDetails = (await ReadHistoryAsync(instanceId)).OfType<ExecutionCompletedEvent>().LastOrDefault()?.FailureDetails;
        return state;
    }

    /// <summary>The provider gives the history as JSON, each event with a number for its type.</summary>
    public override async Task<IList<HistoryEvent>> ReadHistoryAsync(string instanceId) =>
    [
        .. JArray.Parse(await service.GetOrchestrationHistoryAsync(instanceId, executionId: null))
            .Select(happened => (HistoryEvent)happened.ToObject(
                (EventType)happened.Value<int>(nameof(HistoryEvent.EventType)) is EventType.ExecutionFailed or EventType.ExecutionCompleted
                    ? typeof(ExecutionCompletedEvent)
                    : Types[(EventType)happened.Value<int>(nameof(HistoryEvent.EventType))])!),
    ];

    public override Task RewindAsync(string instanceId, string reason) => service.RewindTaskOrchestrationAsync(instanceId, reason);
}

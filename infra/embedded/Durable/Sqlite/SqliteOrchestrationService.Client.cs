using DurableTask.Core;
using DurableTask.Core.History;
using DurableTask.Core.Query;
using Newtonsoft.Json;
using ServerlessDrives.Embedded.Durable.Conversion;

namespace ServerlessDrives.Embedded.Durable.Sqlite;

/// <summary>What clients ask for. A call that changes something is answered when that is stored.</summary>
public sealed partial class SqliteOrchestrationService
    : IOrchestrationServiceClient,
        IOrchestrationServiceQueryClient,
        IOrchestrationServicePurgeClient
{
    private const int PurgedAtOnce = 100;

    public Task CreateTaskOrchestrationAsync(TaskMessage creationMessage) => CreateTaskOrchestrationAsync(creationMessage, null);

    /// <param name="dedupeStatuses">An instance in one of these keeps its id. Null means: one that is not over.</param>
    public Task CreateTaskOrchestrationAsync(TaskMessage creationMessage, OrchestrationStatus[]? dedupeStatuses) =>
        _commits.RunAsync(transaction =>
        {
            transaction.Start(creationMessage, dedupeStatuses ?? OrchestrationStatuses.NotOver);
            return true;
        });

    public Task SendTaskOrchestrationMessageAsync(TaskMessage message) => SendTaskOrchestrationMessageBatchAsync(message);

    public Task SendTaskOrchestrationMessageBatchAsync(params TaskMessage[] messages) => _commits.RunAsync(transaction =>
    {
        foreach (var message in messages)
            transaction.Send(message);
        return true;
    });

    public Task ForceTerminateTaskOrchestrationAsync(string instanceId, string? reason) => SendTaskOrchestrationMessageAsync(new()
    {
        OrchestrationInstance = new() { InstanceId = instanceId },
        Event = new ExecutionTerminatedEvent(-1, reason),
    });

    /// <returns>Null where it was not over in time.</returns>
    public async Task<OrchestrationState?> WaitForOrchestrationAsync(
        string instanceId, string? executionId, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            return await Changes.UntilAsync(
                instanceId,
                async () =>
                    ReadState(instanceId, withTexts: false) is { } state && state.IsOver()
                        ? await GetOrchestrationStateAsync(instanceId, executionId)
                        : null,
                limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    public async Task<IList<OrchestrationState>> GetOrchestrationStateAsync(string instanceId, bool allExecutions) =>
        await GetOrchestrationStateAsync(instanceId, executionId: null) is { } state ? [state] : [];

    public Task<OrchestrationState?> GetOrchestrationStateAsync(string instanceId, string? executionId)
    {
        var state = ReadState(instanceId, withTexts: true);
        return Task.FromResult(string.IsNullOrEmpty(executionId) || state?.OrchestrationInstance.ExecutionId == executionId ? state : null);
    }

    public Task<string> GetOrchestrationHistoryAsync(string instanceId, string? executionId) =>
        Task.FromResult(JsonConvert.SerializeObject(ReadHistory(instanceId, executionId)));

    public Task<OrchestrationQueryResult> GetOrchestrationWithQueryAsync(OrchestrationQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        var filter = new InstanceFilter(query.InstanceIdPrefix, query.CreatedTimeFrom, query.CreatedTimeTo, query.RuntimeStatus);
        var page = _database.Read(read =>
            read.ReadPage(filter, query.ContinuationToken ?? string.Empty, query.PageSize + 1, query.FetchInputsAndOutputs));
        if (page.Count <= query.PageSize)
            return Task.FromResult(new OrchestrationQueryResult(page, continuationToken: null));
        page.RemoveAt(query.PageSize);
        return Task.FromResult(new OrchestrationQueryResult(page, page[^1].OrchestrationInstance.InstanceId));
    }

    public async Task<PurgeResult> PurgeInstanceStateAsync(string instanceId) => new(await PurgeAsync([instanceId]), isComplete: true);

    public async Task<PurgeResult> PurgeInstanceStateAsync(PurgeInstanceFilter purgeInstanceFilter)
    {
        ArgumentNullException.ThrowIfNull(purgeInstanceFilter);
        var statuses = purgeInstanceFilter.RuntimeStatus?.Intersect(OrchestrationStatuses.Over) ?? OrchestrationStatuses.Over;
        var filter = new InstanceFilter(null, purgeInstanceFilter.CreatedTimeFrom, purgeInstanceFilter.CreatedTimeTo, statuses);
        var began = _clock.GetTimestamp();
        var purged = 0;
        for (var after = string.Empty; ;)
        {
            var ids = _database.Read(read => read.ReadIds(filter, after, PurgedAtOnce));
            if (ids.Count == 0)
                return new(purged, isComplete: true);
            purged += await PurgeAsync(ids);
            after = ids[^1];
            if (_clock.GetElapsedTime(began) > purgeInstanceFilter.Timeout)
                return new(purged, isComplete: false);
        }
    }

    public Task PurgeOrchestrationHistoryAsync(DateTime thresholdDateTimeUtc, OrchestrationStateTimeRangeFilterType timeRangeFilterType) =>
        timeRangeFilterType is OrchestrationStateTimeRangeFilterType.OrchestrationCreatedTimeFilter
            ? PurgeInstanceStateAsync(new PurgeInstanceFilter(DateTime.MinValue, thresholdDateTimeUtc, runtimeStatus: null))
            : throw new NotSupportedException("Histories are purged by the time at which their instances were created.");

    internal OrchestrationState? ReadState(string instanceId, bool withTexts) =>
        _database.Read(read => read.ReadState(instanceId, withTexts));

    /// <returns>Empty for an instance that is unknown, or has not begun.</returns>
    internal IList<HistoryEvent> ReadHistory(string instanceId, string? executionId) => _database.Read(read =>
        read.FindInstance(instanceId) is { } found && (string.IsNullOrEmpty(executionId) || executionId == found.Execution)
            ? read.ReadHistory(instanceId, found.Execution).Events
            : []);

    private Task<int> PurgeAsync(List<string> instances) => _commits.RunAsync(transaction =>
    {
        var over = instances.FindAll(instance => transaction.Find(instance)?.Status.IsOver() ?? false);
        over.ForEach(transaction.Delete);
        return over.Count;
    });
}

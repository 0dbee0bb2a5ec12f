using System.Globalization;
using Azure.Data.Tables;
using Grpc.Core;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace ServerlessDrives.Embedded.DurableTask;

/// <summary>The client of the engine in this process. Reads go to storage, unless somebody waits for an instance that is in memory; everything else becomes mail to an instance.</summary>
internal sealed class EmbeddedDurableTaskClient(DurableEngine engine) : DurableTaskClient("embedded")
{
    private const int LongestInstanceId = 200;

    /// <summary>After this long without storage, a caller is told so.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private EngineParts Parts => engine.Parts;

    public override async Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName, object? input = null, StartOrchestrationOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(orchestratorName.Name);
        var id = options?.InstanceId ?? Guid.NewGuid().ToString("N");
        using var span = DurableTrace.Sends("create_orchestration", orchestratorName, id);
        await AskAsync(
            id,
            new Mail.Start(
                orchestratorName,
                options?.Version?.Version ?? string.Empty,
                Parts.Converter.Serialize(input),
                options?.StartAt?.UtcDateTime,
                options?.Tags ?? new Dictionary<string, string>(),
                Reuse.KeptBy(options?.DedupeStatuses),
                DurableTrace.Here,
                IsNew: options?.InstanceId is null),
            cancellation);
        return id;
    }

    public override async Task RaiseEventAsync(string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        using var span = DurableTrace.Sends("orchestration_event", eventName, instanceId);
        await AskAsync(instanceId, new Mail.RaiseEvent(eventName, Parts.Converter.Serialize(eventPayload), DurableTrace.Here), cancellation);
    }

    public override Task TerminateInstanceAsync(string instanceId, TerminateInstanceOptions? options = null, CancellationToken cancellation = default) =>
        AskAsync(instanceId, new Mail.Terminate(Parts.Converter.Serialize(options?.Output), options?.Recursive ?? false), cancellation);

    public override Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        AskAsync(instanceId, new Mail.Suspend(reason), cancellation);

    public override Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        AskAsync(instanceId, new Mail.Resume(reason), cancellation);

    public override Task<OrchestrationMetadata> WaitForInstanceStartAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        WaitAsync(instanceId, state => state.Status is not OrchestrationRuntimeStatus.Pending, getInputsAndOutputs, cancellation);

    public override Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        WaitAsync(instanceId, state => state.IsOver, getInputsAndOutputs, cancellation);

    public override Task<OrchestrationMetadata?> GetInstancesAsync(string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        PatientlyAsync(
            async patience => await ReadAsync(instanceId, patience) is { } state ? await ToMetadataAsync(state, getInputsAndOutputs, patience) : null,
            cancellation);

    public override AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null)
    {
        var query = filter ?? new OrchestrationQuery();
        var text = FilterOf(query.InstanceIdPrefix, query.CreatedFrom, query.CreatedTo, query.Statuses);
        return Pageable.Create<OrchestrationMetadata>((continuation, size, cancellation) => PatientlyAsync(
            async patience =>
            {
                var page = await Parts.Storage.PageAsync(
                    text, continuation ?? query.ContinuationToken, Math.Clamp(size ?? query.PageSize, 1, 1000), InstanceState.ColumnsWithoutHistory, patience);
                var values = new List<OrchestrationMetadata>();
                foreach (var row in page.Values)
                {
                    if (await ToMetadataAsync(InstanceState.From(row), query.FetchInputsAndOutputs, patience) is { } instance)
                        values.Add(instance);
                }

                return new Page<OrchestrationMetadata>(values, page.ContinuationToken);
            },
            cancellation));
    }

    public override async Task<PurgeResult> PurgeInstanceAsync(string instanceId, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        var children = options?.Recursive ?? false ? await ChildrenAsync(instanceId, cancellation) : [];
        var purged = await AskAsync(instanceId, new Mail.Purge(), cancellation) ? 1 : 0;
        foreach (var child in purged == 0 ? [] : children)
            purged += (await PurgeInstanceAsync(child, options, cancellation)).PurgedInstanceCount;
        return new PurgeResult(purged, true);
    }

    public override async Task<PurgeResult> PurgeAllInstancesAsync(
        PurgeInstancesFilter filter, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var began = Parts.Clock.GetTimestamp();
        var matching = new List<string>();
        await foreach (var instance in GetAllInstancesAsync(new OrchestrationQuery(filter.CreatedFrom, filter.CreatedTo, filter.Statuses, PageSize: 1000)).WithCancellation(cancellation))
        {
            if (instance.IsCompleted)
                matching.Add(instance.InstanceId);
        }

        var purged = 0;
        foreach (var id in matching)
        {
            if (filter.Timeout is { } timeout && Parts.Clock.GetElapsedTime(began) > timeout)
                return new PurgeResult(purged, false);
            purged += (await PurgeInstanceAsync(id, options, cancellation)).PurgedInstanceCount;
        }

        return new PurgeResult(purged, true);
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static string FilterOf(string? prefix, DateTimeOffset? from, DateTimeOffset? to, IEnumerable<OrchestrationRuntimeStatus>? statuses)
    {
        var first = Keys.Instance(prefix ?? string.Empty);
        var filter = HubStorage.Between(first, first + Keys.End);
        if (from is { } after)
            filter += " and " + TableClient.CreateQueryFilter($"CreatedAt ge {after}");
        if (to is { } before)
            filter += " and " + TableClient.CreateQueryFilter($"CreatedAt le {before}");
        if (statuses?.ToList() is { Count: > 0 } any)
            filter += $" and ({string.Join(" or ", any.Select(status => string.Create(CultureInfo.InvariantCulture, $"Status eq {(int)status}")))})";
        return filter;
    }

    private async Task<List<string>> ChildrenAsync(string instanceId, CancellationToken cancellation)
    {
        var children = new List<string>();
        var filter = HubStorage.Between("s|", "s|" + Keys.End) + " and " + TableClient.CreateQueryFilter($"ParentId eq {instanceId}");
        string? next = null;
        do
        {
            var page = await PatientlyAsync(patience => Parts.Storage.PageAsync(filter, next, 1000, ["Id"], patience), cancellation);
            children.AddRange(page.Values.Select(row => row.GetString("Id")));
            next = page.ContinuationToken;
        }
        while (next is not null);
        return children;
    }

    private async Task<OrchestrationMetadata> WaitAsync(string instanceId, Func<InstanceState, bool> isThere, bool withTexts, CancellationToken cancellation)
    {
        while (true)
        {
            var change = Parts.Watchers.NextChange(instanceId);
            var state = engine.InMemory(instanceId) ?? await PatientlyAsync(patience => ReadAsync(instanceId, patience), cancellation)
                ?? throw new RpcException(new Status(StatusCode.NotFound, $"No instance with ID '{instanceId}' was found."));
            if (!isThere(state))
            {
                if (engine.Running.IsCompleted)
                    throw new RpcException(new Status(StatusCode.Unavailable, "The durable engine has stopped."));
                if (await change.WaitAsync(cancellation) is not { } changed || !isThere(changed))
                    continue;
                state = changed;
            }

            if (await PatientlyAsync(patience => ToMetadataAsync(state, withTexts, patience), cancellation) is { } there)
                return there;
        }
    }

    private async Task<InstanceState?> ReadAsync(string instanceId, CancellationToken cancellation) =>
        await Parts.Storage.ReadAsync(Keys.Instance(instanceId), cancellation, InstanceState.ColumnsWithoutHistory) is { } row ? InstanceState.From(row) : null;

    /// <returns>Null where it was purged while it was read.</returns>
    private async Task<OrchestrationMetadata?> ToMetadataAsync(InstanceState state, bool withTexts, CancellationToken cancellation)
    {
        for (var now = state; now is not null;)
        {
            try
            {
                return await ReadTextsAsync(now, withTexts, cancellation);
            }
            catch (Azure.RequestFailedException gone) when (gone.Status == 404)
            {
                // A text that lay in a blob was replaced, unless the row says that it still lies there.
                var last = now;
                now = await ReadAsync(state.Id, cancellation);
                if (now?.Generation == last.Generation && now.UpdatedAt == last.UpdatedAt)
                    throw;
            }
        }

        return null;
    }

    private async Task<OrchestrationMetadata> ReadTextsAsync(InstanceState state, bool withTexts, CancellationToken cancellation) => new(state.Name, state.Id)
    {
        RuntimeStatus = state.Status,
        CreatedAt = state.CreatedAt,
        LastUpdatedAt = state.UpdatedAt,
        FailureDetails = state.Failure,
        Tags = state.Tags,
        SerializedInput = withTexts ? await Parts.Storage.LoadTextAsync(state.Input, cancellation) : null,
        SerializedOutput = withTexts ? await Parts.Storage.LoadTextAsync(state.Output, cancellation) : null,
        SerializedCustomStatus = withTexts ? await Parts.Storage.LoadTextAsync(state.CustomStatus, cancellation) : null,
        DataConverter = withTexts ? Parts.Converter : null,
    };

    private Task<bool> AskAsync(string instanceId, Mail.Request request, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        if (instanceId.Length > LongestInstanceId)
            throw new ArgumentException($"An instance ID has at most {LongestInstanceId} characters.", nameof(instanceId));
        return PatientlyAsync(
            async patience =>
            {
                var session = await engine.SessionAsync(patience);
                session.Post(instanceId, request);
                return await request.Answer.WaitAsync(patience);
            },
            cancellation);
    }

    /// <summary>Waits for storage as long as a caller may be made to wait.</summary>
    private static async Task<T> PatientlyAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            return await call(patience.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "The storage of durable work does not answer."));
        }
        catch (SessionLostException lost)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, lost.Message));
        }
    }
}

using DurableTask.Core;
using DurableTask.Core.Query;
using Grpc.Core;
using ServerlessDrives.Embedded.Durable.Conversion;
using P = Microsoft.DurableTask.Protobuf;

namespace ServerlessDrives.Embedded.Durable;

/// <summary>Reading, waiting, purging.</summary>
internal sealed partial class TaskHubSidecar
{
    private const int PageSize = 200;
    private const int BytesAChunk = 256 * 1024;

    public override async Task<P.GetInstanceResponse> GetInstance(P.GetInstanceRequest request, ServerCallContext context) =>
        await StateAsync(request.InstanceId, request.GetInputsAndOutputs) is { } state ? Found(state, request) : new() { Exists = false };

    public override async Task<P.GetInstanceResponse> WaitForInstanceStart(P.GetInstanceRequest request, ServerCallContext context)
    {
        await UntilAsync(
            request.InstanceId,
            state => state.OrchestrationStatus is not OrchestrationStatus.Pending,
            context.CancellationToken);
        return Found(await KnownAsync(request.InstanceId, request.GetInputsAndOutputs), request);
    }

    public override async Task<P.GetInstanceResponse> WaitForInstanceCompletion(P.GetInstanceRequest request, ServerCallContext context)
    {
        await UntilAsync(request.InstanceId, state => state.IsOver(), context.CancellationToken);
        return Found(await KnownAsync(request.InstanceId, request.GetInputsAndOutputs), request);
    }

    public override async Task<P.QueryInstancesResponse> QueryInstances(P.QueryInstancesRequest request, ServerCallContext context)
    {
        var found = await ((IOrchestrationServiceQueryClient)Client).GetOrchestrationWithQueryAsync(
            request.Query.ToCore(),
            context.CancellationToken);
        var response = new P.QueryInstancesResponse { ContinuationToken = found.ContinuationToken };
        response.OrchestrationState.Add(found.OrchestrationState.Select(state => state.ToProto(request.Query.FetchInputsAndOutputs)));
        return response;
    }

    public override async Task StreamInstanceHistory(
        P.StreamInstanceHistoryRequest request, IServerStreamWriter<P.HistoryChunk> responseStream, ServerCallContext context)
    {
        await KnownAsync(request.InstanceId);
        var chunk = new P.HistoryChunk();
        var bytes = 0;
        foreach (var happened in (await hub.Provider.ReadHistoryAsync(request.InstanceId)).Select(happened => happened.ToProto()))
        {
            var size = happened.CalculateSize();
            if (bytes > 0 && bytes + size > BytesAChunk)
            {
                await responseStream.WriteAsync(chunk, context.CancellationToken);
                (chunk, bytes) = (new(), 0);
            }

            chunk.Events.Add(happened);
            bytes += size;
        }

        await responseStream.WriteAsync(chunk, context.CancellationToken);
    }

    public override async Task<P.PurgeInstancesResponse> PurgeInstances(P.PurgeInstancesRequest request, ServerCallContext context)
    {
        switch (request.RequestCase)
        {
            case P.PurgeInstancesRequest.RequestOneofCase.InstanceId:
                return Purged(await PurgeAsync(request.InstanceId, request.Recursive), isComplete: true);
            case P.PurgeInstancesRequest.RequestOneofCase.InstanceBatch:
                var purged = 0;
                foreach (var id in request.InstanceBatch.InstanceIds)
                    purged += await PurgeAsync(id, request.Recursive);
                return Purged(purged, isComplete: true);
            case P.PurgeInstancesRequest.RequestOneofCase.PurgeInstanceFilter:
                return await PurgeAsync(request.PurgeInstanceFilter, request.Recursive, context.CancellationToken);
            default:
                throw new RpcException(new(StatusCode.InvalidArgument, "It isn't said what is to be purged."));
        }
    }

    private static P.GetInstanceResponse Found(OrchestrationState state, P.GetInstanceRequest request) =>
        new() { Exists = true, OrchestrationState = state.ToProto(request.GetInputsAndOutputs) };

    private static P.PurgeInstancesResponse Purged(int count, bool isComplete) =>
        new() { DeletedInstanceCount = count, IsComplete = isComplete };

    /// <summary>Reads it after each of its turns; ends with the hub, or as soon as there is no such instance.</summary>
    private async Task UntilAsync(string id, Func<OrchestrationState, bool> isThere, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation, hub.Stopping);
        try
        {
            await hub.Changes.UntilAsync(id, async () => await KnownAsync(id) is { } state && isThere(state) ? state : null, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new RpcException(new(StatusCode.Unavailable, "The task hub stops."));
        }
    }

    private async Task<P.PurgeInstancesResponse> PurgeAsync(P.PurgeInstanceFilter filter, bool recursive, CancellationToken cancellation)
    {
        var query = new OrchestrationQuery
        {
            CreatedTimeFrom = filter.CreatedTimeFrom?.ToDateTime(),
            CreatedTimeTo = filter.CreatedTimeTo?.ToDateTime(),
            RuntimeStatus =
            [
                .. filter.RuntimeStatus.Count == 0
                    ? Sqlite.OrchestrationStatuses.Over
                    : filter.RuntimeStatus.ToCore().Intersect(Sqlite.OrchestrationStatuses.Over),
            ],
            PageSize = PageSize,
            FetchInputsAndOutputs = false,
        };
        if (query.RuntimeStatus.Count == 0)
            return Purged(0, isComplete: true);
        var began = TimeProvider.System.GetTimestamp();
        var purged = 0;
        do
        {
            var page = await ((IOrchestrationServiceQueryClient)Client).GetOrchestrationWithQueryAsync(query, cancellation);
            foreach (var state in page.OrchestrationState)
            {
                if (filter.Timeout is { } timeout && TimeProvider.System.GetElapsedTime(began) > timeout.ToTimeSpan())
                    return Purged(purged, isComplete: false);
                purged += await PurgeAsync(state.OrchestrationInstance.InstanceId, recursive);
            }

            query.ContinuationToken = page.ContinuationToken;
        }
        while (query.ContinuationToken is not null);
        return Purged(purged, isComplete: true);
    }

    /// <summary>Purges what is over. Children go first, so that a purge that was broken off finds them again.</summary>
    private async Task<int> PurgeAsync(string id, bool recursive)
    {
        if (await StateAsync(id) is not { } found || !found.IsOver())
            return 0;
        var purged = 0;
        foreach (var child in recursive ? await ChildrenAsync(id) : [])
            purged += await PurgeAsync(child, recursive);
        return purged + (await ((IOrchestrationServicePurgeClient)Client).PurgeInstanceStateAsync(id)).DeletedInstanceCount;
    }
}

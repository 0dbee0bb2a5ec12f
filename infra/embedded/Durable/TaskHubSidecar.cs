using DurableTask.Core;
using DurableTask.Core.History;
using DurableTask.Core.Tracing;
using Grpc.Core;
using ServerlessDrives.Embedded.Durable.Conversion;
using Empty = Google.Protobuf.WellKnownTypes.Empty;
using P = Microsoft.DurableTask.Protobuf;

namespace ServerlessDrives.Embedded.Durable;

/// <summary>
/// What the official DurableTaskClient talks to. It answers as the official host does, over any storage provider; see <see
/// cref="SidecarErrors"/> for the status codes.
/// </summary>
internal sealed partial class TaskHubSidecar(DurableHub hub) : P.TaskHubSidecarService.TaskHubSidecarServiceBase
{
    private const int LongestInstanceId = 100;

    private IOrchestrationServiceClient Client => hub.Client;

    public override Task<Empty> Hello(Empty request, ServerCallContext context) => Task.FromResult(new Empty());

    public override async Task<P.CreateInstanceResponse> StartInstance(P.CreateInstanceRequest request, ServerCallContext context)
    {
        var id = string.IsNullOrEmpty(request.InstanceId) ? Guid.NewGuid().ToString("N") : request.InstanceId;
        if (id.Length > LongestInstanceId || id[0] == '@')
            throw new RpcException(
                new(StatusCode.InvalidArgument, $"An instance ID has at most {LongestInstanceId} characters and doesn't begin with '@'."));
        var kept = KeptBy(request.OrchestrationIdReusePolicy);
        if (await StateAsync(id) is { } found && !found.IsOver() && !kept.Contains(found.OrchestrationStatus))
        {
            // What runs ends before another takes its id.
            await Client.ForceTerminateTaskOrchestrationAsync(id, "Replaced by a new instance of its ID.");
            await UntilAsync(id, state => state.IsOver(), context.CancellationToken);
        }

        await Client.CreateTaskOrchestrationAsync(
            Start(
                id,
                new ExecutionStartedEvent(-1, request.Input)
                {
                    Name = request.Name,
                    Version = request.Version ?? string.Empty,
                    ScheduledStartTime = request.ScheduledStartTimestamp?.ToDateTime(),
                    Tags = request.Tags.OrNull(),
                    ParentTraceContext = request.ParentTraceContext is { TraceParent.Length: > 0 } trace
                        ? new DistributedTraceContext(trace.TraceParent, trace.TraceState)
                        : null,
                }),
            kept);
        return new() { InstanceId = id };
    }

    public override async Task<P.RestartInstanceResponse> RestartInstance(P.RestartInstanceRequest request, ServerCallContext context)
    {
        var found = await KnownAsync(request.InstanceId, withTexts: true);
        if (!request.RestartWithNewInstanceId && !found.IsOver())
            throw Refused(
                $"The instance '{request.InstanceId}' is in the status {found.OrchestrationStatus}; it can be restarted under its ID " +
                "when it is over."
            );
        var id = request.RestartWithNewInstanceId ? Guid.NewGuid().ToString("N") : request.InstanceId;
        var start = Start(id, new ExecutionStartedEvent(-1, found.Input) { Name = found.Name, Version = found.Version, Tags = found.Tags });
        await Client.CreateTaskOrchestrationAsync(start, [.. Sqlite.OrchestrationStatuses.NotOver]);
        return new() { InstanceId = id };
    }

    public override async Task<P.RaiseEventResponse> RaiseEvent(P.RaiseEventRequest request, ServerCallContext context)
    {
        await GoingOnAsync(request.InstanceId, "take events");
        await SendAsync(request.InstanceId, new EventRaisedEvent(-1, request.Input) { Name = request.Name });
        return new();
    }

    public override async Task<P.TerminateResponse> TerminateInstance(P.TerminateRequest request, ServerCallContext context)
    {
        await GoingOnAsync(request.InstanceId, "be terminated");
        var children = request.Recursive ? await ChildrenAsync(request.InstanceId) : [];
        await Client.ForceTerminateTaskOrchestrationAsync(request.InstanceId, request.Output);
        foreach (var child in children)
        {
            if (await StateAsync(child) is { } found && !found.IsOver())
                await TerminateInstance(new() { InstanceId = child, Output = request.Output, Recursive = true }, context);
        }

        return new();
    }

    public override async Task<P.SuspendResponse> SuspendInstance(P.SuspendRequest request, ServerCallContext context)
    {
        if (
            await StateAsync(request.InstanceId)
            is not { OrchestrationStatus: OrchestrationStatus.Running or OrchestrationStatus.Pending or OrchestrationStatus.Suspended })
            throw new RpcException(new(StatusCode.Unknown, $"The instance '{request.InstanceId}' is not running and can't be suspended."));
        await SendAsync(request.InstanceId, new ExecutionSuspendedEvent(-1, request.Reason));
        return new();
    }

    public override async Task<P.ResumeResponse> ResumeInstance(P.ResumeRequest request, ServerCallContext context)
    {
        if (await StateAsync(request.InstanceId) is not { OrchestrationStatus: OrchestrationStatus.Suspended })
            throw new RpcException(new(StatusCode.Unknown, $"The instance '{request.InstanceId}' is not suspended and can't be resumed."));
        await SendAsync(request.InstanceId, new ExecutionResumedEvent(-1, request.Reason));
        return new();
    }

    public override async Task<P.RewindInstanceResponse> RewindInstance(P.RewindInstanceRequest request, ServerCallContext context)
    {
        var found = await KnownAsync(request.InstanceId);
        if (found.OrchestrationStatus is not OrchestrationStatus.Failed)
            throw Refused(
                $"The instance '{request.InstanceId}' is in the status {found.OrchestrationStatus}; only one that failed can be rewound.");
        await hub.Provider.RewindAsync(request.InstanceId, request.Reason);
        return new();
    }

    private static OrchestrationStatus[] KeptBy(P.OrchestrationIdReusePolicy? policy)
    {
        if (policy is null)
            return [.. Sqlite.OrchestrationStatuses.NotOver];
        OrchestrationStatus[] kept =
        [
            .. Sqlite.OrchestrationStatuses.NotOver.Concat(Sqlite.OrchestrationStatuses.Over).Except(policy.ReplaceableStatus.ToCore()),
        ];
        // Whoever is terminated to make room is then in a status that keeps its id.
        return
            kept.Contains(OrchestrationStatus.Terminated)
            && Sqlite.OrchestrationStatuses.NotOver.Except([OrchestrationStatus.ContinuedAsNew]).Except(kept).Any()
            ? throw new RpcException(
                new(
                    StatusCode.InvalidArgument,
                    "The dedupe statuses can name Terminated only together with Running, Pending and Suspended."))
            : kept;
    }

    private static TaskMessage Start(string id, ExecutionStartedEvent started)
    {
        started.OrchestrationInstance = new() { InstanceId = id, ExecutionId = Guid.NewGuid().ToString("N") };
        return new() { OrchestrationInstance = started.OrchestrationInstance, Event = started };
    }

    private static RpcException Refused(string why) => new(new(StatusCode.FailedPrecondition, why));

    private Task SendAsync(string id, HistoryEvent message) =>
        Client.SendTaskOrchestrationMessageAsync(new() { OrchestrationInstance = new() { InstanceId = id }, Event = message });

    private Task<OrchestrationState?> StateAsync(string id, bool withTexts = false) => hub.Provider.ReadStateAsync(id, withTexts);

    private async Task<OrchestrationState> KnownAsync(string id, bool withTexts = false) =>
        await StateAsync(id, withTexts) ?? throw new RpcException(new(StatusCode.NotFound, $"No instance with ID '{id}' was found."));

    private async Task GoingOnAsync(string id, string what)
    {
        if ((await KnownAsync(id)) is { } found && found.IsOver())
            throw Refused($"The instance '{id}' is in the status {found.OrchestrationStatus} and can't {what}.");
    }

    private async Task<List<string>> ChildrenAsync(string id) =>
        [
            .. (await hub.Provider.ReadHistoryAsync(id))
                .OfType<SubOrchestrationInstanceCreatedEvent>()
                .Select(created => created.InstanceId)
                .Distinct(StringComparer.Ordinal),
        ];
}

using DurableTask.Core;
using DurableTask.Core.Query;
using P = Microsoft.DurableTask.Protobuf;

namespace ServerlessDrives.Embedded.Durable.Conversion;

/// <summary>What clients see of instances, and ask for, between DurableTask.Core and protobuf.</summary>
internal static class StateConversion
{
    public static P.OrchestrationState ToProto(this OrchestrationState state, bool withTexts)
    {
        var proto = new P.OrchestrationState
        {
            InstanceId = state.OrchestrationInstance.InstanceId,
            ExecutionId = state.OrchestrationInstance.ExecutionId,
            Name = state.Name,
            Version = state.Version,
            OrchestrationStatus = (P.OrchestrationStatus)state.OrchestrationStatus,
            ScheduledStartTimestamp = state.ScheduledStartTime?.ToTimestamp(),
            CreatedTimestamp = state.CreatedTime.ToTimestamp(),
            LastUpdatedTimestamp = state.LastUpdatedTime.ToTimestamp(),
            CompletedTimestamp = state.IsOver() ? state.CompletedTime.ToTimestamp() : null,
            ParentInstanceId = state.ParentInstance?.OrchestrationInstance.InstanceId,
            FailureDetails = state.FailureDetails.ToProto(),
        };
        proto.Tags.AddAll(state.Tags);
        if (withTexts)
        {
            proto.Input = state.Input;
            proto.Output = state.Output;
            proto.CustomStatus = state.Status;
        }

        return proto;
    }

    public static OrchestrationQuery ToCore(this P.InstanceQuery query) => new()
    {
        // DurableTask.Core takes an absent list for "any", and an empty one for "none".
        RuntimeStatus = query.RuntimeStatus.Count == 0 ? null : query.RuntimeStatus.ToCore(),
        TaskHubNames = query.TaskHubNames.Count == 0 ? null : query.TaskHubNames.ToList(),
        CreatedTimeFrom = query.CreatedTimeFrom?.ToDateTime(),
        CreatedTimeTo = query.CreatedTimeTo?.ToDateTime(),
        PageSize = query.MaxInstanceCount > 0 ? query.MaxInstanceCount : 100,
        ContinuationToken = query.ContinuationToken,
        InstanceIdPrefix = query.InstanceIdPrefix,
        FetchInputsAndOutputs = query.FetchInputsAndOutputs,
    };

    public static List<OrchestrationStatus> ToCore(this IEnumerable<P.OrchestrationStatus> statuses) =>
        [.. statuses.Select(status => (OrchestrationStatus)status)];

    public static bool IsOver(this OrchestrationState state) => state.OrchestrationStatus.IsOver();

    public static bool IsOver(this OrchestrationStatus status) =>
        status
            is OrchestrationStatus.Completed
                or OrchestrationStatus.Failed
                or OrchestrationStatus.Terminated
                or OrchestrationStatus.Canceled;
}

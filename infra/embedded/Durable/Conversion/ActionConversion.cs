using DurableTask.Core;
using DurableTask.Core.Command;
using DurableTask.Core.History;
using P = Microsoft.DurableTask.Protobuf;

namespace ServerlessDrives.Embedded.Durable.Conversion;

/// <summary>What an orchestrator asks for, from protobuf to DurableTask.Core.</summary>
internal static class ActionConversion
{
    public static OrchestratorAction ToCore(this P.OrchestratorAction action) => action.OrchestratorActionTypeCase switch
    {
        P.OrchestratorAction.OrchestratorActionTypeOneofCase.ScheduleTask => new ScheduleTaskOrchestratorAction
        {
            Id = action.Id,
            Name = action.ScheduleTask.Name,
            Version = action.ScheduleTask.Version,
            Input = action.ScheduleTask.Input,
            Tags = action.ScheduleTask.Tags.OrNull(),
        },
        P.OrchestratorAction.OrchestratorActionTypeOneofCase.CreateSubOrchestration => new CreateSubOrchestrationAction
        {
            Id = action.Id,
            Name = action.CreateSubOrchestration.Name,
            Version = action.CreateSubOrchestration.Version,
            InstanceId = action.CreateSubOrchestration.InstanceId,
            Input = action.CreateSubOrchestration.Input,
            Tags = action.CreateSubOrchestration.Tags.OrNull(),
        },
        P.OrchestratorAction.OrchestratorActionTypeOneofCase.CreateTimer => new CreateTimerOrchestratorAction
        {
            Id = action.Id,
            FireAt = action.CreateTimer.FireAt.ToDateTime(),
        },
        P.OrchestratorAction.OrchestratorActionTypeOneofCase.SendEvent => new SendEventOrchestratorAction
        {
            Id = action.Id,
            Instance = action.SendEvent.Instance.ToCore(),
            EventName = action.SendEvent.Name,
            EventData = action.SendEvent.Data,
        },
        P.OrchestratorAction.OrchestratorActionTypeOneofCase.CompleteOrchestration => ToCore(action.Id, action.CompleteOrchestration),
        var other => throw new NotSupportedException($"An orchestrator asked for '{other}', which this host doesn't support."),
    };

    private static OrchestrationCompleteOrchestratorAction ToCore(int id, P.CompleteOrchestrationAction proto)
    {
        var action = new OrchestrationCompleteOrchestratorAction
        {
            Id = id,
            OrchestrationStatus = (OrchestrationStatus)proto.OrchestrationStatus,
            Result = proto.Result,
            Details = proto.Details,
            NewVersion = proto.NewVersion,
            FailureDetails = proto.FailureDetails.ToCore(),
        };
        foreach (var (name, value) in proto.Tags)
            action.Tags[name] = value;
        foreach (var kept in proto.CarryoverEvents)
            action.CarryoverEvents.Add(kept.ToCore());
        return action;
    }
}

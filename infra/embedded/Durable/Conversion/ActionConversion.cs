using DurableTask.Core;
using DurableTask.Core.Command;
using DurableTask.Core.History;
using P = Microsoft.DurableTask.Protobuf;

namespace ServerlessDrives.Embedded.Durable.Conversion;

/// <summary>What an orchestrator asks for, from protobuf to DurableTask.Core.</summary>
internal static class ActionConversion
{
    /// <summary>
    /// All that a turn asks for. Where it continues as new, the SDK sends the events that were not read back to the instance, and
    /// DurableTask.Core carries over only those that came after: what was sent to itself is carried over before them, so that all keep
    /// their order.
    /// </summary>
    public static List<OrchestratorAction> ToActions(this P.OrchestratorResponse response)
    {
        var actions = response.Actions.Select(action => action.ToCore()).ToList();
        if (
            actions.Find(action =>
                action is OrchestrationCompleteOrchestratorAction { OrchestrationStatus: OrchestrationStatus.ContinuedAsNew })
            is OrchestrationCompleteOrchestratorAction continuation)
        {
            var toItself = actions
                .OfType<SendEventOrchestratorAction>()
                .Where(action => action.Instance!.InstanceId == response.InstanceId)
                .ToList();
            actions.RemoveAll(action => toItself.Contains(action));
            HistoryEvent[] later = [.. continuation.CarryoverEvents];
            continuation.CarryoverEvents.Clear();
            foreach (
                var kept in toItself
                    .Select(HistoryEvent (sent) => new EventRaisedEvent(-1, sent.EventData) { Name = sent.EventName })
                    .Concat(later))
                continuation.CarryoverEvents.Add(kept);
        }

        return actions;
    }

    private static OrchestratorAction ToCore(this P.OrchestratorAction action) => action.OrchestratorActionTypeCase switch
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

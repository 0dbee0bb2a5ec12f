using DurableTask.Core;
using DurableTask.Core.History;
using DurableTask.Core.Tracing;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;
using Kind = Microsoft.DurableTask.Protobuf.HistoryEvent.EventTypeOneofCase;
using P = Microsoft.DurableTask.Protobuf;

namespace ServerlessDrives.Embedded.Durable.Conversion;

/// <summary>
/// History events between DurableTask.Core and protobuf: the form in which they are stored and in which the worker takes them.
/// </summary>
internal static class HistoryConversion
{
    public static P.HistoryEvent ToProto(this HistoryEvent happened)
    {
        var proto = new P.HistoryEvent { EventId = happened.EventId, Timestamp = happened.Timestamp.ToTimestamp() };
        switch (happened)
        {
            case ExecutionStartedEvent e:
                proto.ExecutionStarted = new()
                {
                    Name = e.Name,
                    Version = e.Version,
                    Input = e.Input,
                    OrchestrationInstance = e.OrchestrationInstance.ToProto(),
                    ParentInstance = e.ParentInstance.ToProto(),
                    ScheduledStartTimestamp = e.ScheduledStartTime?.ToTimestamp(),
                    ParentTraceContext = e.ParentTraceContext.ToProto(),
                    OrchestrationSpanID = e.ParentTraceContext?.SpanId,
                };
                proto.ExecutionStarted.Tags.AddAll(e.Tags);
                break;
            case ContinueAsNewEvent e:
                proto.ContinueAsNew = new() { Input = e.Result };
                break;
            case ExecutionCompletedEvent e:
                proto.ExecutionCompleted = new()
                {
                    OrchestrationStatus = (P.OrchestrationStatus)e.OrchestrationStatus,
                    Result = e.Result,
                    FailureDetails = e.FailureDetails.ToProto(),
                };
                break;
            case ExecutionTerminatedEvent e:
                proto.ExecutionTerminated = new() { Input = e.Input };
                break;
            case ExecutionSuspendedEvent e:
                proto.ExecutionSuspended = new() { Input = e.Reason };
                break;
            case ExecutionResumedEvent e:
                proto.ExecutionResumed = new() { Input = e.Reason };
                break;
            case ExecutionRewoundEvent e:
                proto.ExecutionRewound = new()
                {
                    Reason = e.Reason,
                    ParentExecutionId = e.ParentExecutionId,
                    InstanceId = e.InstanceId,
                    ParentTraceContext = e.ParentTraceContext.ToProto(),
                };
                break;
            case TaskScheduledEvent e:
                proto.TaskScheduled = new()
                {
                    Name = e.Name,
                    Version = e.Version,
                    Input = e.Input,
                    ParentTraceContext = e.ParentTraceContext.ToProto(),
                };
                proto.TaskScheduled.Tags.AddAll(e.Tags);
                break;
            case TaskCompletedEvent e:
                proto.TaskCompleted = new() { TaskScheduledId = e.TaskScheduledId, Result = e.Result };
                break;
            case TaskFailedEvent e:
                proto.TaskFailed = new()
                {
                    TaskScheduledId = e.TaskScheduledId,
                    FailureDetails = e.FailureDetails.ToProto() ?? Failure(e.Reason, e.Details),
                };
                break;
            case SubOrchestrationInstanceCreatedEvent e:
                proto.SubOrchestrationInstanceCreated = new()
                {
                    InstanceId = e.InstanceId,
                    Name = e.Name,
                    Version = e.Version,
                    Input = e.Input,
#pragma warning disable CS0612 // DurableTask.Core has the span's id only, and this is the field for it.
                    ParentTraceContext = e.ClientSpanId is null ? null : new() { SpanID = e.ClientSpanId },
#pragma warning restore CS0612
                };
                proto.SubOrchestrationInstanceCreated.Tags.AddAll(e.Tags);
                break;
            case SubOrchestrationInstanceCompletedEvent e:
                proto.SubOrchestrationInstanceCompleted = new() { TaskScheduledId = e.TaskScheduledId, Result = e.Result };
                break;
            case SubOrchestrationInstanceFailedEvent e:
                proto.SubOrchestrationInstanceFailed = new()
                {
                    TaskScheduledId = e.TaskScheduledId,
                    FailureDetails = e.FailureDetails.ToProto() ?? Failure(e.Reason, e.Details),
                };
                break;
            case TimerCreatedEvent e:
                proto.TimerCreated = new() { FireAt = e.FireAt.ToTimestamp() };
                break;
            case TimerFiredEvent e:
                proto.TimerFired = new() { FireAt = e.FireAt.ToTimestamp(), TimerId = e.TimerId };
                break;
            case OrchestratorStartedEvent:
                proto.OrchestratorStarted = new();
                break;
            case OrchestratorCompletedEvent:
                proto.OrchestratorCompleted = new();
                break;
            case EventSentEvent e:
                proto.EventSent = new() { InstanceId = e.InstanceId, Name = e.Name, Input = e.Input };
                break;
            case EventRaisedEvent e:
                proto.EventRaised = new() { Name = e.Name, Input = e.Input };
                break;
            case GenericEvent e:
                proto.GenericEvent = new() { Data = e.Data };
                break;
            case HistoryStateEvent e:
                proto.HistoryState = new() { OrchestrationState = e.State.ToProto(withTexts: true) };
                break;
            default:
                throw new NotSupportedException($"A history event of the type '{happened.EventType}' has no form in protobuf.");
        }

        return proto;
    }

    public static HistoryEvent ToCore(this P.HistoryEvent proto)
    {
        var happened = WithoutTime(proto);
        happened.Timestamp = proto.Timestamp?.ToDateTime() ?? default;
        return happened;
    }

    public static Timestamp ToTimestamp(this DateTime time) =>
        Timestamp.FromDateTime(
            time.Kind == DateTimeKind.Unspecified ? DateTime.SpecifyKind(time, DateTimeKind.Utc) : time.ToUniversalTime());

    public static P.OrchestrationInstance ToProto(this OrchestrationInstance instance) =>
        new() { InstanceId = instance.InstanceId, ExecutionId = instance.ExecutionId };

    public static OrchestrationInstance ToCore(this P.OrchestrationInstance instance) =>
        new() { InstanceId = instance.InstanceId, ExecutionId = instance.ExecutionId };

    public static void AddAll(this MapField<string, string> map, IDictionary<string, string>? tags)
    {
        if (tags is not null)
            map.Add(tags);
    }

    public static Dictionary<string, string>? OrNull(this MapField<string, string> tags) => tags.Count == 0 ? null : new(tags);

    private static HistoryEvent WithoutTime(P.HistoryEvent proto) => proto.EventTypeCase switch
    {
        Kind.ExecutionStarted => Started(proto.EventId, proto.ExecutionStarted),
        Kind.ContinueAsNew => new ContinueAsNewEvent(proto.EventId, proto.ContinueAsNew.Input),
        Kind.ExecutionCompleted => new ExecutionCompletedEvent(
            proto.EventId,
            proto.ExecutionCompleted.Result,
            (OrchestrationStatus)proto.ExecutionCompleted.OrchestrationStatus,
            proto.ExecutionCompleted.FailureDetails.ToCore()),
        Kind.ExecutionTerminated => new ExecutionTerminatedEvent(proto.EventId, proto.ExecutionTerminated.Input),
        Kind.ExecutionSuspended => new ExecutionSuspendedEvent(proto.EventId, proto.ExecutionSuspended.Input),
        Kind.ExecutionResumed => new ExecutionResumedEvent(proto.EventId, proto.ExecutionResumed.Input),
        Kind.ExecutionRewound => new ExecutionRewoundEvent(proto.EventId, proto.ExecutionRewound.Reason)
        {
            ParentExecutionId = proto.ExecutionRewound.ParentExecutionId,
            InstanceId = proto.ExecutionRewound.InstanceId,
            ParentTraceContext = proto.ExecutionRewound.ParentTraceContext.ToCore(),
        },
        Kind.TaskScheduled => new TaskScheduledEvent(proto.EventId)
        {
            Name = proto.TaskScheduled.Name,
            Version = proto.TaskScheduled.Version,
            Input = proto.TaskScheduled.Input,
            ParentTraceContext = proto.TaskScheduled.ParentTraceContext.ToCore(),
            Tags = proto.TaskScheduled.Tags.OrNull(),
        },
        Kind.TaskCompleted => new TaskCompletedEvent(proto.EventId, proto.TaskCompleted.TaskScheduledId, proto.TaskCompleted.Result),
        Kind.TaskFailed => new TaskFailedEvent(
            proto.EventId,
            proto.TaskFailed.TaskScheduledId,
            proto.TaskFailed.FailureDetails?.ErrorMessage,
            details: null,
            proto.TaskFailed.FailureDetails.ToCore()),
        Kind.SubOrchestrationInstanceCreated => new SubOrchestrationInstanceCreatedEvent(proto.EventId)
        {
            InstanceId = proto.SubOrchestrationInstanceCreated.InstanceId,
            Name = proto.SubOrchestrationInstanceCreated.Name,
            Version = proto.SubOrchestrationInstanceCreated.Version,
            Input = proto.SubOrchestrationInstanceCreated.Input,
#pragma warning disable CS0612
            ClientSpanId = proto.SubOrchestrationInstanceCreated.ParentTraceContext?.SpanID,
#pragma warning restore CS0612
            Tags = proto.SubOrchestrationInstanceCreated.Tags.OrNull(),
        },
        Kind.SubOrchestrationInstanceCompleted => new SubOrchestrationInstanceCompletedEvent(
            proto.EventId, proto.SubOrchestrationInstanceCompleted.TaskScheduledId, proto.SubOrchestrationInstanceCompleted.Result),
        Kind.SubOrchestrationInstanceFailed => new SubOrchestrationInstanceFailedEvent(
            proto.EventId,
            proto.SubOrchestrationInstanceFailed.TaskScheduledId,
            proto.SubOrchestrationInstanceFailed.FailureDetails?.ErrorMessage,
            details: null,
            proto.SubOrchestrationInstanceFailed.FailureDetails.ToCore()),
        Kind.TimerCreated => new TimerCreatedEvent(proto.EventId, proto.TimerCreated.FireAt.ToDateTime()),
        Kind.TimerFired => new TimerFiredEvent(proto.EventId, proto.TimerFired.FireAt.ToDateTime()) { TimerId = proto.TimerFired.TimerId },
        Kind.OrchestratorStarted => new OrchestratorStartedEvent(proto.EventId),
        Kind.OrchestratorCompleted => new OrchestratorCompletedEvent(proto.EventId),
        Kind.EventSent => new EventSentEvent(proto.EventId)
        {
            InstanceId = proto.EventSent.InstanceId,
            Name = proto.EventSent.Name,
            Input = proto.EventSent.Input,
        },
        Kind.EventRaised => new EventRaisedEvent(proto.EventId, proto.EventRaised.Input) { Name = proto.EventRaised.Name },
        Kind.GenericEvent => new GenericEvent(proto.EventId, proto.GenericEvent.Data),
        var other => throw new NotSupportedException($"A history event of the type '{other}' isn't supported by this host."),
    };

    private static ExecutionStartedEvent Started(int eventId, P.ExecutionStartedEvent proto)
    {
        var trace = proto.ParentTraceContext.ToCore();
        if (
            trace is not null
            && proto.OrchestrationSpanID is { Length: > 0 } span
            && trace.TraceParent.Split('-') is [var version, var traceId, _, var flags])
        {
            trace.SpanId = span;
            trace.Id = $"{version}-{traceId}-{span}-{flags}";
        }

        return new(eventId, proto.Input)
        {
            Name = proto.Name,
            Version = proto.Version,
            OrchestrationInstance = proto.OrchestrationInstance.ToCore(),
            ParentInstance = proto.ParentInstance is { } parent
                ? new ParentInstance
                {
                    Name = parent.Name,
                    Version = parent.Version,
                    TaskScheduleId = parent.TaskScheduledId,
                    OrchestrationInstance = parent.OrchestrationInstance.ToCore(),
                }
                : null,
            ScheduledStartTime = proto.ScheduledStartTimestamp?.ToDateTime(),
            ParentTraceContext = trace,
            Tags = proto.Tags.OrNull(),
        };
    }

    private static P.ParentInstanceInfo? ToProto(this ParentInstance? parent) => parent is null ? null : new()
    {
        Name = parent.Name,
        Version = parent.Version,
        TaskScheduledId = parent.TaskScheduleId,
        OrchestrationInstance = parent.OrchestrationInstance.ToProto(),
    };

    private static P.TraceContext? ToProto(this DistributedTraceContext? trace) =>
        trace?.TraceParent is null ? null : new() { TraceParent = trace.TraceParent, TraceState = trace.TraceState };

    private static DistributedTraceContext? ToCore(this P.TraceContext? trace) =>
        trace is { TraceParent.Length: > 0 } ? new(trace.TraceParent, trace.TraceState) : null;

    private static P.TaskFailureDetails Failure(string? reason, string? details) =>
        new() { ErrorType = string.Empty, ErrorMessage = reason ?? string.Empty, StackTrace = details };
}

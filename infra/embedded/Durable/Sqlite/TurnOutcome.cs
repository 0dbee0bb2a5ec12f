using DurableTask.Core;
using DurableTask.Core.History;
using Google.Protobuf;
using ServerlessDrives.Embedded.Durable.Conversion;

namespace ServerlessDrives.Embedded.Durable.Sqlite;

/// <summary>What a turn ended with, to be stored at once.</summary>
/// <param name="Status">Null where the turn had nothing to do.</param>
internal sealed record TurnOutcome(
    SqliteWorkItem Turn,
    OrchestrationRuntimeState State,
    IList<TaskMessage> Calls,
    IReadOnlyList<TaskMessage> Messages,
    OrchestrationState? Status)
{
    private string Id => Turn.InstanceId;

    /// <returns>The history after the turn, for as long as it has one.</returns>
    public StoredHistory? Write(HubTransaction transaction)
    {
        // Purged meanwhile, or replaced by another of its id.
        if (transaction.Find(Id)?.Execution != Turn.Execution)
            return null;
        foreach (var sequence in Turn.Taken)
            transaction.Database.Execute("DELETE FROM messages WHERE sequence = $1", sequence);
        if (Status is null)
            return null;

        var history = WriteHistory(transaction);
        WriteStatus(transaction, Status);
        foreach (var call in Calls)
        {
            Stamp(call.Event, transaction.Now);
            transaction.Call(call);
        }

        foreach (var message in Messages)
        {
            if (message.Event is ExecutionRewoundEvent { InstanceId: { } callee } && !transaction.IsCalledBy(callee, Id))
                FailCalls(transaction, callee);
            else
                transaction.Send(message);
        }

        transaction.Changed.Add(Id);
        return Status.IsOver() ? null : history;
    }

    /// <summary>Fails calls whose callee was purged or never made; a rewound instance would wait for each failed callee.</summary>
    private void FailCalls(HubTransaction transaction, string callee)
    {
        var message = $"There is no sub-orchestration '{callee}' that could be rewound.";
        var failure = new FailureDetails("SubOrchestrationNotFound", message, null, null, isNonRetriable: true);
        foreach (var call in State.Events.OfType<SubOrchestrationInstanceCreatedEvent>().Where(created => created.InstanceId == callee))
        {
            transaction.Send(new()
            {
                OrchestrationInstance = State.OrchestrationInstance,
                Event = new SubOrchestrationInstanceFailedEvent(-1, call.EventId, message, null, failure),
            });
        }
    }

    private StoredHistory WriteHistory(HubTransaction transaction)
    {
        // After a continuation as new, or a rewind, it begins anew.
        var execution = State.OrchestrationInstance!.ExecutionId;
        var extends = execution == Turn.Execution;
        if (!extends)
            transaction.Database.Execute("DELETE FROM history WHERE instance = $1", Id);
        var position = extends ? Turn.History.Events.Count : 0;
        var bytes = extends ? Turn.History.Bytes : 0;
        foreach (var happened in extends ? State.NewEvents : State.Events)
        {
            if (happened is not OrchestratorStartedEvent && IsOfTheTurn(happened))
                Stamp(happened, transaction.Now);
            var stored = happened.ToProto().ToByteArray();
            bytes += StoredHistory.SizeOf(stored.Length);
            transaction.Database.Execute("INSERT INTO history (instance, position, event) VALUES ($1, $2, $3)", Id, position++, stored);
        }

        return new(execution, State.Events, bytes);
    }

    private void WriteStatus(HubTransaction transaction, OrchestrationState status)
    {
        var isOver = status.IsOver();
        var isNew = State.OrchestrationInstance!.ExecutionId != Turn.Execution;
        transaction.Database.Execute(
            """
            UPDATE instances SET status = $2, updated = $3, completed = $4, custom_status = $5, failure = $6, output = $7 WHERE id = $1
            """,
            Id,
            (int)status.OrchestrationStatus,
            transaction.Now,
            isOver ? transaction.Now : null,
            status.Status,
            status.FailureDetails.ToProto()?.ToByteArray(),
            // As the official provider has it: while suspended, the reason.
            status.OrchestrationStatus is OrchestrationStatus.Suspended
                ? State.Events.OfType<ExecutionSuspendedEvent>().Last().Reason
                : status.Output);
        if (isNew)
        {
            transaction.Database.Execute(
                "UPDATE instances SET execution = $2, version = $3, tags = $4, input = $5 WHERE id = $1",
                Id,
                State.OrchestrationInstance.ExecutionId,
                status.Version ?? string.Empty,
                HubWrites.ToText(status.Tags),
                status.Input);
        }

        if (isOver || isNew)
        {
            // Timers and answers that nobody will take.
            transaction.Database.Execute("DELETE FROM messages WHERE instance = $1 AND ($2 OR execution = $3)", Id, isOver, Turn.Execution);
        }
    }

    /// <summary>DurableTask.Core gives what a turn makes the computer's time, and not that of the clock.</summary>
    private static bool IsOfTheTurn(HistoryEvent happened) =>
        happened
            is TaskScheduledEvent
                or TimerCreatedEvent
                or SubOrchestrationInstanceCreatedEvent
                or EventSentEvent
                or ExecutionCompletedEvent
                or OrchestratorCompletedEvent;

    private static void Stamp(HistoryEvent happened, long now) => happened.Timestamp = new DateTime(now, DateTimeKind.Utc);
}

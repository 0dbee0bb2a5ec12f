using System.Text.Json;
using DurableTask.Core;
using DurableTask.Core.Exceptions;
using DurableTask.Core.History;
using Google.Protobuf;
using ServerlessDrives.Embedded.Durable.Conversion;

namespace ServerlessDrives.Embedded.Durable.Sqlite;

/// <summary>What is written of instances and their messages, each part of an operation.</summary>
internal static class HubWrites
{
    /// <summary>Makes a pending instance, in place of one that had its id.</summary>
    /// <exception cref="OrchestrationAlreadyExistsException">One that is kept has its id.</exception>
    public static void Start(this HubTransaction transaction, TaskMessage message, IReadOnlyCollection<OrchestrationStatus> kept)
    {
        var started = (ExecutionStartedEvent)message.Event;
        var id = message.OrchestrationInstance.InstanceId;
        if (transaction.Find(id) is { } found)
        {
            if (kept.Contains(found.Status))
                throw new OrchestrationAlreadyExistsException(
                    $"An orchestration with the instance ID '{id}' exists already, in the status {found.Status}.");
            transaction.Delete(id);
        }

        started.Timestamp = new DateTime(transaction.Now, DateTimeKind.Utc);
        var scheduled = started.ScheduledStartTime?.ToUniversalTime().Ticks;
        transaction.Database.Execute(
            """
            INSERT INTO instances (id, execution, name, version, status, created, updated, scheduled, parent, tags, input)
            VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8, $9, $10)
            """,
            id,
            started.OrchestrationInstance.ExecutionId,
            started.Name,
            started.Version ?? string.Empty,
            (int)OrchestrationStatus.Pending,
            transaction.Now,
            scheduled,
            started.ParentInstance?.OrchestrationInstance.InstanceId,
            ToText(started.Tags),
            started.Input);
        transaction.AddMessage(id, started.OrchestrationInstance.ExecutionId, started, scheduled);
        transaction.Changed.Add(id);
    }

    /// <summary>
    /// Puts a message down for its instance. One for an instance that is unknown or over, or for an earlier execution, reaches nobody.
    /// </summary>
    public static void Send(this HubTransaction transaction, TaskMessage message)
    {
        var id = message.OrchestrationInstance.InstanceId;
        if (message.Event is ExecutionStartedEvent started)
        {
            StartChild(transaction, message, started);
            return;
        }

        var execution = message.OrchestrationInstance.ExecutionId;
        if (transaction.Find(id) is not { } found || !Takes(found, message) || IsOfAnother(found, execution))
            return;
        if (message.Event is ExecutionRewoundEvent && found.Status.IsOver())
        {
            // From now on it isn't over, for whoever waits for its end.
            transaction.Database.Execute(
                "UPDATE instances SET status = $2, output = NULL, failure = NULL, updated = $3, completed = NULL WHERE id = $1",
                id,
                (int)OrchestrationStatus.Pending,
                transaction.Now);
            transaction.Changed.Add(id);
        }

        if (message.Event is ExecutionTerminatedEvent terminated
            && found.Status is OrchestrationStatus.Pending
            && found.Scheduled > transaction.Now)
        {
            // It has not begun, and will not.
            transaction.Database.Execute("DELETE FROM messages WHERE instance = $1", id);
            transaction.Database.Execute(
                "UPDATE instances SET status = $2, output = $3, updated = $4, completed = $4 WHERE id = $1",
                id,
                (int)OrchestrationStatus.Terminated,
                terminated.Input,
                transaction.Now);
            transaction.Changed.Add(id);
            return;
        }

        message.Event.Timestamp = new DateTime(transaction.Now, DateTimeKind.Utc);
        var due = message.Event is TimerFiredEvent timer ? timer.FireAt.ToUniversalTime().Ticks : (long?)null;
        transaction.AddMessage(id, execution, message.Event, due);
    }

    public static void Call(this HubTransaction transaction, TaskMessage message)
    {
        transaction.Database.Execute(
            "INSERT INTO activities (instance, execution, event) VALUES ($1, $2, $3)",
            message.OrchestrationInstance.InstanceId,
            message.OrchestrationInstance.ExecutionId,
            message.Event.ToProto().ToByteArray());
        transaction.Activities.Add(transaction.Database.Number("SELECT last_insert_rowid()"));
    }

    public static void Delete(this HubTransaction transaction, string id)
    {
        transaction.Database.Execute("DELETE FROM messages WHERE instance = $1", id);
        transaction.Database.Execute("DELETE FROM history WHERE instance = $1", id);
        transaction.Database.Execute("DELETE FROM instances WHERE id = $1", id);
        transaction.Changed.Add(id);
    }

    public static FoundInstance? Find(this HubTransaction transaction, string id) => transaction.Database.FindInstance(id);

    public static bool IsCalledBy(this HubTransaction transaction, string id, string caller) =>
        transaction.Database.Number("SELECT count(*) FROM instances WHERE id = $1 AND parent = $2", id, caller) > 0;

    public static string? ToText(IDictionary<string, string>? tags) => tags is { Count: > 0 } ? JsonSerializer.Serialize(tags) : null;

    private static void StartChild(HubTransaction transaction, TaskMessage message, ExecutionStartedEvent started)
    {
        try
        {
            transaction.Start(message, OrchestrationStatuses.NotOver);
        }
        catch (OrchestrationAlreadyExistsException exists) when (started.ParentInstance is { } parent)
        {
            var failure = new FailureDetails(
                typeof(OrchestrationAlreadyExistsException).FullName!,
                exists.Message,
                null,
                null,
                isNonRetriable: true);
            transaction.Send(
                new TaskMessage
                {
                    OrchestrationInstance = parent.OrchestrationInstance,
                    Event = new SubOrchestrationInstanceFailedEvent(-1, parent.TaskScheduleId, exists.Message, null, failure),
                });
        }
    }

    /// <summary>
    /// An instance that is over takes only a rewind that names no execution: if the instance failed, or if its caller is rewound too and
    /// waits for it again. A rewind that names an execution is one that a rewound instance sends to itself.
    /// </summary>
    private static bool Takes(FoundInstance found, TaskMessage message) =>
        message.Event is ExecutionRewoundEvent rewound && string.IsNullOrEmpty(message.OrchestrationInstance.ExecutionId)
            ? found.Status is OrchestrationStatus.Failed || (rewound.ParentExecutionId is not null && found.Status.IsOver())
            : !found.Status.IsOver();

    private static bool IsOfAnother(FoundInstance found, string? execution) =>
        !string.IsNullOrEmpty(execution) && execution != found.Execution;

    private static void AddMessage(this HubTransaction transaction, string id, string? execution, HistoryEvent happened, long? due)
    {
        transaction.Database.Execute(
            "INSERT INTO messages (instance, execution, due, event) VALUES ($1, $2, $3, $4)",
            id,
            execution,
            due,
            happened.ToProto().ToByteArray());
        transaction.Messages.Add((id, due));
    }
}

internal static class OrchestrationStatuses
{
    /// <summary>An instance in one of these keeps its id.</summary>
    public static IReadOnlyList<OrchestrationStatus> NotOver { get; } =
        [OrchestrationStatus.Pending, OrchestrationStatus.Running, OrchestrationStatus.Suspended, OrchestrationStatus.ContinuedAsNew];

    public static IReadOnlyList<OrchestrationStatus> Over { get; } =
        [OrchestrationStatus.Completed, OrchestrationStatus.Failed, OrchestrationStatus.Terminated, OrchestrationStatus.Canceled];
}

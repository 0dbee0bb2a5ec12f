using Google.Protobuf.WellKnownTypes;
using Microsoft.DurableTask.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using ServerlessDrives.Tests.Shared.Durable;
using Asks = Microsoft.DurableTask.Protobuf.OrchestratorAction.OrchestratorActionTypeOneofCase;

namespace ServerlessDrives.Tests.Integration.Durable;

/// <summary>
/// An orchestration of the app's, with its history in memory: each turn replays all of it by the official worker's runner, and what the
/// turn asks for is added, as DurableTask.Core's dispatcher adds it.
/// </summary>
internal sealed class HistoryRun : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().BuildServiceProvider();
    private readonly TestWorker _worker;
    private readonly List<HistoryEvent> _history;

    public HistoryRun(IEnumerable<HistoryEvent> history)
    {
        _history = [.. history];
        _worker = new TestWorker(AppFunctions.Of(_services), NullLoggerFactory.Instance);
    }

    public IReadOnlyList<HistoryEvent> History => _history;

    /// <summary>How the orchestration ended; null while it goes on.</summary>
    public ExecutionCompletedEvent? Outcome { get; private set; }

    public IEnumerable<HistoryEvent> UnansweredActivities => _history.Where(happened =>
        happened.TaskScheduled is not null && !_history.Exists(answer => answer.TaskCompleted?.TaskScheduledId == happened.EventId));

    public IEnumerable<HistoryEvent> UnansweredTimers => _history.Where(happened =>
        happened.TimerCreated is not null && !_history.Exists(answer => answer.TimerFired?.TimerId == happened.EventId));

    public static HistoryEvent Started(string name, string input, string instance) => new()
    {
        EventId = -1,
        ExecutionStarted = new() { Name = name, Input = input, OrchestrationInstance = new() { InstanceId = instance, ExecutionId = "1" } },
    };

    public static HistoryEvent Completed(HistoryEvent scheduled, string? result) =>
        new() { EventId = -1, TaskCompleted = new() { TaskScheduledId = scheduled.EventId, Result = result } };

    public static HistoryEvent Raised(string name, string payload) =>
        new() { EventId = -1, EventRaised = new() { Name = name, Input = payload } };

    /// <summary>One turn, which takes these.</summary>
    public async Task TakeAsync(DateTime at, params IEnumerable<HistoryEvent> arrivals)
    {
        var now = Timestamp.FromDateTime(at);
        HistoryEvent[] taken = [new() { EventId = -1, OrchestratorStarted = new() }, .. arrivals];
        foreach (var happened in taken)
            happened.Timestamp = now;
        var started = _history.Concat(taken).First(happened => happened.ExecutionStarted is not null).ExecutionStarted;
        var request = new OrchestratorRequest
        {
            InstanceId = started.OrchestrationInstance.InstanceId,
            ExecutionId = started.OrchestrationInstance.ExecutionId,
            PastEvents = { _history },
            NewEvents = { taken },
        };
        var response = await _worker.RunOrchestratorAsync(started.Name, request, CancellationToken.None);
        var asked = response.Actions.Select(ToEvent).ToList();
        Outcome = asked.Find(happened => happened.ExecutionCompleted is not null)?.ExecutionCompleted;
        asked.Add(new() { EventId = -1, OrchestratorCompleted = new() });
        foreach (var happened in asked)
            happened.Timestamp = now;
        _history.AddRange([.. taken, .. asked]);
    }

    /// <summary>Time passes up to then, and timers fire when they are due.</summary>
    public async Task WaitAsync(DateTime until)
    {
        while (Outcome is null && UnansweredTimers.MinBy(timer => timer.TimerCreated.FireAt) is { TimerCreated.FireAt: var due } next
            && due.ToDateTime() <= until)
        {
            var fired = new HistoryEvent { EventId = -1, TimerFired = new() { TimerId = next.EventId, FireAt = due } };
            await TakeAsync(due.ToDateTime(), fired);
        }
    }

    public void Dispose()
    {
        _worker.Dispose();
        _services.Dispose();
    }

    private static HistoryEvent ToEvent(OrchestratorAction action) => action.OrchestratorActionTypeCase switch
    {
        Asks.ScheduleTask => new()
        {
            EventId = action.Id,
            TaskScheduled = new() { Name = action.ScheduleTask.Name, Input = action.ScheduleTask.Input },
        },
        Asks.CreateTimer => new() { EventId = action.Id, TimerCreated = new() { FireAt = action.CreateTimer.FireAt } },
        Asks.CompleteOrchestration => new()
        {
            EventId = action.Id,
            ExecutionCompleted = new()
            {
                OrchestrationStatus = action.CompleteOrchestration.OrchestrationStatus,
                Result = action.CompleteOrchestration.Result,
                FailureDetails = action.CompleteOrchestration.FailureDetails,
            },
        },
        var other => throw new NotSupportedException($"The flows that are recorded don't ask for a '{other}' so far."),
    };
}

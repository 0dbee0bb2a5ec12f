using DurableTask.Core;
using DurableTask.Core.Command;
using DurableTask.Core.Exceptions;
using DurableTask.Core.History;
using DurableTask.Core.Middleware;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging;
using ServerlessDrives.Embedded.Durable.Conversion;
using P = Microsoft.DurableTask.Protobuf;

namespace ServerlessDrives.Embedded.Durable;

/// <summary>
/// DurableTask.Core's dispatcher, with the code of orchestrators and activities run by a worker: an orchestrator's turn as an
/// OrchestratorRequest, an activity by its name and input.
/// </summary>
internal sealed class DurableDispatcher : IDisposable
{
    private readonly TaskHubWorker _dispatchers;
    private readonly IDurableWorker _worker;
    private readonly ExtendedSessions? _sessions;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly WorkUnderWay _underWay;

    /// <param name="underWay">What the service has given out.</param>
    /// <param name="sessions">Null where the worker gets the whole history each time.</param>
    public DurableDispatcher(
        IOrchestrationService service,
        WorkUnderWay underWay,
        IDurableWorker worker,
        ExtendedSessions? sessions,
        TimeProvider clock,
        ILoggerFactory loggers)
    {
        (_underWay, _worker, _sessions, _clock) = (underWay, worker, sessions, clock);
        _logger = loggers.CreateLogger<DurableDispatcher>();
        _dispatchers = new(service, new NoCode<TaskOrchestration>(), new NoCode<TaskActivity>(), loggers)
        {
            ErrorPropagationMode = ErrorPropagationMode.UseFailureDetails,
        };
        _dispatchers.AddOrchestrationDispatcherMiddleware(RunOrchestratorAsync);
        _dispatchers.AddActivityDispatcherMiddleware(RunActivityAsync);
    }

    public Task StartAsync() => _dispatchers.StartAsync();

    /// <summary>Takes no more work, lets what is under way end within the limit, and has the rest given back.</summary>
    /// <param name="atOnce">Whether the storage provider needs no time of its own.</param>
    public async Task StopAsync(TimeSpan limit, bool atOnce)
    {
        if (!await _underWay.CloseAsync(limit))
            _logger.LogWarning("Durable work that didn't end within {Limit} is stopped, and done again at the next start.", limit);
        await _stopping.CancelAsync();
        await _dispatchers.StopAsync(isForced: atOnce);
    }

    public void Dispose()
    {
        _dispatchers.Dispose();
        _stopping.Dispose();
    }

    private async Task RunOrchestratorAsync(DispatchMiddlewareContext context, Func<Task> next)
    {
        var state = context.GetProperty<OrchestrationRuntimeState>();
        var started = state.ExecutionStartedEvent!;
        foreach (var turn in state.NewEvents.OfType<OrchestratorStartedEvent>())
            turn.Timestamp = _clock.GetUtcNow().UtcDateTime;
        if (!_worker.HasOrchestrator(started.Name))
        {
            context.SetProperty(
                Failed(state, new("OrchestratorNotFound", $"There is no orchestrator '{started.Name}'.", null, null, isNonRetriable: true))
            );
            return;
        }

        var response = await TryAsync(started.OrchestrationInstance, () => AnswerAsync(state, started));
        context.SetProperty(new OrchestratorExecutionResult
        {
            Actions = response.ToActions(),
            CustomStatus = response.CustomStatus,
        });
    }

    private async Task<P.OrchestratorResponse> AnswerAsync(OrchestrationRuntimeState state, ExecutionStartedEvent started)
    {
        var instance = started.OrchestrationInstance;
        var had = _sessions?.Use(instance.InstanceId, instance.ExecutionId);
        var response = await AskAsync(withHistory: had is not true);
        if (response.RequiresHistory)
            response = await AskAsync(withHistory: true);
        if (response.Actions.Any(action => action.CompleteOrchestration is not null))
            _sessions?.Forget(instance.InstanceId);
        return response;

        Task<P.OrchestratorResponse> AskAsync(bool withHistory)
        {
            var request = new P.OrchestratorRequest { InstanceId = instance.InstanceId, ExecutionId = instance.ExecutionId };
            if (withHistory)
                request.PastEvents.Add(state.PastEvents.Select(happened => happened.ToProto()));
            request.NewEvents.Add(state.NewEvents.Select(happened => happened.ToProto()));
            if (_sessions is not null)
            {
                request.Properties["IsExtendedSession"] = Value.ForBool(had is not null);
                request.Properties["IncludeState"] = Value.ForBool(withHistory);
                request.Properties["ExtendedSessionIdleTimeoutInSeconds"] = Value.ForNumber(_sessions.IdleTimeout.TotalSeconds);
            }

            return _worker.RunOrchestratorAsync(started.Name, request, _stopping.Token);
        }
    }

    private async Task RunActivityAsync(DispatchMiddlewareContext context, Func<Task> next)
    {
        var call = context.GetProperty<TaskScheduledEvent>();
        var instance = context.GetProperty<OrchestrationInstance>();
        ActivityAnswer answer;
        if (_worker.HasActivity(call.Name!))
            answer = await TryAsync(
                instance,
                () => _worker.RunActivityAsync(call.Name!, instance.InstanceId, Unwrap(call.Input), _stopping.Token));
        else
            answer = ActivityAnswer.Failed(
                new("ActivityNotFound", $"There is no activity '{call.Name}'.", null, null, isNonRetriable: true));

        context.SetProperty(new ActivityExecutionResult
        {
            ResponseEvent = answer.Failure is { } failure
                ? new TaskFailedEvent(-1, call.EventId, failure.ErrorMessage, null, failure)
                : new TaskCompletedEvent(-1, call.EventId, answer.Result),
        });
    }

    /// <summary>A worker that is gone gives no answer: the work is given back.</summary>
    private async Task<T> TryAsync<T>(OrchestrationInstance instance, Func<Task<T>> run)
    {
        try
        {
            return await run();
        }
#pragma warning disable CA1031 // Whatever it is, it is no answer of the code.
        catch (Exception gone)
#pragma warning restore CA1031
        {
            if (!_stopping.IsCancellationRequested)
                _logger.LogWarning(gone, "The worker could not run a step of {Instance}; it is run again.", instance.InstanceId);
            throw new SessionAbortedException($"The worker could not run it: {gone.Message}", gone);
        }
    }

    private static OrchestratorExecutionResult Failed(OrchestrationRuntimeState state, FailureDetails failure) => new()
    {
        Actions =
        [
            new OrchestrationCompleteOrchestratorAction
            {
                Id = state.PastEvents.Count,
                OrchestrationStatus = OrchestrationStatus.Failed,
                Result = failure.ErrorMessage,
                FailureDetails = failure,
            },
        ],
    };

    private static string? Unwrap(string? input) => input is ['[', .. var only, ']'] ? only : input;

    /// <summary>DurableTask.Core asks for code before the middleware runs, which does without.</summary>
    private sealed class NoCode<T> : INameVersionObjectManager<T>
        where T : class
    {
        public void Add(ObjectCreator<T> creator) => throw new NotSupportedException();

        public T? GetObject(string name, string? version) => null;
    }
}

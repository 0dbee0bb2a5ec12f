using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace ServerlessDrives.Embedded.DurableTask;

/// <summary>How one generation of an instance ended.</summary>
internal abstract record Outcome
{
    internal sealed record Completed(string? Output) : Outcome;

    internal sealed record Failed(TaskFailureDetails Failure) : Outcome;

    /// <param name="Carried">What had arrived and was not looked at.</param>
    internal sealed record ContinuedAsNew(string? Input, string? Version, IReadOnlyList<Arrival> Carried) : Outcome;
}

/// <summary>The code asks for other things than it did when its history was written.</summary>
internal sealed class NonDeterministicOrchestrationException(string message) : Exception(message);

/// <summary>What an orchestrator's code sees of its instance.</summary>
internal sealed record RunIdentity(string InstanceId, string Generation, string Name, string Version, string? Input, ParentOrchestrationInstance? Parent);

/// <summary>One orchestrator's code, alive: brought to where its history says it was, then fed what arrives.</summary>
internal sealed class OrchestrationRun
{
    private readonly Stage _stage = new();
    private readonly OrchestrationContext _context;
    private readonly Func<TaskOrchestrationContext, Task<object?>> _code;
    private readonly DataConverter _converter;
    private readonly Dictionary<int, IAwaited> _awaited = [];
    private readonly HashSet<int> _answered = [];
    private readonly Queue<Step> _asked = new();
    private readonly Queue<Arrival> _whileSuspended = new();
    private readonly List<Arrival> _leftOver = [];
    private Task<object?>? _main;
    private Outcome? _broken;
    private int _nextId;

    public OrchestrationRun(
        RunIdentity identity, Func<TaskOrchestrationContext, Task<object?>> code, DataConverter converter, ILoggerFactory loggers)
    {
        _code = code;
        _converter = converter;
        _context = new OrchestrationContext(this, identity, converter, loggers);
        Events = new EventInbox(converter);
    }

    public DateTime Now { get; private set; }

    public bool IsReplaying { get; private set; }

    public bool IsSuspended { get; private set; }

    public string? CustomStatus { get; set; }

    public EventInbox Events { get; }

    /// <summary>Set by the code when it wants to go on as new.</summary>
    public (string? Input, string? Version, bool PreserveEvents)? NextGeneration { get; set; }

    /// <summary>The steps whose results have not come; what came while the instance is suspended has come.</summary>
    public IEnumerable<Step> Unanswered => _awaited.Where(awaited => !_answered.Contains(awaited.Key)).Select(awaited => awaited.Value.Step);

    /// <summary>Null while the code has something to wait for.</summary>
    public Outcome? Outcome => _broken ?? (_main is { IsCompleted: true } ? EndOf(_main) : null);

    /// <summary>Whether this instance still waits for the step's result.</summary>
    public bool Awaits(int id) => _awaited.ContainsKey(id) && !_answered.Contains(id);

    /// <summary>Brings the code to where the history ends.</summary>
    public void Replay(IEnumerable<HistoryEvent> history)
    {
        IsReplaying = true;
        try
        {
            foreach (var happened in history)
            {
                if (happened is Step recorded)
                {
                    if (!_asked.TryDequeue(out var asked))
                        throw new NonDeterministicOrchestrationException($"The history has {recorded} (#{recorded.Id}), and the code no longer asks for it there.");
                    if (!asked.IsSameAs(recorded))
                        throw new NonDeterministicOrchestrationException($"The history has {recorded} (#{recorded.Id}), and the code now asks for {asked} (#{asked.Id}).");
                    continue;
                }

                ThrowIfMoreWasAsked();
                if (happened is TurnBegan turn)
                    Now = turn.At;
                else
                    Feed((Arrival)happened);
            }

            ThrowIfMoreWasAsked();
        }
        catch (NonDeterministicOrchestrationException changed)
        {
            _broken = new Outcome.Failed(TaskFailureDetails.FromException(changed));
            _asked.Clear();
        }
        finally
        {
            IsReplaying = false;
        }
    }

    /// <summary>Feeds what has arrived, in order.</summary>
    /// <returns>What to append to the history.</returns>
    public List<HistoryEvent> Take(DateTime now, IEnumerable<Arrival> arrivals)
    {
        Now = now;
        var happened = new List<HistoryEvent> { new TurnBegan(now) };
        foreach (var arrival in arrivals)
        {
            happened.Add(arrival);
            Feed(arrival);
            while (_asked.TryDequeue(out var step))
                happened.Add(step);
        }

        if (Outcome is null && _stage.HasStrayed)
            Break("The orchestrator awaits something that is not durable; it may await only the tasks that its context gives it.");
        else if (Outcome is null && _main is not null && !IsSuspended && _awaited.Count == 0 && !Events.IsAwaited)
            Break("The orchestrator waits, and for nothing that its context gave it: nothing could ever wake it.");
        return happened;
    }

    /// <summary>Registers a step and what its result is to become.</summary>
    public Task<T> Ask<T>(Func<int, Step> step, CancellationToken cancellation = default)
    {
        var asked = Ask(step);
        var awaited = new Awaited<T>(asked);
        _awaited.Add(asked.Id, awaited);
        if (cancellation.CanBeCanceled)
            awaited.CancelWith(() => _awaited.Remove(asked.Id), cancellation);
        return awaited.Task;
    }

    /// <summary>Registers a step that has no result.</summary>
    public Step Ask(Func<int, Step> step)
    {
        ThrowIfElsewhere();
        var asked = step(_nextId++);
        _asked.Enqueue(asked);
        return asked;
    }

    public void ThrowIfElsewhere()
    {
        if (!_stage.IsOn)
            throw new InvalidOperationException("An orchestration's context may only be used by its orchestrator, on its own thread, and never after another kind of await.");
    }

    private void Break(string why) => _broken = new Outcome.Failed(new TaskFailureDetails(typeof(InvalidOperationException).FullName!, why, null, null, null));

    private void ThrowIfMoreWasAsked()
    {
        if (_asked.TryPeek(out var extra))
            throw new NonDeterministicOrchestrationException($"The code now asks for {extra} (#{extra.Id}), which its history doesn't have.");
    }

    private void Feed(Arrival arrival)
    {
        if (Outcome is not null)
        {
            if (arrival is EventRaised or Suspended or Resumed)
                _leftOver.Add(arrival);
        }
        else if (arrival is Suspended)
        {
            IsSuspended = true;
        }
        else if (arrival is Resumed)
        {
            IsSuspended = false;
            while (!IsSuspended && _whileSuspended.TryDequeue(out var held))
                Feed(held);
        }
        else if (IsSuspended)
        {
            if (arrival is Answer answer)
                _answered.Add(answer.Id);
            _whileSuspended.Enqueue(arrival);
        }
        else
        {
            _stage.Run(() => Apply(arrival), asOrchestrator: arrival is Started);
        }
    }

    private void Apply(Arrival arrival)
    {
        switch (arrival)
        {
            case Started:
                _main = StartAsync();
                break;
            case EventRaised raised:
                Events.Raise(raised);
                break;
            case Answer answer when _awaited.Remove(answer.Id, out var awaited):
                awaited.Take(answer, _converter);
                break;
        }
    }

    private async Task<object?> StartAsync() => await _code(_context);

    private Outcome EndOf(Task<object?> main)
    {
        if (!main.IsCompletedSuccessfully)
            return new Outcome.Failed(TaskFailureDetails.FromException(main.Exception?.InnerException ?? new TaskCanceledException(main)));
        if (NextGeneration is { } next)
            return new Outcome.ContinuedAsNew(next.Input, next.Version, [.. next.PreserveEvents ? Events.Unread : [], .. _leftOver.Where(arrival => next.PreserveEvents || arrival is not EventRaised)]);
        try
        {
            return new Outcome.Completed(_converter.Serialize(main.Result));
        }
#pragma warning disable CA1031 // Whatever the converter throws is the orchestration's failure.
        catch (Exception unserializable)
#pragma warning restore CA1031
        {
            return new Outcome.Failed(TaskFailureDetails.FromException(unserializable));
        }
    }

    private interface IAwaited
    {
        Step Step { get; }

        void Take(Answer answer, DataConverter converter);
    }

    private sealed class Awaited<T>(Step step) : IAwaited
    {
        private readonly TaskCompletionSource<T> _source = new();
        private CancellationTokenRegistration _cancellation;

        public Step Step => step;

        public Task<T> Task => _source.Task;

        public void CancelWith(Action forget, CancellationToken cancellation) => _cancellation = cancellation.Register(() =>
        {
            forget();
            _source.TrySetCanceled(cancellation);
        });

        public void Take(Answer answer, DataConverter converter)
        {
            _cancellation.Unregister();
            try
            {
                if (answer.Failure is { } failure)
                    _source.TrySetException(new TaskFailedException(step.Subject, step.Id, failure));
                else
                    _source.TrySetResult(converter.Deserialize<T>(answer.Result)!);
            }
#pragma warning disable CA1031 // What can't be read is the caller's to see.
            catch (Exception unreadable)
#pragma warning restore CA1031
            {
                _source.TrySetException(unreadable);
            }
        }
    }
}

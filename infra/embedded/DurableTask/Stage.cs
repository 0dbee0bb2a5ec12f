namespace ServerlessDrives.Embedded.DurableTask;

/// <summary>
/// Where an orchestrator's code runs: on one thread at a time, each continuation in the order in which it became ready,
/// and only while the engine is feeding it an arrival.
/// </summary>
internal sealed class Stage : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Continue, object? State)> _ready = new();
    private int _thread = -1;
    private volatile bool _strayed;

    /// <summary>Whether the code came back from an await that the engine knows nothing of.</summary>
    public bool HasStrayed => _strayed;

    /// <summary>Whether the caller is the orchestrator's code, in its turn.</summary>
    public bool IsOn => _thread == Environment.CurrentManagedThreadId;

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (IsOn)
            _ready.Enqueue((d, state));
        else
            _strayed = true;
    }

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("An orchestrator can't be called into.");

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Does something to the orchestrator, and lets it run until it waits again.</summary>
    public void Run(Action arrival, bool asOrchestrator = false)
    {
        var outside = Current;
        _thread = Environment.CurrentManagedThreadId;
        try
        {
            // Without a current context, a continuation that asked for none runs here and now instead of on the thread pool.
            SetSynchronizationContext(asOrchestrator ? this : null);
            arrival();
            SetSynchronizationContext(this);
            while (_ready.TryDequeue(out var next))
                next.Continue(next.State);
        }
        finally
        {
            _thread = -1;
            SetSynchronizationContext(outside);
        }
    }
}

using Microsoft.DurableTask;

namespace ServerlessDrives.Connecting;

/// <summary>The people whom one attempt waits for: they say something, they cancel, or they never come.</summary>
internal sealed class HumanInteraction : IDisposable
{
    private readonly TaskOrchestrationContext _context;
    private readonly ConnectionAttempt _attempt;
    private readonly CancellationTokenSource _left = new();
    private readonly Task _cancelled;
    private readonly Task _expired;
    private readonly Dictionary<ConnectionEvent, Task> _waits = [];

    public HumanInteraction(TaskOrchestrationContext context, ConnectionAttempt attempt)
    {
        _context = context;
        _attempt = attempt;
        _cancelled = context.WaitForExternalEvent<string>(ConnectionEventName.Cancelled);
        _expired = context.CreateTimer(attempt.ExpiresAt.UtcDateTime, _left.Token);
    }

    /// <summary>Waits until one of these is said.</summary>
    /// <returns>What was said.</returns>
    /// <exception cref="InteractionEndedException">The connection was cancelled, or its time is up.</exception>
    public async Task<ConnectionEvent> WaitForAsync(params ConnectionEvent[] awaited)
    {
        var answers = Array.ConvertAll(awaited, WaitFor);
        _context.SetCustomStatus(FlowPosition.WaitingFor(awaited[0], _attempt));
        await Task.WhenAny([_cancelled, _expired, .. answers]);
        _context.SetCustomStatus(FlowPosition.AtWork(_attempt));
        if (_cancelled.IsCompleted)
            throw new InteractionEndedException(ConnectionStatus.Cancelled);
        var answered = Array.FindIndex(answers, answer => answer.IsCompleted);
        if (answered < 0)
            throw new InteractionEndedException(ConnectionStatus.Expired);
        _waits.Remove(awaited[answered]);
        return awaited[answered];
    }

    /// <summary>
    /// A wait without an event is kept and used again: an event completes the oldest wait for it, so a newer one would never end.
    /// </summary>
    private Task WaitFor(ConnectionEvent awaited) => _waits.TryGetValue(awaited, out var begun)
        ? begun
        : _waits[awaited] = _context.WaitForExternalEvent<string>(ConnectionEventName.For(awaited, _attempt.Number));

    /// <summary>Lets go of the timer, so that the instance can end before the time is up.</summary>
    public void Dispose()
    {
        _left.Cancel();
        _left.Dispose();
    }
}

/// <summary>Nobody will answer any more.</summary>
internal sealed class InteractionEndedException(ConnectionStatus status) : Exception($"The connection was {status}.")
{
    public ConnectionStatus Status { get; } = status;
}

namespace ServerlessDrives.Connecting.Verifying;

/// <summary>
/// While a verification runs, reads in the connection's row whether somebody has stopped the waiting for propagation. The request for
/// it may have come to another instance of the app.
/// </summary>
internal sealed class VerificationStop : IAsyncDisposable
{
    /// <summary>The time between reads, and before the first: a verification that needs no waiting ends before any read.</summary>
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stopped = new();
    private readonly CancellationTokenSource _over = new();
    private readonly Task _looking;

    public VerificationStop(IConnections connections, ConnectionKey key, VerificationId verification, TimeProvider clock) =>
        _looking = LookAsync(connections, key, verification, clock, _over.Token);

    /// <summary>Ends the waiting.</summary>
    public CancellationToken Stopped => _stopped.Token;

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _looking;
        _over.Dispose();
        _stopped.Dispose();
    }

    private async Task LookAsync(
        IConnections connections,
        ConnectionKey key,
        VerificationId verification,
        TimeProvider clock,
        CancellationToken over)
    {
        try
        {
            do
                await Task.Delay(BetweenLooks, clock, over);
            while (!await IsStoppedAsync(connections, key, verification, over));
            await _stopped.CancelAsync();
        }
        catch (Exception) when (over.IsCancellationRequested)
        {
            // The verification is over.
        }
    }

    private static async Task<bool> IsStoppedAsync(
        IConnections connections,
        ConnectionKey key,
        VerificationId verification,
        CancellationToken over)
    {
        try
        {
            return await connections.FindAsync(key, over) is not { } read || read.Value.Stopped == verification;
        }
        catch (Exception) when (!over.IsCancellationRequested)
        {
            // A read that fails doesn't end the verification; the next one follows soon.
            return false;
        }
    }
}

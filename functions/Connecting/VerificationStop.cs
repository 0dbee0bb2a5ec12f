using ServerlessDrives.Verification;

namespace ServerlessDrives.Connecting;

/// <summary>
/// Hears, while a verification runs, that somebody doesn't want to wait for propagation any more: it is written in the connection's row,
/// wherever that was asked.
/// </summary>
internal sealed class VerificationStop : IAsyncDisposable
{
    /// <summary>A verification that needs no waiting is over before the first look.</summary>
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
            // Storage in trouble is no reason to give the verification up; the next look tells.
            return false;
        }
    }
}

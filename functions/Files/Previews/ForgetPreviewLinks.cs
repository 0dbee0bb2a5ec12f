using Microsoft.Azure.Functions.Worker;

namespace ServerlessDrives.Files.Previews;

/// <summary>Deletes preview links that have expired.</summary>
public sealed class ForgetPreviewLinks(IPreviewLinks links, TimeProvider clock)
{
    private const int AtATime = 500;

    /// <summary>What is left then is for the next time.</summary>
    private const int MostTimes = 100;

    [Function("ForgetPreviewLinks")]
    public async Task RunAsync([TimerTrigger("20 40 * * * *")] TimerInfo timer, CancellationToken cancellation)
    {
        for (var times = 0; times < MostTimes && await links.PurgeAsync(clock.GetUtcNow(), AtATime, cancellation) == AtATime; times++)
            cancellation.ThrowIfCancellationRequested();
    }
}

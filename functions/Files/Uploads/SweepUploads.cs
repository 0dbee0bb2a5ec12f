using Microsoft.Azure.Functions.Worker;

namespace ServerlessDrives.Files.Uploads;

/// <summary>Looks for abandoned uploads every five minutes.</summary>
public sealed class SweepUploads(AbandonedUploads abandoned)
{
    [Function("SweepUploads")]
    public Task RunAsync([TimerTrigger("30 */5 * * * *", RunOnStartup = true)] TimerInfo timer, CancellationToken cancellation) =>
        abandoned.SweepAsync(cancellation);
}

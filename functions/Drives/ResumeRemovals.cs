using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace ServerlessDrives.Drives;

/// <summary>
/// Has removals go on whose orchestration is gone: the task hub was lost, or restored to another moment than the tables, where the drive is
/// still being removed. At the start, and then rarely; it costs one scan of the organizations' table, filtered by the server.
/// </summary>
public sealed class ResumeRemovals(IDrives drives)
{
    /// <summary>For a drive that was disconnected before it was noted by whom.</summary>
    private static readonly UserId Unknown = UserId.Parse("unknown", null);

    [Function("ResumeRemovals")]
    public async Task RunAsync(
        [TimerTrigger("0 37 * * * *", RunOnStartup = true)] TimerInfo timer,
        [DurableClient] DurableTaskClient durable,
        CancellationToken cancellation)
    {
        await foreach (var (organization, id) in drives.AllDisconnectingAsync(cancellation))
        {
            // In this order: the drive goes before its removal ends.
            if (!await RemoveDrive.IsUnderWayAsync(durable, id, cancellation)
                && await drives.FindAsync(organization, id, cancellation) is { Value: { State: DriveState.Disconnecting } drive })
                await RemoveDrive.BeginAsync(durable, new(organization, id, drive.DisconnectedBy ?? Unknown), cancellation);
        }
    }
}

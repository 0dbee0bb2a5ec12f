using ServerlessDrives.Drives;

namespace ServerlessDrives.Health;

/// <summary>Has every drive looked at from the moment it is connected; one that is gone drops out when its time comes.</summary>
internal sealed class Enrolment(IHealthSchedule schedule, IHealthHistory history, HealthOptions options, TimeProvider clock) : IDriveWitness
{
    public async Task ConnectedAsync(Drive drive, CancellationToken cancellation)
    {
        await schedule.EnrollAsync(drive.Organization, drive.Id, clock.GetUtcNow() + (options.Every * Random.Shared.NextDouble()), cancellation);
        await history.NoteAsync(drive.Organization, drive.Id, new(drive.Health.Since, drive.Health.Status, drive.Health.Problem), cancellation);
    }

    public Task RemovedAsync(Drive drive, UserId by, CancellationToken cancellation) => Task.CompletedTask;
}

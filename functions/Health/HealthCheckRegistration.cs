using ServerlessDrives.Drives;

namespace ServerlessDrives.Health;

/// <summary>Has every drive looked at from the moment it is connected until nobody uses it any more.</summary>
internal sealed class HealthCheckRegistration(IHealthSchedules rounds, IHealthHistory history, TimeProvider clock) : IDriveEventHandler
{
    public async Task ConnectedAsync(Drive drive, CancellationToken cancellation)
    {
        await rounds.EnrollAsync(drive, clock.GetUtcNow(), cancellation);
        await history.NoteAsync(
            drive.Organization,
            drive.Id,
            new(drive.Health.Since, drive.Health.Status, drive.Health.Problem),
            cancellation);
    }

    public Task CredentialsReplacedAsync(Drive drive, CancellationToken cancellation) =>
        rounds.EnrollAsync(drive, clock.GetUtcNow(), cancellation);

    /// <summary>What a verification found is a change like one that a look finds; the next look starts from it.</summary>
    public async Task VerifiedAsync(Drive drive, CancellationToken cancellation)
    {
        await history.NoteAsync(
            drive.Organization,
            drive.Id,
            new(drive.Health.Since, drive.Health.Status, drive.Health.Problem),
            cancellation);
        await rounds.EnrollAsync(drive, clock.GetUtcNow(), cancellation);
    }

    public Task DisconnectingAsync(Drive drive, CancellationToken cancellation) => rounds.WithdrawAsync(drive.Id, cancellation);

    public async Task RemovedAsync(Drive drive, UserId by, CancellationToken cancellation)
    {
        await rounds.WithdrawAsync(drive.Id, cancellation);
        await history.ForgetAsync(drive.Organization, drive.Id, cancellation);
    }
}

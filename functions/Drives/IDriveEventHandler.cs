namespace ServerlessDrives.Drives;

/// <summary>Hears of drives that come and go. Each may be told twice of the same.</summary>
public interface IDriveEventHandler
{
    /// <summary>A drive is there.</summary>
    Task ConnectedAsync(Drive drive, CancellationToken cancellation);

    /// <summary>A drive goes on with another access key.</summary>
    /// <param name="drive">As it is now.</param>
    Task CredentialsReplacedAsync(Drive drive, CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>A verification has changed how a drive is.</summary>
    /// <param name="drive">As it is now.</param>
    Task VerifiedAsync(Drive drive, CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>From now on nobody uses the drive; it is about to go.</summary>
    Task DisconnectingAsync(Drive drive, CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>A drive is gone.</summary>
    /// <param name="by">Who asked for it.</param>
    Task RemovedAsync(Drive drive, UserId by, CancellationToken cancellation);
}

namespace ServerlessDrives.Connecting;

/// <summary>Settings under <c>ServerlessDrives:Connection</c>.</summary>
public sealed class ConnectionOptions
{
    /// <summary>How long people have from the start of a connection to its end; between a second and 90 days, 7 days by default.</summary>
    public TimeSpan ExpiresAfter { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How old a signal must be before the recovery timer takes it for broken.</summary>
    public TimeSpan RecoverAfter { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How many connections a process starts at once; 32 by default.</summary>
    public int StartsAtOnce { get; set; } = 32;

    /// <summary>How many more wait for their turn; 1,000 by default. One that comes when so many wait is answered 429.</summary>
    public int StartsWaiting { get; set; } = 1_000;

    /// <summary>
    /// How long a swap of credentials waits for the new secret to be in the vault; longer than all tries to store it take.
    /// </summary>
    public TimeSpan StoreWithin { get; set; } = TimeSpan.FromMinutes(10);
}

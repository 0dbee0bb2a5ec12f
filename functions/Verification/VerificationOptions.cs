namespace ServerlessDrives.Verification;

/// <summary>How long verification waits for what may still be on its way. Section <c>Verification</c>.</summary>
public sealed class VerificationOptions
{
    public const string Section = "Verification";

    /// <summary>How long refusals that propagation explains are asked again, in all, from the first one on; at most a minute.</summary>
    public TimeSpan PropagationWait { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// The same for what is known everywhere within seconds: a new bucket or key, and an explicit Deny; no longer than <see
    /// cref="PropagationWait"/>.
    /// </summary>
    public TimeSpan ShortWait { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// The first pause before asking again, between a millisecond and five seconds; each next one is twice as long, up to five seconds.
    /// </summary>
    public TimeSpan FirstPause { get; set; } = TimeSpan.FromMilliseconds(300);

    /// <summary>
    /// How long all checks may take together, between a second and ten minutes; what isn't settled then is reported as such. The verdict
    /// comes at most <see cref="SweepTimeout"/> later.
    /// </summary>
    public TimeSpan Budget { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// How long a verification that was cancelled, or ran out of time, may still take to clean up after itself; between a second and a
    /// minute.
    /// </summary>
    public TimeSpan SweepTimeout { get; set; } = TimeSpan.FromSeconds(15);
}

using System.ComponentModel.DataAnnotations;

namespace ServerlessDrives.Verification;

/// <summary>How long verification waits for what may still be on its way. Section <c>Verification</c>.</summary>
public sealed class VerificationOptions
{
    public const string Section = "Verification";

    /// <summary>How long refusals that propagation explains are asked again, in all, from the first one on.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00", ConvertValueInInvariantCulture = true, ParseLimitsInInvariantCulture = true)]
    public TimeSpan PropagationWait { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The first pause before asking again; each next one is twice as long, up to five seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:05", ConvertValueInInvariantCulture = true, ParseLimitsInInvariantCulture = true)]
    public TimeSpan FirstPause { get; set; } = TimeSpan.FromMilliseconds(300);

    /// <summary>How long a verification that was cancelled may still take to clean up after itself.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00", ConvertValueInInvariantCulture = true, ParseLimitsInInvariantCulture = true)]
    public TimeSpan SweepTimeout { get; set; } = TimeSpan.FromSeconds(15);
}

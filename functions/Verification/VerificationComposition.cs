using Microsoft.Extensions.DependencyInjection;

namespace ServerlessDrives.Verification;

/// <summary>What composition needs to know of this room.</summary>
public static class VerificationComposition
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    /// <summary>Adds <see cref="IVerification"/>; needs an <see cref="IProbe"/> and <see cref="Access.IPrincipals"/>.</summary>
    public static IServiceCollection AddVerification(this IServiceCollection services)
    {
        services
            .AddOptions<VerificationOptions>()
            .BindConfiguration(VerificationOptions.Section)
            .Validate(
                options => IsBetween(options.PropagationWait, TimeSpan.Zero, Minute),
                "Verification:PropagationWait must be between 00:00:00 and 00:01:00.")
            .Validate(
                options => IsBetween(options.ShortWait, TimeSpan.Zero, Minute),
                "Verification:ShortWait must be between 00:00:00 and 00:01:00.")
            .Validate(
                options => IsBetween(options.FirstPause, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(5)),
                "Verification:FirstPause must be between 00:00:00.001 and 00:00:05.")
            .Validate(
                options => IsBetween(options.Budget, TimeSpan.FromSeconds(1), 10 * Minute),
                "Verification:Budget must be between 00:00:01 and 00:10:00.")
            .Validate(
                options => IsBetween(options.SweepTimeout, TimeSpan.FromSeconds(1), Minute),
                "Verification:SweepTimeout must be between 00:00:01 and 00:01:00.")
            .ValidateOnStart();
        return services.AddLogging().AddSingleton<IVerification, BucketVerification>();
    }

    private static bool IsBetween(TimeSpan value, TimeSpan least, TimeSpan most) => value >= least && value <= most;
}

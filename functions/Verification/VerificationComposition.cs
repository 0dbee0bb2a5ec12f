using Microsoft.Extensions.DependencyInjection;

namespace ServerlessDrives.Verification;

/// <summary>What composition needs to know of this room.</summary>
public static class VerificationComposition
{
    /// <summary>Adds <see cref="IVerification"/>; needs an <see cref="IProbe"/> and <see cref="Access.IPrincipals"/>.</summary>
    public static IServiceCollection AddVerification(this IServiceCollection services)
    {
        services.AddOptions<VerificationOptions>().BindConfiguration(VerificationOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        return services.AddSingleton<IVerification, BucketVerification>();
    }
}

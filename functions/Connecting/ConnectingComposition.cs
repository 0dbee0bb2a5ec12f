using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ServerlessDrives.Connecting;

/// <summary>Composes the wizard.</summary>
public static class ConnectingComposition
{
    private static readonly TimeSpan LongestLife = TimeSpan.FromDays(90);

    public static IServiceCollection AddConnecting(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddOptions<ConnectionOptions>().Bind(configuration.GetSection("ServerlessDrives:Connection"))
            .Validate(options => options.ExpiresAfter >= TimeSpan.FromSeconds(1) && options.ExpiresAfter <= LongestLife, "ServerlessDrives:Connection:ExpiresAfter must be between 00:00:01 and 90.00:00:00.")
            .Validate(options => options.RecoverAfter >= TimeSpan.FromSeconds(1), "ServerlessDrives:Connection:RecoverAfter must be at least 00:00:01.")
            .ValidateOnStart();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<ConnectionOptions>>().Value);
        services.AddSingleton<ConnectionWitness>();
        services.AddSingleton<ConnectionDesk>();
        services.AddSingleton<CallbackDesk>();
        services.AddSingleton<CallbackLimits>();
        services.AddSingleton<SetupDesk>();
        services.AddSingleton<ConnectionViews>();
        return services;
    }
}

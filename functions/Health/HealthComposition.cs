using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using ServerlessDrives.Drives;

namespace ServerlessDrives.Health;

/// <summary>Composes the health checks.</summary>
public static class HealthComposition
{
    public static IServiceCollection AddHealth(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services
            .AddOptions<HealthOptions>()
            .Bind(configuration.GetSection("ServerlessDrives:Health"))
            .Validate(
                options => options.Every >= TimeSpan.FromSeconds(1) && options.Every <= TimeSpan.FromDays(1),
                "ServerlessDrives:Health:Every must be between 00:00:01 and 1.00:00:00.")
            .Validate(options => options.AtOnce is >= 1 and <= 256, "ServerlessDrives:Health:AtOnce must be between 1 and 256.")
            .ValidateOnStart();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<HealthOptions>>().Value);
        services.AddSingleton<DriveCheckup>();
        services.AddSingleton<IDriveEventHandler, HealthCheckRegistration>();
        services.AddSingleton<IHoldsDrives, ProbesOfRemovedDrives>();
        return services;
    }
}

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using ServerlessDrives.Drives;

namespace ServerlessDrives.Usage;

/// <summary>Composes what is counted of drives.</summary>
public static class UsageComposition
{
    public static IServiceCollection AddUsage(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services
            .AddOptions<UsageOptions>()
            .Bind(configuration.GetSection("ServerlessDrives:Usage"))
            .Validate(
                options => options.WriteEvery >= TimeSpan.FromSeconds(1) && options.WriteEvery <= TimeSpan.FromHours(1),
                "ServerlessDrives:Usage:WriteEvery must be between 00:00:01 and 01:00:00.")
            .Validate(
                options => options.RegionPrices.Values.Append(options.Prices).All(prices => prices.AreValid),
                "ServerlessDrives:Usage:Prices and RegionPrices must not be negative.")
            .ValidateOnStart();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<UsageOptions>>().Value);
        services.TryAddSingleton<DriveMeters>();
        services.AddSingleton<DriveUsage>();
        services.AddSingleton<IDriveEventHandler, UsageOfRemovedDrives>();
        services.AddHostedService<FlushUsage>();
        return services;
    }
}

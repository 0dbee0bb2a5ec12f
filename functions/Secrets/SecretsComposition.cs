using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ServerlessDrives.Secrets;

/// <summary>Composes what keeps secrets and their owners together.</summary>
public static class SecretsComposition
{
    public static IServiceCollection AddOwnedSecrets(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services
            .AddOptions<SecretsOptions>()
            .Bind(configuration.GetSection("ServerlessDrives:Secrets"))
            .Validate(
                options => options.SettleAfter >= TimeSpan.FromSeconds(2),
                "ServerlessDrives:Secrets:SettleAfter must be at least 00:00:02.")
            .ValidateOnStart();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<SecretsOptions>>().Value);
        services.AddSingleton<OwnedSecrets>();
        return services;
    }
}

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using ServerlessDrives.Drives;
using ServerlessDrives.Integrations.Sns;
using ServerlessDrives.Integrations.Upstreams;
using ServerlessDrives.Secrets;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Integrations;

/// <summary>Composes the integrations.</summary>
public static class IntegrationsComposition
{
    public static IServiceCollection AddIntegrations(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services
            .AddOptions<IntegrationOptions>()
            .Bind(configuration.GetSection("ServerlessDrives:Integrations"))
            .Validate(
                options => options.PollEvery >= TimeSpan.FromSeconds(1) && options.PollEvery <= TimeSpan.FromDays(1),
                "ServerlessDrives:Integrations:PollEvery must be between 00:00:01 and 1.00:00:00."
            )
            .Validate(
                options =>
                    options.PollWithNotificationsEvery >= TimeSpan.FromSeconds(1)
                    && options.PollWithNotificationsEvery <= TimeSpan.FromDays(1),
                "ServerlessDrives:Integrations:PollWithNotificationsEvery must be between 00:00:01 and 1.00:00:00."
            )
            .ValidateOnStart();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<IntegrationOptions>>().Value);
        services.AddSingleton<IntegrationForms>();
        services.AddSingleton<IntegrationFinder>();
        services.AddSingleton<IntegrationViews>();
        services.AddSingleton<FirstLook>();
        services.AddSingleton<SendBackfill>();
        services.AddSingleton<TryPattern>();
        services.AddSingleton<HearNotifications>();
        services.AddSingleton<NotificationLimits>();
        services.AddSingleton<SetUpNotifications>();
        services.AddSingleton<ISecretOwners, IntegrationsWithAddresses>();
        services.AddSingleton<IntegrationRemoval>();
        services.AddSingleton<IHoldsDrives, IntegrationsOnDrives>();
        services.AddSingleton<IWorkspaceContents, WorkspaceIntegrations>();
        return services;
    }
}

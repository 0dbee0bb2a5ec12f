using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using ServerlessDrives.Drives;
using ServerlessDrives.Events.Webhooks;
using ServerlessDrives.Secrets;

namespace ServerlessDrives.Events;

/// <summary>Composes the audit trail and outgoing events.</summary>
public static class EventsComposition
{
    public static IServiceCollection AddEvents(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddOptions<EventOptions>().Bind(configuration.GetSection("ServerlessDrives:Webhooks")).ValidateOnStart();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<EventOptions>>().Value);
        services.AddSingleton<PublicAddresses>();
        services.AddSingleton<IEvents, WebhookFanout>();
        services.AddSingleton<IDriveEventHandler, DriveAnnouncements>();
        services.AddSingleton<Redelivery>();
        services.AddSingleton<RedeliverDead>();
        services.AddSingleton<WebhookFinder>();
        services.AddSingleton<WebhookKeys>();
        services.AddSingleton<ISecretOwners, WebhooksWithKeys>();
        services.AddHttpClient<IWebhookSender, WebhookSender>(WebhookSender.ClientName)
            .ConfigurePrimaryHttpMessageHandler(provider => new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseProxy = false,
                UseCookies = false,
                ConnectCallback = provider.GetRequiredService<PublicAddresses>().ConnectAsync,
                PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            })
            .RemoveAllLoggers();
        return services;
    }
}

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ServerlessDrives.Embedded.Durable;

public static class DurableHubComposition
{
    /// <summary>
    /// Adds a task hub, which whoever composes it starts and stops. An <see cref="IDurableWorker"/> must be registered too.
    /// </summary>
    public static IServiceCollection AddDurableHub(this IServiceCollection services, DurableHubOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton<DurableHub>();
        services.AddSingleton<TaskHubSidecar>();
        services.AddGrpc().AddServiceOptions<TaskHubSidecar>(service =>
        {
            // Payloads are of any size.
            service.MaxReceiveMessageSize = null;
            service.MaxSendMessageSize = null;
            service.Interceptors.Add<SidecarErrors>();
        });
        return services;
    }

    /// <summary>What the official DurableTaskClient calls. It needs an endpoint that speaks HTTP/2.</summary>
    public static GrpcServiceEndpointConventionBuilder MapDurableHub(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGrpcService<TaskHubSidecar>();
}

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Adapters.Graph;

/// <summary>Where Microsoft Graph is: <c>Graph:Endpoint</c>, which differs in national clouds.</summary>
public sealed class GraphOptions
{
    public Uri Endpoint { get; set; } = new("https://graph.microsoft.com");
}

/// <summary>Composes the directory of groups on Microsoft Graph.</summary>
public static class GraphComposition
{
    public static IServiceCollection AddGraph(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services
            .AddOptions<GraphOptions>()
            .Bind(configuration.GetSection("Graph"))
            .Validate(
                options => options.Endpoint is { IsAbsoluteUri: true } endpoint && (endpoint.Scheme is "https" || endpoint.IsLoopback),
                "Graph:Endpoint must be the https URL of Microsoft Graph, such as https://graph.microsoft.com.")
            .ValidateOnStart();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<GraphOptions>>().Value);
        services.AddSingleton<IGroupDirectory, GraphGroups>();
        return services;
    }
}

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ServerlessDrives.Workspaces;

/// <summary>Composes workspaces.</summary>
public static class WorkspacesComposition
{
    public static IServiceCollection AddWorkspaces(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddOptions<WorkspaceSeedOptions>().Bind(configuration.GetSection("Workspaces")).ValidateOnStart();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<WorkspaceSeedOptions>>().Value);
        services.AddSingleton<OrganizationNames>();
        services.AddSingleton<Memberships>();
        services.AddHostedService<WorkspaceSeed>();
        return services;
    }
}

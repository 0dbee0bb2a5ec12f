using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using ServerlessDrives.Connecting.Buckets;
using ServerlessDrives.Workspaces;

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
            .Validate(options => options.StoreWithin >= TimeSpan.FromSeconds(1), "ServerlessDrives:Connection:StoreWithin must be at least 00:00:01.")
            .ValidateOnStart();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<ConnectionOptions>>().Value);
        services.AddSingleton<ConnectionWitness>();
        services.AddSingleton<ConnectionDesk>();
        services.AddSingleton<CallbackDesk>();
        services.AddSingleton<CallbackLimits>();
        services.AddSingleton<BucketLookup>();
        services.AddSingleton<BucketLimits>();
        services.AddSingleton<SetupDesk>();
        services.AddSingleton<ConnectionViews>();
        services.AddSingleton<IWorkspaceContents, WorkspaceConnections>();
        return services;
    }
}

/// <summary>The open connections that keep a workspace from being deleted.</summary>
internal sealed class WorkspaceConnections(IConnections connections) : IWorkspaceContents
{
    private const int Most = 100;

    public async Task<IReadOnlyDictionary<string, string>> OfAsync(OrganizationId organization, WorkspaceId workspace, CancellationToken cancellation)
    {
        var open = new Dictionary<string, string>();
        string? cursor = null;
        do
        {
            var page = await connections.ListAsync(organization, [new Audience.Workspace(workspace)], status: null, Http.Paging.Most, cursor, cancellation);
            foreach (var connection in page.Items.Where(connection => connection.IsOpen).Take(Most - open.Count))
                open[connection.Id.Value] = connection.DisplayName.Value;
            cursor = page.NextCursor;
        }
        while (cursor is not null && open.Count < Most);
        return open;
    }
}

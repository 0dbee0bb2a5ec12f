using Microsoft.Extensions.DependencyInjection;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Drives;

/// <summary>Composes the drives' lifecycle.</summary>
public static class DrivesComposition
{
    public static IServiceCollection AddDrives(this IServiceCollection services)
    {
        services.AddSingleton<DriveFinder>();
        services.AddSingleton<DrivesOfAbsentUsers>();
        services.AddSingleton<RemoveDrive>();
        services.AddSingleton<IWorkspaceContents, WorkspaceDrives>();
        return services;
    }
}

/// <summary>The drives that keep a workspace from being deleted.</summary>
internal sealed class WorkspaceDrives(IDrives drives) : IWorkspaceContents
{
    private const int Most = 100;

    public async Task<IReadOnlyDictionary<string, string>> OfAsync(
        OrganizationId organization,
        WorkspaceId workspace,
        CancellationToken cancellation
    ) =>
        (
            await drives.ListAsync(organization, [new Audience.Workspace(workspace)], health: null, Most, cursor: null, cancellation)
        ).Items.ToDictionary(drive => drive.Id.Value, drive => drive.DisplayName.Value);
}

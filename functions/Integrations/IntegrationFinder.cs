using ServerlessDrives.Drives;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Integrations;

/// <summary>Finds an integration for a person; a foreign one is as unknown as one that isn't there.</summary>
public sealed class IntegrationFinder(IIntegrations integrations)
{
    public async Task<Result<Versioned<Integration>, Refusal>> FindAsync(
        Person person,
        string? integrationId,
        CancellationToken cancellation
    )
    {
        ArgumentNullException.ThrowIfNull(person);
        return IntegrationId.TryParse(integrationId, out var id)
            && await integrations.FindAsync(person.Organization, id, cancellation) is { } found
            && person.MaySee(found.Value.Audience)
                ? found
                : Refusal.NotFound("integration");
    }

    /// <summary>An upstream integration, for those who may change it.</summary>
    public async Task<Result<Versioned<Integration>, Refusal>> FindUpstreamToChangeAsync(
        Person person,
        string integrationId,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(person);
        if (!(await FindAsync(person, integrationId, cancellation)).TryGet(out var found, out var unknown))
            return unknown;
        if (!person.MayConnect(found.Value.Audience))
            return Refusal.Forbidden("Only admins change integrations on the organization's drives.");
        return found.Value.Kind is IntegrationKind.Upstream
            ? found
            : Refusal.Conflict("not-upstream", "Only an upstream integration hears of new files; this one is downstream.");
    }
}

/// <summary>The integrations that keep a workspace from being deleted.</summary>
internal sealed class WorkspaceIntegrations(IIntegrations integrations) : IWorkspaceContents
{
    private const int Most = 100;

    public async Task<IReadOnlyDictionary<string, string>> OfAsync(
        OrganizationId organization,
        WorkspaceId workspace,
        CancellationToken cancellation
    ) =>
        (
            await integrations.ListAsync(organization, [new Audience.Workspace(workspace)], drive: null, Most, cursor: null, cancellation)
        ).Items.ToDictionary(integration => integration.Id.Value, integration => integration.Name);
}

/// <summary>Integrations keep their drive from being removed, unless they go with it.</summary>
internal sealed class IntegrationsOnDrives(IIntegrations integrations, IntegrationRemoval removal) : IHoldsDrives
{
    private const int AtATime = 100;

    public async Task<IReadOnlyList<DriveHold>> HoldsAsync(OrganizationId organization, DriveId drive, CancellationToken cancellation) =>
        [
            .. (await integrations.ListAsync(organization, null, drive, AtATime, null, cancellation)).Items.Select(
                integration => new DriveHold(integration.Id.Value, integration.Name)),
        ];

    public async Task ReleaseAsync(OrganizationId organization, DriveId drive, UserId by, CancellationToken cancellation)
    {
        for (IReadOnlyList<DriveHold> holds; (holds = await HoldsAsync(organization, drive, cancellation)).Count > 0;)
        {
            foreach (var hold in holds)
            {
                if (await integrations.FindAsync(organization, IntegrationId.Of(hold.Id), cancellation) is { } found)
                    await removal.RemoveAsync(found, by, cancellation);
            }
        }
    }
}

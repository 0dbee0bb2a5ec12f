using Microsoft.Extensions.Hosting;

namespace ServerlessDrives.Workspaces;

/// <summary>Settings under <c>Workspaces:Seed</c>: what is there from the start. What is there already stays as it is.</summary>
public sealed class WorkspaceSeedOptions
{
    public IList<SeededOrganization> Seed { get; } = [];
}

public sealed class SeededOrganization
{
    /// <summary>The tenant's id, as tokens name it.</summary>
    public string Organization { get; set; } = "";

    /// <summary>What people call it.</summary>
    public string? Name { get; set; }

    public IList<SeededWorkspace> Workspaces { get; } = [];
}

public sealed class SeededWorkspace
{
    public string Id { get; set; } = "";
    public string Name { get; set; } = "";
    public IList<SeededMember> Members { get; } = [];
    public IList<SeededGroup> Groups { get; } = [];
}

public sealed class SeededMember
{
    public string User { get; set; } = "";
    public WorkspaceRole Role { get; set; }
}

public sealed class SeededGroup
{
    /// <summary>The group's object ID.</summary>
    public string Group { get; set; } = "";

    public string? Name { get; set; }
    public WorkspaceRole Role { get; set; }
}

/// <summary>Makes the seeded workspaces at the start, once.</summary>
internal sealed class WorkspaceSeed(
    WorkspaceSeedOptions options,
    IWorkspaces workspaces,
    IWorkspaceGroups groups,
    TimeProvider clock)
    : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var seeded in options.Seed)
        {
            var organization = OrganizationId.Parse(OrganizationId.Prefix + seeded.Organization, null);
            foreach (var workspace in seeded.Workspaces)
            {
                var id = WorkspaceId.Parse(workspace.Id, null);
                if (!await workspaces.CreateAsync(new(id, organization, workspace.Name, clock.GetUtcNow()), by: null, cancellationToken))
                    continue;
                foreach (var member in workspace.Members)
                    await workspaces.PutMemberAsync(
                        organization,
                        new(id, UserId.Parse(member.User, null), member.Role),
                        before: null,
                        by: null,
                        cancellationToken);
                foreach (var group in workspace.Groups)
                    await groups.PutAsync(
                        organization,
                        new(id, GroupId.Parse(group.Group, null), group.Role, group.Name),
                        before: null,
                        by: null,
                        cancellationToken);
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

namespace ServerlessDrives.Workspaces;

/// <summary>What organizations are called.</summary>
public sealed class OrganizationNames(WorkspaceSeedOptions settings)
{
    /// <returns>As the settings say it; null where they don't.</returns>
    public string? NameOf(OrganizationId organization) =>
        settings.Seed.FirstOrDefault(seeded => OrganizationId.Prefix + seeded.Organization == organization.Value)?.Name;
}

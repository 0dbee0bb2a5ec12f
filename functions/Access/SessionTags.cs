namespace ServerlessDrives.Access;

/// <summary>
/// What a session with a customer's role is tagged with, where the role's trust policy allows <c>sts:TagSession</c>: CloudTrail and
/// policies see it.
/// </summary>
/// <param name="Workspace">Null for a drive of the whole organization.</param>
/// <param name="Drive">The drive, or the connection that is to become one.</param>
public sealed record SessionTags(OrganizationId Organization, WorkspaceId? Workspace, string Drive)
{
    internal IEnumerable<KeyValuePair<string, string>> ToPairs()
    {
        yield return new("organization", Organization.Value);
        if (Workspace is { } workspace)
            yield return new("workspace", workspace.Value);
        yield return new("drive", Drive);
    }
}

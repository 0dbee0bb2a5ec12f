namespace ServerlessDrives.Workspaces;

/// <summary>An audience as it comes over the wire.</summary>
/// <param name="Type"><c>workspace</c> or <c>organization</c>.</param>
[NeedsFields("type")]
public sealed record AudienceBody(string? Type, string? WorkspaceId)
{
    /// <summary>The audience, or null with every wrong field noted below <c>audience.</c></summary>
    public static Audience? Read(FormReader form, AudienceBody? body)
    {
        ArgumentNullException.ThrowIfNull(form);
        return body?.Type switch
        {
            "organization" when body.WorkspaceId is not null => form.Refuse<Audience>(
                "audience.workspaceId",
                "What is the organization's belongs to no workspace; leave this out or choose \"workspace\"."),
            "organization" => Audience.Whole,
            "workspace" when Identifier.TryParse<WorkspaceId>(body.WorkspaceId, out var workspace) => new Audience.Workspace(workspace),
            "workspace" => form.Refuse<Audience>("audience.workspaceId", "Say which workspace: its id starts with ws_."),
            _ => form.Refuse<Audience>("audience.type", "Choose \"workspace\" or \"organization\"."),
        };
    }
}

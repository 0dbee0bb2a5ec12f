namespace ServerlessDrives.Embedded.Cloud.SignIn;

/// <summary>Somebody whom the embedded issuer knows.</summary>
/// <param name="Tenant">The organization, as <c>tid</c> names it.</param>
/// <param name="Role">Their role in the organization: <c>admin</c> or <c>member</c>.</param>
/// <param name="Says">What the sign-in page says of them.</param>
internal sealed record EmbeddedPerson(string Id, string Name, string Tenant, string Role, string Says);

/// <summary>The seeded people, and the workspaces that they are in.</summary>
internal static class EmbeddedPeople
{
    public const string Acme = "11111111-1111-4111-8111-111111111111";
    private const string Other = "22222222-2222-4222-8222-222222222222";

    public static readonly IReadOnlyList<EmbeddedPerson> All =
    [
        new("ada", "Ada Lind", Acme, "admin", "Admin of Acme Insurance"),
        new("max", "Max Okafor", Acme, "member", "Manager of the workspace Claims"),
        new("mia", "Mia Tanaka", Acme, "member", "Member of the workspace Claims"),
        new("leo", "Leo Marques", Acme, "member", "Member of the workspace Loans"),
        new("uma", "Uma Haddad", Acme, "member", "Manager of the workspace Claims by the group Claims leads"),
        new("gus", "Gus Weber", Acme, "member", "Member of the workspace Claims by the group Claims adjusters"),
        new("eve", "Eve Novak", Other, "member", "Member of another organization"),
    ];

    public static EmbeddedPerson? Find(string? id) => All.FirstOrDefault(person => person.Id == id);

    /// <summary>The app's setting <c>Workspaces:Seed</c>.</summary>
    public static IEnumerable<KeyValuePair<string, string?>> WorkspaceSettings()
    {
        const string acme = "Workspaces:Seed:0";
        yield return new($"{acme}:Organization", Acme);
        yield return new($"{acme}:Name", "Acme Insurance");
        yield return new($"{acme}:Workspaces:0:Id", "ws_claims");
        yield return new($"{acme}:Workspaces:0:Name", "Claims");
        yield return new($"{acme}:Workspaces:0:Members:0:User", "max");
        yield return new($"{acme}:Workspaces:0:Members:0:Role", "Manager");
        yield return new($"{acme}:Workspaces:0:Members:1:User", "mia");
        yield return new($"{acme}:Workspaces:0:Members:1:Role", "Member");
        yield return new($"{acme}:Workspaces:0:Groups:0:Group", EmbeddedGroups.Adjusters);
        yield return new($"{acme}:Workspaces:0:Groups:0:Name", "Claims adjusters");
        yield return new($"{acme}:Workspaces:0:Groups:0:Role", "Member");
        yield return new($"{acme}:Workspaces:0:Groups:1:Group", EmbeddedGroups.Leads);
        yield return new($"{acme}:Workspaces:0:Groups:1:Name", "Claims leads");
        yield return new($"{acme}:Workspaces:0:Groups:1:Role", "Manager");
        yield return new($"{acme}:Workspaces:1:Id", "ws_loans");
        yield return new($"{acme}:Workspaces:1:Name", "Loans");
        yield return new($"{acme}:Workspaces:1:Members:0:User", "leo");
        yield return new($"{acme}:Workspaces:1:Members:0:Role", "Member");
        yield return new("Workspaces:Seed:1:Organization", Other);
        yield return new("Workspaces:Seed:1:Name", "Elsewhere & Sons");
        yield return new("Workspaces:Seed:1:Workspaces:0:Id", "ws_elsewhere");
        yield return new("Workspaces:Seed:1:Workspaces:0:Name", "Elsewhere");
        yield return new("Workspaces:Seed:1:Workspaces:0:Members:0:User", "eve");
        yield return new("Workspaces:Seed:1:Workspaces:0:Members:0:Role", "Member");
    }
}

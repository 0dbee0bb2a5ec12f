using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Iam;

/// <summary>Everything that IAM knows of all accounts at one moment. Names are unique per account without regard to case.</summary>
internal sealed record IamState
{
    public ImmutableDictionary<string, User> Users { get; init; } = ImmutableDictionary<string, User>.Empty;
    public ImmutableDictionary<string, Role> Roles { get; init; } = ImmutableDictionary<string, Role>.Empty;
    public ImmutableDictionary<string, ManagedPolicy> Policies { get; init; } = ImmutableDictionary<string, ManagedPolicy>.Empty;
    public ImmutableDictionary<string, AccessKey> AccessKeys { get; init; } = ImmutableDictionary<string, AccessKey>.Empty;
    public ImmutableDictionary<string, OpenIdProvider> Providers { get; init; } = ImmutableDictionary<string, OpenIdProvider>.Empty;
    public ImmutableSortedSet<string> Accounts { get; init; } = [];

    public User? User(string account, string name) => Users.GetValueOrDefault(Key(account, name));

    public Role? Role(string account, string name) => Roles.GetValueOrDefault(Key(account, name));

    public User? UserById(string id) => Users.Values.FirstOrDefault(u => u.Id == id);

    public Role? RoleById(string id) => Roles.Values.FirstOrDefault(r => r.Id == id);

    /// <summary>The user or role of an ARN. IAM's ARNs are compared as they are written, path and case included.</summary>
    public bool TryGetIdentity(string arn, [NotNullWhen(true)] out Identity? identity)
    {
        identity = null;
        var parts = arn.Split(':', 6);
        if (parts.Length < 6 || parts[2] != "iam") return false;
        var name = parts[5][(parts[5].LastIndexOf('/') + 1)..];
        Identity? found = parts[5].StartsWith("user/", StringComparison.Ordinal) ? User(parts[4], name)
            : parts[5].StartsWith("role/", StringComparison.Ordinal) ? Role(parts[4], name)
            : null;
        if (found?.Arn == arn) identity = found;
        return identity is not null;
    }

    public IamState With(User user) => this with { Users = Users.SetItem(Key(user.Account, user.Name), user) };

    public IamState With(Role role) => this with { Roles = Roles.SetItem(Key(role.Account, role.Name), role) };

    public IamState With(Identity identity) => identity switch
    {
        User user => With(user),
        Role role => With(role),
        _ => throw new InvalidOperationException($"{identity.Arn} is neither a user nor a role"),
    };

    public IamState Without(User user) => this with { Users = Users.Remove(Key(user.Account, user.Name)) };

    public IamState Without(Role role) => this with { Roles = Roles.Remove(Key(role.Account, role.Name)) };

    /// <summary>Inline documents and those of attached managed policies.</summary>
    public IEnumerable<string> DocumentsOf(Identity identity) =>
        identity.Inline.Values.Concat(identity.Attached.Select(DocumentOf).OfType<string>());

    /// <summary>What a managed policy says; null when there is none of that ARN.</summary>
    public string? DocumentOf(string arn) => Policies.GetValueOrDefault(arn)?.Document ?? AwsManagedPolicies.Find(arn);

    private static string Key(string account, string name) => $"{account}/{name.ToLowerInvariant()}";
}

/// <summary>The managed policies that AWS keeps for everyone; the few that people attach in a sandbox.</summary>
internal static class AwsManagedPolicies
{
    private static readonly Dictionary<string, string> Documents = new()
    {
        ["arn:aws:iam::aws:policy/AdministratorAccess"] = Allowing("*"),
        ["arn:aws:iam::aws:policy/AmazonS3FullAccess"] = Allowing("s3:*"),
        ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"] = Allowing("s3:Get*", "s3:List*", "s3:Describe*"),
        ["arn:aws:iam::aws:policy/IAMFullAccess"] = Allowing("iam:*"),
        ["arn:aws:iam::aws:policy/ReadOnlyAccess"] = Allowing(
            "s3:Get*",
            "s3:List*",
            "iam:Get*",
            "iam:List*",
            "kms:Describe*",
            "kms:Get*",
            "kms:List*"),
    };

    public static string? Find(string arn) => Documents.GetValueOrDefault(arn);

    private static string Allowing(params string[] actions) =>
        """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"""
            + $$"""[{{string.Join(',', actions.Select(a => $"\"{a}\""))}}],"Resource":"*"}]}""";
}

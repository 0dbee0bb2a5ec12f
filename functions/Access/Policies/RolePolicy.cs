using System.Text.Json.Nodes;

namespace ServerlessDrives.Access.Policies;

/// <summary>What the role (or an access key's user) may do: a drive's statements for its bucket, its path and its key.</summary>
public sealed class RolePolicy
{
    private readonly BucketAccess _access;

    private RolePolicy(BucketAccess access) => _access = access;

    public static RolePolicy For(BucketAccess access) => new(access);

    /// <summary>A fresh document each time.</summary>
    public JsonObject ToJson()
    {
        var statements = PolicyStatements.ForBucket(_access, principal: null);
        return PolicyStatements.Document(PolicyStatements.ForKey(_access) is { } key ? statements.Append(key) : statements);
    }

    public override string ToString() => ToJson().ToJsonString();
}

using System.Text.Json.Nodes;

namespace ServerlessDrives.Access.Policies;

/// <summary>The statement to add to the KMS key's own policy. A key of another account needs it besides the role policy.</summary>
public sealed class KeyPolicyStatement
{
    private readonly RoleArn _role;
    private readonly BucketAccess _access;

    private KeyPolicyStatement(RoleArn role, BucketAccess access) => (_role, _access) = (role, access);

    /// <summary>Whether the role policy alone can't be enough, since the key belongs to another account.</summary>
    public bool IsRequired => _access.Encryption.KmsKey!.Account != _role.Account;

    /// <returns>The statement, or null where there is no KMS key.</returns>
    public static KeyPolicyStatement? For(RoleArn role, BucketAccess access)
    {
        ArgumentNullException.ThrowIfNull(access);
        return access.Encryption.KmsKey is null ? null : new(role, access);
    }

    /// <summary>A fresh document each time.</summary>
    public JsonObject ToJson() => PolicyStatements.ForKeyPolicy(_access, _role)!;

    public override string ToString() => ToJson().ToJsonString();
}

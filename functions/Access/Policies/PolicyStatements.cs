using System.Text.Json.Nodes;

namespace ServerlessDrives.Access.Policies;

/// <summary>The statements that a drive needs, as role policy and bucket policy share them.</summary>
internal static class PolicyStatements
{
    public const string Version = "2012-10-17";

    private const string Location = "s3:GetBucketLocation";

    public static JsonObject Document(IEnumerable<JsonObject> statements) => new()
    {
        ["Version"] = Version,
        ["Statement"] = new JsonArray([.. statements]),
    };

    /// <param name="principal">Whom a bucket policy admits; null in a role policy.</param>
    public static IEnumerable<JsonObject> ForBucket(BucketAccess access, RoleArn? principal)
    {
        var list = Allow(access, "List", principal, [Permission.ListBucket.Name], access.BucketArn);
        if (!access.Path.IsRoot)
        {
            var prefix = PolicyText.Escape(access.Path.Prefix);
            list["Condition"] = new JsonObject { ["StringLike"] = new JsonObject { ["s3:prefix"] = Array([prefix, prefix + "*"]) } };
        }

        yield return list;
        // s3:prefix is no condition key of these two: with it they would never be granted.
        yield return Allow(
            access,
            "Bucket",
            principal,
            access.IsReadOnly ? [Location] : [Permission.ListBucketMultipartUploads.Name, Location],
            access.BucketArn);
        yield return Allow(access, "Objects", principal, [.. access.OnObjects.Select(permission => permission.Name)], access.ObjectsArn);
    }

    public static JsonObject? ForKey(BucketAccess access) =>
        access.Encryption.KmsKey is { } key ? Allow(access, "Key", null, access.KeyActions, key.Value) : null;

    /// <summary>The statement of a key policy, where the key itself is the only resource.</summary>
    public static JsonObject? ForKeyPolicy(BucketAccess access, RoleArn principal) =>
        access.Encryption.KmsKey is null ? null : Allow(access, "Key", principal, access.KeyActions, "*");

    /// <summary>The statement that grants just this permission, to be added to a policy that lacks it.</summary>
    public static JsonObject Granting(BucketAccess access, Permission permission)
    {
        var lists = permission == Permission.ListBucket || permission == Permission.ListBucketVersions;
        var name = lists ? "List" : permission.IsOnBucket ? "Bucket" : "Objects";
        var statement = ForBucket(access, principal: null).First(offered => offered["Sid"]!.GetValue<string>() == SidOf(access, name));
        statement["Action"] = permission.Name;
        statement.Remove("Sid");
        return statement;
    }

    private static JsonObject Allow(BucketAccess access, string what, RoleArn? principal, string[] actions, string resource)
    {
        var statement = new JsonObject { ["Sid"] = SidOf(access, what), ["Effect"] = "Allow" };
        if (principal is not null)
            statement["Principal"] = new JsonObject { ["AWS"] = principal.Value };
        statement["Action"] = actions is [var only] ? only : Array(actions);
        statement["Resource"] = resource;
        return statement;
    }

    /// <summary>IAM takes letters and digits only.</summary>
    private static string SidOf(BucketAccess access, string what) =>
        $"ServerlessDrives{string.Concat(access.Seed.Where(char.IsAsciiLetterOrDigit))}{what}";

    private static JsonArray Array(string[] texts) => new([.. texts.Select(text => JsonValue.Create(text))]);
}

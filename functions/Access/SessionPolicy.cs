using System.Text.Json.Nodes;

namespace ServerlessDrives.Access;

/// <summary>The inline policy of each of our sessions with a customer's role: whatever the role may do besides, a drive's session can't.</summary>
internal static class SessionPolicy
{
    /// <summary>STS's limit, in characters.</summary>
    public const int MaxLength = 2048;

    /// <summary>
    /// From narrow to wide. The first is exact unless the path is too long for STS; then the path is cut and the rest left open.
    /// The last, for when STS finds the packed form too large (<c>PackedPolicyTooLarge</c>), confines to the bucket only.
    /// </summary>
    public static IReadOnlyList<string> For(BucketAccess access)
    {
        ArgumentNullException.ThrowIfNull(access);
        var whole = Document(access, "");
        for (var path = access.Path.Prefix; path.Length > 0; path = Cut(path))
        {
            if (Document(access, path) is { Length: <= MaxLength } confined)
                return [confined, whole];
        }

        return [whole];
    }

    /// <summary>Half of it, whole characters only.</summary>
    private static string Cut(string path)
    {
        var length = path.Length / 2;
        return path[..(length > 0 && char.IsHighSurrogate(path[length - 1]) ? length - 1 : length)];
    }

    private static string Document(BucketAccess access, string prefix)
    {
        var pattern = PolicyText.Escape(prefix) + "*";
        // Versions are listed where the customer allows it besides what is offered; a session policy only ever takes away.
        var list = Allow(["s3:ListBucket", "s3:ListBucketVersions"], access.BucketArn);
        if (prefix.Length > 0)
            list["Condition"] = new JsonObject { ["StringLike"] = new JsonObject { ["s3:prefix"] = pattern } };
        // A bucket may encrypt with a key of its own choice by default; which one, only the role's policies know.
        var key = access.Encryption.KmsKey?.Value ?? $"arn:{access.Region.Partition}:kms:{access.Region}:*:key/*";
        return PolicyStatements.Document(
        [
            list,
            Allow(["s3:ListBucketMultipartUploads", "s3:GetBucketLocation"], access.BucketArn),
            Allow([.. Permission.OnObjects.Select(permission => permission.Name)], $"{access.BucketArn}/{pattern}"),
            Allow(["kms:GenerateDataKey", "kms:Decrypt"], key),
        ]).ToJsonString();
    }

    private static JsonObject Allow(string[] actions, string resource) => new()
    {
        ["Effect"] = "Allow",
        ["Action"] = new JsonArray([.. actions.Select(action => JsonValue.Create(action))]),
        ["Resource"] = resource,
    };
}

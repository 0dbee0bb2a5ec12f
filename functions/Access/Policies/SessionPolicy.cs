using System.Text.Json.Nodes;

namespace ServerlessDrives.Access.Policies;

/// <summary>
/// The inline policy of each of our sessions with a customer's role: whatever the role may do besides, a drive's session can't.
/// </summary>
internal static class SessionPolicy
{
    /// <summary>STS's limit, in characters.</summary>
    public const int MaxLength = 2048;

    /// <summary>
    /// From narrow to wide. The first is exact unless the path is too long for STS; then the path is cut and the rest left open.
    /// The last, for when STS finds the packed form too large (<c>PackedPolicyTooLarge</c>), confines to the bucket only.
    /// </summary>
    /// <param name="withKeys">Whether the server knows KMS's actions.</param>
    public static IReadOnlyList<string> For(BucketAccess access, bool withKeys = true)
    {
        ArgumentNullException.ThrowIfNull(access);
        var whole = Document(access, "", withKeys);
        for (var path = access.Path.Prefix; path.Length > 0; path = Cut(path))
        {
            if (Document(access, path, withKeys) is { Length: <= MaxLength } confined)
                return [confined, whole];
        }

        return [whole];
    }

    /// <summary>How many bits a digit has.</summary>
    public const int DigitBits = 4;

    /// <summary>
    /// Lets a session list <see cref="OwnerPrefix"/> only if one digit of the account that owns the bucket has that bit
    /// (<c>s3:ResourceAccount</c>): which of the listings are allowed tells the digit. S3 names a bucket's owner to nobody in any other
    /// way.
    /// </summary>
    /// <param name="position">Of the digit, from 0.</param>
    public static string ForOwnerDigit(BucketAccess access, int position)
    {
        ArgumentNullException.ThrowIfNull(access);
        return PolicyStatements.Document(Enumerable.Range(0, DigitBits).Select(bit =>
        {
            var accounts = Enumerable.Range(0, 10).Where(digit => (digit >> bit & 1) == 1)
                .Select(digit => JsonValue.Create($"{new string('?', position)}{digit}{new string('?', AccountId.Digits - position - 1)}"));
            var list = Allow(["s3:ListBucket"], access.BucketArn);
            list["Condition"] = new JsonObject
            {
                ["StringEquals"] = new JsonObject { ["s3:prefix"] = OwnerPrefix(access, bit) },
                ["StringLike"] = new JsonObject { ["s3:ResourceAccount"] = new JsonArray([.. accounts]) },
            };
            return list;
        })).ToJsonString();
    }

    public static string OwnerPrefix(BucketAccess access, int bit) => $"{access.Path.Prefix}{bit}";

    /// <summary>Half of it, whole characters only.</summary>
    private static string Cut(string path)
    {
        var length = path.Length / 2;
        return path[..(length > 0 && char.IsHighSurrogate(path[length - 1]) ? length - 1 : length)];
    }

    /// <summary>Whether the session is confined to less than the drive's path, because the policy had to be cut.</summary>
    public static bool IsCut(BucketAccess access) =>
        !access.Path.IsRoot && Document(access, access.Path.Prefix, withKeys: true).Length > MaxLength;

    private static string Document(BucketAccess access, string prefix, bool withKeys)
    {
        var pattern = PolicyText.Escape(prefix) + "*";
        // Versions are listed where the customer allows it besides what is offered; a session policy only ever takes away.
        var list = Allow(["s3:ListBucket", "s3:ListBucketVersions"], access.BucketArn);
        if (prefix.Length > 0)
            list["Condition"] = new JsonObject { ["StringLike"] = new JsonObject { ["s3:prefix"] = pattern } };
        List<JsonObject> statements =
        [
            list,
            Allow(
                access.IsReadOnly ? ["s3:GetBucketLocation"] : ["s3:ListBucketMultipartUploads", "s3:GetBucketLocation"],
                access.BucketArn),
            Allow([.. access.OnObjects.Select(permission => permission.Name)], $"{access.BucketArn}/{pattern}"),
        ];
        if (withKeys)
            statements.Add(Keys(access));
        return PolicyStatements.Document(statements).ToJsonString();
    }

    /// <summary>
    /// A bucket may encrypt with a key of its own choice, and older files stay under the key that they were written with: which keys those
    /// are, only the role's policies and the keys' know. So every key, but by way of S3 in this region only.
    /// </summary>
    private static JsonObject Keys(BucketAccess access)
    {
        var keys = Allow(access.KeyActions, $"arn:{access.Region.Partition}:kms:{access.Region}:*:key/*");
        keys["Condition"] = new JsonObject
        {
            ["StringEquals"] = new JsonObject { ["kms:ViaService"] = $"s3.{access.Region}.{access.Region.Partition.DnsSuffix}" },
        };
        return keys;
    }

    private static JsonObject Allow(string[] actions, string resource) => new()
    {
        ["Effect"] = "Allow",
        ["Action"] = new JsonArray([.. actions.Select(action => JsonValue.Create(action))]),
        ["Resource"] = resource,
    };
}

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Policies;

/// <summary>
/// The S3 actions that exist. Source: "Actions, resources, and condition keys for Amazon S3" in the service authorization reference.
/// </summary>
internal static class KnownActions
{
    private static readonly string[] OfObjects =
    [
        "AbortMultipartUpload",
        "BypassGovernanceRetention",
        "DeleteObject",
        "DeleteObjectTagging",
        "DeleteObjectVersion",
        "DeleteObjectVersionTagging",
        "GetObject",
        "GetObjectAcl",
        "GetObjectAttributes",
        "GetObjectLegalHold",
        "GetObjectRetention",
        "GetObjectTagging",
        "GetObjectTorrent",
        "GetObjectVersion",
        "GetObjectVersionAcl",
        "GetObjectVersionAttributes",
        "GetObjectVersionForReplication",
        "GetObjectVersionTagging",
        "GetObjectVersionTorrent",
        "ListMultipartUploadParts",
        "ObjectOwnerOverrideToBucketOwner",
        "PutObject",
        "PutObjectAcl",
        "PutObjectLegalHold",
        "PutObjectRetention",
        "PutObjectTagging",
        "PutObjectVersionAcl",
        "PutObjectVersionTagging",
        "ReplicateDelete",
        "ReplicateObject",
        "ReplicateTags",
        "RestoreObject",
        "InitiateReplication",
    ];

    private static readonly string[] OfBuckets =
    [
        "CreateBucket",
        "DeleteBucket",
        "DeleteBucketPolicy",
        "DeleteBucketWebsite",
        "GetAccelerateConfiguration",
        "GetAnalyticsConfiguration",
        "GetBucketAcl",
        "GetBucketCORS",
        "GetBucketLocation",
        "GetBucketLogging",
        "GetBucketNotification",
        "GetBucketObjectLockConfiguration",
        "GetBucketOwnershipControls",
        "GetBucketPolicy",
        "GetBucketPolicyStatus",
        "GetBucketPublicAccessBlock",
        "GetBucketRequestPayment",
        "GetBucketTagging",
        "GetBucketVersioning",
        "GetBucketWebsite",
        "GetEncryptionConfiguration",
        "GetIntelligentTieringConfiguration",
        "GetInventoryConfiguration",
        "GetLifecycleConfiguration",
        "GetMetricsConfiguration",
        "GetReplicationConfiguration",
        "ListBucket",
        "ListBucketMultipartUploads",
        "ListBucketVersions",
        "PutAccelerateConfiguration",
        "PutAnalyticsConfiguration",
        "PutBucketAcl",
        "PutBucketCORS",
        "PutBucketLogging",
        "PutBucketNotification",
        "PutBucketObjectLockConfiguration",
        "PutBucketOwnershipControls",
        "PutBucketPolicy",
        "PutBucketPublicAccessBlock",
        "PutBucketRequestPayment",
        "PutBucketTagging",
        "PutBucketVersioning",
        "PutBucketWebsite",
        "PutEncryptionConfiguration",
        "PutIntelligentTieringConfiguration",
        "PutInventoryConfiguration",
        "PutLifecycleConfiguration",
        "PutMetricsConfiguration",
        "PutReplicationConfiguration",
    ];

    /// <summary>Whether an action, or a pattern of actions, is S3's and means one that exists.</summary>
    public static bool IsKnownOfS3(string action) => Matching(action, OfObjects.Concat(OfBuckets));

    /// <summary>Whether it means one that works on objects, or on buckets.</summary>
    public static bool Fits(string action, bool onObjects) => Matching(action, onObjects ? OfObjects : OfBuckets);

    private static bool Matching(string action, IEnumerable<string> known)
    {
        if (action == "*")
            return true;
        var pattern = Pattern.Of(action, null);
        return pattern is not null && known.Any(name => pattern.Matches($"s3:{name}", ignoreCase: true));
    }
}

/// <summary>S3's own condition keys and the actions that have them. Source: the same page.</summary>
internal static class S3ConditionKeys
{
    private static readonly string[] Listings = ["ListBucket", "ListBucketVersions"];
    private static readonly string[] Grants = ["CreateBucket", "PutBucketAcl", "PutObject", "PutObjectAcl", "PutObjectVersionAcl"];

    private static readonly string[] OfVersions =
    [
        "DeleteObjectVersion",
        "DeleteObjectVersionTagging",
        "GetObjectVersion",
        "GetObjectVersionAcl",
        "GetObjectVersionAttributes",
        "GetObjectVersionTagging",
        "PutObjectVersionAcl",
        "PutObjectVersionTagging",
        "RestoreObject",
        "PutObjectRetention",
        "PutObjectLegalHold",
    ];

    /// <summary>Null: every action has the key.</summary>
    private static readonly Dictionary<string, string[]?> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        ["authType"] = null,
        ["signatureAge"] = null,
        ["signatureversion"] = null,
        ["ResourceAccount"] = null,
        ["TlsVersion"] = null,
        ["x-amz-content-sha256"] = null,
        ["DataAccessPointAccount"] = null,
        ["DataAccessPointArn"] = null,
        ["AccessPointNetworkOrigin"] = null,
        ["AccessGrantsInstanceArn"] = null,
        ["BucketTag"] = null,
        ["ExistingObjectTag"] = null,
        ["RequestObjectTag"] = null,
        ["RequestObjectTagKeys"] = null,
        ["prefix"] = Listings,
        ["delimiter"] = Listings,
        ["max-keys"] = Listings,
        ["VersionId"] = OfVersions,
        ["LocationConstraint"] = ["CreateBucket"],
        ["x-amz-object-ownership"] = ["CreateBucket", "PutBucketOwnershipControls"],
        ["x-amz-acl"] = Grants,
        ["x-amz-grant-full-control"] = Grants,
        ["x-amz-grant-read"] = Grants,
        ["x-amz-grant-read-acp"] = Grants,
        ["x-amz-grant-write"] = Grants,
        ["x-amz-grant-write-acp"] = Grants,
        ["x-amz-server-side-encryption"] = ["PutObject", "ReplicateObject"],
        ["x-amz-server-side-encryption-aws-kms-key-id"] = ["PutObject", "ReplicateObject"],
        ["x-amz-server-side-encryption-customer-algorithm"] = ["PutObject", "GetObject", "ReplicateObject"],
        ["x-amz-copy-source"] = ["PutObject"],
        ["x-amz-metadata-directive"] = ["PutObject"],
        ["x-amz-storage-class"] = ["PutObject"],
        ["x-amz-website-redirect-location"] = ["PutObject"],
        ["if-match"] = ["PutObject", "DeleteObject", "DeleteObjectVersion"],
        ["if-none-match"] = ["PutObject"],
        ["ObjectCreationOperation"] = ["PutObject"],
        ["object-lock-mode"] = ["PutObject", "PutObjectRetention"],
        ["object-lock-retain-until-date"] = ["PutObject", "PutObjectRetention"],
        ["object-lock-remaining-retention-days"] = ["PutObject", "PutObjectRetention"],
        ["object-lock-legal-hold"] = ["PutObject", "PutObjectLegalHold"],
        ["InventoryAccessibleOptionalFields"] = ["PutInventoryConfiguration"],
    };

    /// <summary>Keys of other services are taken on trust.</summary>
    public static bool IsKnown(string key) => NameOf(key) is not { } name || Known.ContainsKey(name);

    /// <summary>Whether the action, or one that the pattern means, has the key.</summary>
    public static bool Fits(string key, string action) =>
        NameOf(key) is not { } name || !Known.TryGetValue(name, out var actions) || actions is null || action == "*"
        || (Pattern.Of(action, null) is { } pattern && actions.Any(one => pattern.Matches($"s3:{one}", ignoreCase: true)));

    /// <summary>Whether a request for this very action has the key.</summary>
    public static bool IsOf(string name, string action) =>
        !Known.TryGetValue(name, out var actions)
        || actions is null
        || actions.Contains(action["s3:".Length..], StringComparer.OrdinalIgnoreCase);

    private static string? NameOf(string key)
    {
        if (!key.StartsWith("s3:", StringComparison.OrdinalIgnoreCase)) return null;
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? key[3..] : key[3..slash];
    }
}

namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3.Storage;

/// <summary>All of a bucket but what is in it.</summary>
internal sealed record BucketSettings
{
    public required string Name { get; init; }
    public required string Account { get; init; }
    public required string Region { get; init; }
    public required DateTimeOffset Created { get; init; }

    /// <summary>Null (never on), <c>Enabled</c> or <c>Suspended</c>.</summary>
    public string? Versioning { get; init; }
    public string? Policy { get; init; }

    /// <summary>Null (never said), <c>Enabled</c> or <c>Disabled</c>: whether versions can only be deleted with a device's code.</summary>
    public string? MfaDelete { get; init; }

    /// <summary>Null: the bucket has no Object Lock.</summary>
    public LockConfiguration? ObjectLock { get; init; }

    /// <summary>Whether writes with keys of the customer's own are refused, as they are for new buckets since April 2026.</summary>
    public bool BlocksCustomerKeys { get; init; } = true;

    /// <summary>What objects get that ask for no encryption of their own.</summary>
    public DefaultEncryption Encryption { get; init; } = new(ObjectEncryption.S3Managed);

    /// <summary>
    /// <c>BucketOwnerEnforced</c>, <c>BucketOwnerPreferred</c> or <c>ObjectWriter</c>; null after the controls were deleted, which means
    /// <c>ObjectWriter</c>.
    /// </summary>
    public string? Ownership { get; init; } = "BucketOwnerEnforced";
    public PublicAccessBlock? PublicAccess { get; init; } = new(true, true, true, true);
    public AccessControl? Acl { get; init; }
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <summary>The notification configuration as XML, as it was put.</summary>
    public string? Notifications { get; init; }
    public IReadOnlyList<CorsRule>? Cors { get; init; }
    public bool RequesterPays { get; init; }

    public bool AclsOff => Ownership == "BucketOwnerEnforced";

    public string Partition => Region.Split('-')[0] switch
    {
        "cn" => "aws-cn",
        "eusc" => "aws-eusc",
        "us" when Region.StartsWith("us-gov-", StringComparison.Ordinal) => "aws-us-gov",
        _ => "aws",
    };

    public string Arn => $"arn:{Partition}:s3:::{Name}";
}

/// <param name="KeyId">As it was put: a KMS key's ARN, id or alias, or null for <c>aws/s3</c>.</param>
internal sealed record DefaultEncryption(ObjectEncryption Rule, string? KeyId = null);

/// <summary>Object Lock with the retention that new objects get; without a mode they get none.</summary>
/// <param name="Mode"><c>GOVERNANCE</c>, <c>COMPLIANCE</c> or null.</param>
internal sealed record LockConfiguration(string? Mode = null, int? Days = null, int? Years = null);

/// <summary>
/// Which pages may make which calls with which headers, what of the answers they may see, and for how many seconds they may remember that.
/// </summary>
internal sealed record CorsRule(
    string? Id,
    IReadOnlyList<string> Origins,
    IReadOnlyList<string> Methods,
    IReadOnlyList<string> Headers,
    IReadOnlyList<string> Exposed,
    int? MaxAgeSeconds);

internal sealed record PublicAccessBlock(bool BlockPublicAcls, bool IgnorePublicAcls, bool BlockPublicPolicy, bool RestrictPublicBuckets);

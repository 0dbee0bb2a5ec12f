namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3.Storage;

/// <summary>
/// One version of one object, or a delete marker. Immutable: a change of ACL or tags makes another record under the same version id.
/// </summary>
internal sealed record ObjectVersion
{
    /// <summary>The version id of objects that were written while the bucket kept no versions.</summary>
    public const string NullVersion = "null";

    public required string Key { get; init; }
    public string VersionId { get; init; } = NullVersion;
    public required DateTimeOffset LastModified { get; init; }

    /// <summary>The account that owns the object; another one than the bucket's only while ACLs are on.</summary>
    public required string OwnerAccount { get; init; }
    public bool IsDeleteMarker { get; init; }
    public long Size { get; init; }

    /// <summary>Without quotes.</summary>
    public string ETag { get; init; } = "";
    public IReadOnlyList<Segment> Segments { get; init; } = [];
    public ObjectHeaders Headers { get; init; } = ObjectHeaders.None;
    public string StorageClass { get; init; } = "STANDARD";
    public ObjectEncryption? Encryption { get; init; }
    public ObjectChecksum? Checksum { get; init; }

    /// <summary>The parts of a multipart upload in order; null for an object that was put whole.</summary>
    public IReadOnlyList<ObjectPart>? Parts { get; init; }

    /// <summary>The multipart upload that became this version, so that its completion can be repeated; null for all others.</summary>
    public string? UploadId { get; init; }

    /// <summary>Null: private to its owner.</summary>
    public AccessControl? Acl { get; init; }
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    public Retention? Retention { get; init; }
    public bool LegalHold { get; init; }

    /// <summary>Until when a restored copy of an archived object can be read.</summary>
    public DateTimeOffset? RestoredUntil { get; init; }
}

/// <summary>Until when a version can't be deleted.</summary>
/// <param name="Mode"><c>GOVERNANCE</c> or <c>COMPLIANCE</c>.</param>
internal sealed record Retention(string Mode, DateTimeOffset Until);

/// <summary>A run of bytes in a data file.</summary>
internal sealed record Segment(string File, long Offset, long Length);

/// <summary>What a client stored with the content and gets back with it.</summary>
/// <param name="Content"><c>Content-Type</c>, <c>Cache-Control</c>… by header name.</param>
/// <param name="Metadata">User metadata by name without <c>x-amz-meta-</c>, in lower case.</param>
internal sealed record ObjectHeaders(IReadOnlyDictionary<string, string> Content, IReadOnlyDictionary<string, string> Metadata)
{
    public static readonly ObjectHeaders None = new(new Dictionary<string, string>(), new Dictionary<string, string>());
}

/// <param name="Algorithm"><c>AES256</c>, <c>aws:kms</c> or <c>aws:kms:dsse</c>; for keys of the customer, <c>AES256</c> with <paramref
/// name="CustomerKeyMd5"/>.</param>
internal sealed record ObjectEncryption(string Algorithm, string? KeyArn = null, bool BucketKey = false, string? CustomerKeyMd5 = null)
{
    public static readonly ObjectEncryption S3Managed = new("AES256");

    public bool ByKms => Algorithm.StartsWith("aws:kms", StringComparison.Ordinal);
}

/// <param name="Value">Base64; composite ones end in <c>-parts</c>.</param>
/// <param name="Type"><c>FULL_OBJECT</c> or <c>COMPOSITE</c>.</param>
internal sealed record ObjectChecksum(string Algorithm, string Value, string Type);

/// <param name="ETag">Hexadecimal MD5, without quotes.</param>
/// <param name="Checksum">Base64, in the upload's algorithm, or null.</param>
internal sealed record ObjectPart(int Number, long Size, string ETag, string? Checksum);

/// <summary>A multipart upload that was begun and neither completed nor aborted.</summary>
internal sealed record MultipartUpload
{
    public required string UploadId { get; init; }
    public required string Key { get; init; }
    public required DateTimeOffset Initiated { get; init; }
    public required string InitiatorArn { get; init; }
    public required string InitiatorId { get; init; }
    public required string OwnerAccount { get; init; }
    public ObjectHeaders Headers { get; init; } = ObjectHeaders.None;
    public string StorageClass { get; init; } = "STANDARD";
    public required ObjectEncryption Encryption { get; init; }

    /// <summary>Whether the client asked for the encryption, or it is the bucket's.</summary>
    public bool SaidEncryption { get; init; }

    /// <summary>Null when the client named none: parts then keep CRC64NVME, and so does the object.</summary>
    public string? ChecksumAlgorithm { get; init; }
    public string ChecksumType { get; init; } = "FULL_OBJECT";
    public AccessControl? Acl { get; init; }
    public IReadOnlyDictionary<string, string>? Tags { get; init; }
    public Retention? Retention { get; init; }
    public bool LegalHold { get; init; }
}

internal sealed record UploadedPart(ObjectPart Part, DateTimeOffset LastModified, IReadOnlyList<Segment> Segments);

/// <summary>Who may do what by ACL.</summary>
internal sealed record AccessControl(string OwnerAccount, IReadOnlyList<AclGrant> Grants);

/// <param name="Grantee">A canonical user id, or the URI of a group.</param>
/// <param name="Permission"><c>READ</c>, <c>WRITE</c>, <c>READ_ACP</c>, <c>WRITE_ACP</c> or <c>FULL_CONTROL</c>.</param>
internal sealed record AclGrant(string Grantee, string Permission)
{
    public bool ToGroup => Grantee.StartsWith("http://", StringComparison.Ordinal);
}

namespace ServerlessDrives.Verification.Reports;

/// <summary>A claim that verification knows how to prove.</summary>
/// <param name="Name">Kebab-case; several claims of one name differ in their permission.</param>
/// <param name="Claim">The sentence that is true if it passes.</param>
internal sealed record KnownCheck(string Name, string? Permission, string Claim)
{
    public static readonly KnownCheck TrustAccepted = new("trust-accepted", "sts:AssumeRole", "The role lets us in with our external ID.");
    public static readonly KnownCheck ExternalIdRequired = new(
        "external-id-required",
        null,
        "The role refuses us without the external ID, and with a wrong one.");
    public static readonly KnownCheck CredentialsAccepted = new(
        "credentials-accepted",
        null,
        "AWS knows the access key, and its secret fits.");
    public static readonly KnownCheck RegionCorrect = new("region-correct", null, "The bucket is in the region that was given.");
    public static readonly KnownCheck BucketOwnerKnown = new(
        "bucket-owner-known",
        null,
        "The bucket belongs to the account that it is used from, and every later call insists on that.");
    public static readonly KnownCheck ObjectsListable = new(
        "objects-listable",
        Access.Policies.Permission.ListBucket.Name,
        "The files below the path can be listed.");
    public static readonly KnownCheck ObjectWritable = new(
        "object-writable",
        Access.Policies.Permission.PutObject.Name,
        "A file can be written below the path, encrypted as asked.");
    public static readonly KnownCheck ConditionalWrites = new(
        "conditional-writes-usable",
        null,
        "A file can be written on condition that there is none yet.");
    public static readonly KnownCheck VersionWritable = new(
        "version-writable",
        Access.Policies.Permission.PutObjectVersion.Name,
        "A file's version can be written.");
    public static readonly KnownCheck ObjectReadable = new(
        "object-readable",
        Access.Policies.Permission.GetObject.Name,
        "What was written can be read, byte by byte.");
    public static readonly KnownCheck VersionReadable = new(
        "version-readable",
        Access.Policies.Permission.GetObjectVersion.Name,
        "A certain version of a file can be read.");
    public static readonly KnownCheck VersionDeletable = new(
        "version-deletable",
        Access.Policies.Permission.DeleteObjectVersion.Name,
        "A certain version of a file can be deleted.");
    public static readonly KnownCheck AclReadable = new(
        "acl-readable",
        Access.Policies.Permission.GetObjectAcl.Name,
        "A file's access control list can be read.");
    public static readonly KnownCheck AclWritable = new(
        "acl-writable",
        Access.Policies.Permission.PutObjectAcl.Name,
        "A file's access control list can be set.");
    public static readonly KnownCheck MultipartUsable = new(
        "multipart-usable",
        Access.Policies.Permission.PutObject.Name,
        "A large file can be uploaded in parts.");
    public static readonly KnownCheck PartsListable = new(
        "multipart-usable",
        Access.Policies.Permission.ListMultipartUploadParts.Name,
        "The parts of an upload can be listed.");
    public static readonly KnownCheck UploadsListable = new(
        "multipart-usable",
        Access.Policies.Permission.ListBucketMultipartUploads.Name,
        "The uploads under way can be listed.");
    public static readonly KnownCheck UploadAbortable = new(
        "multipart-usable",
        Access.Policies.Permission.AbortMultipartUpload.Name,
        "An upload can be given up.");
    public static readonly KnownCheck ObjectDeletable = new(
        "object-deletable",
        Access.Policies.Permission.DeleteObject.Name,
        "A file can be deleted.");
    public static readonly KnownCheck OutsidePathRefused = new("outside-path-refused", null, "Nothing outside the path can be listed.");
    public static readonly KnownCheck NothingLeftBehind = new("nothing-left-behind", null, "The verification left nothing in the bucket.");

    /// <summary>What showing the versions of files needs. No verification makes it: a drive works without.</summary>
    public static readonly KnownCheck VersionsListable = new(
        "versions-listable",
        Access.Policies.Permission.ListBucketVersions.Name,
        "The versions of files can be listed.");

    private static readonly IReadOnlyList<KnownCheck> OfTheBucket =
    [
        RegionCorrect,
        BucketOwnerKnown,
        ObjectsListable,
        ObjectWritable,
        ConditionalWrites,
        VersionWritable,
        ObjectReadable,
        VersionReadable,
        VersionDeletable,
        AclReadable,
        AclWritable,
        MultipartUsable,
        PartsListable,
        UploadsListable,
        UploadAbortable,
        ObjectDeletable,
        OutsidePathRefused,
        NothingLeftBehind,
    ];

    /// <summary>Those that write, which aren't made for a drive that only reads.</summary>
    public static readonly IReadOnlyList<KnownCheck> ThatWrite =
    [
        ObjectWritable,
        ConditionalWrites,
        VersionWritable,
        VersionDeletable,
        AclReadable,
        AclWritable,
        MultipartUsable,
        PartsListable,
        UploadsListable,
        UploadAbortable,
        ObjectDeletable,
        NothingLeftBehind,
    ];

    /// <summary>All checks of a role's drive, in the order in which a person would read them.</summary>
    public static readonly IReadOnlyList<KnownCheck> OfRole = [TrustAccepted, ExternalIdRequired, .. OfTheBucket];

    /// <summary>All checks of an access key's drive.</summary>
    public static readonly IReadOnlyList<KnownCheck> OfAccessKey = [TrustAccepted, ExternalIdRequired, CredentialsAccepted, .. OfTheBucket];
}

namespace ServerlessDrives.Access.Policies;

/// <summary>One of the twelve documented permissions that a drive needs on its bucket.</summary>
public sealed record Permission
{
    public static readonly Permission DeleteObject = new("s3:DeleteObject");
    public static readonly Permission DeleteObjectVersion = new("s3:DeleteObjectVersion");
    public static readonly Permission GetObject = new("s3:GetObject");
    public static readonly Permission GetObjectAcl = new("s3:GetObjectAcl");
    public static readonly Permission GetObjectVersion = new("s3:GetObjectVersion");
    public static readonly Permission PutObject = new("s3:PutObject");
    public static readonly Permission PutObjectAcl = new("s3:PutObjectAcl");

    /// <summary>Documented by the product that this one is modelled on, but no action of AWS: S3 refuses a policy that names it.</summary>
    public static readonly Permission PutObjectVersion = new("s3:PutObjectVersion", isAction: false);

    public static readonly Permission ListBucket = new("s3:ListBucket", onBucket: true);
    public static readonly Permission ListBucketMultipartUploads = new("s3:ListBucketMultipartUploads", onBucket: true);
    public static readonly Permission ListMultipartUploadParts = new("s3:ListMultipartUploadParts");
    public static readonly Permission AbortMultipartUpload = new("s3:AbortMultipartUpload");

    /// <summary>
    /// For the versions of files, and what was deleted. No drive is refused for its lack, so the policies that are offered don't grant it;
    /// a customer may.
    /// </summary>
    public static readonly Permission ListBucketVersions = new("s3:ListBucketVersions", onBucket: true);

    private Permission(string name, bool onBucket = false, bool isAction = true) =>
        (Name, IsOnBucket, IsAction) = (name, onBucket, isAction);

    /// <summary>With its service: <c>s3:GetObject</c>.</summary>
    public string Name { get; }

    /// <summary>Whether its resource is the bucket; otherwise it is the objects in it.</summary>
    public bool IsOnBucket { get; }

    /// <summary>Whether AWS knows it, so that policies may name it.</summary>
    public bool IsAction { get; }

    /// <summary>The documented twelve, in the documented order.</summary>
    public static IReadOnlyList<Permission> All { get; } =
    [
        DeleteObject, DeleteObjectVersion, GetObject, GetObjectAcl, GetObjectVersion, PutObject, PutObjectAcl, PutObjectVersion,
        ListBucket, ListBucketMultipartUploads, ListMultipartUploadParts, AbortMultipartUpload,
    ];

    /// <summary>The permission of this name, among those that a drive may use; null for any other.</summary>
    public static Permission? Named(string name) =>
        name == ListBucketVersions.Name ? ListBucketVersions : All.FirstOrDefault(known => known.Name == name);

    /// <summary>Whether the policies that are offered grant it.</summary>
    public bool IsOffered => this != ListBucketVersions;

    /// <summary>Those that policies grant on the objects below the drive's path.</summary>
    internal static IEnumerable<Permission> OnObjects => All.Where(permission => permission is { IsOnBucket: false, IsAction: true });

    /// <summary>Whether a drive that only reads needs it on its objects.</summary>
    internal bool IsToRead => this == GetObject || this == GetObjectVersion;

    public override string ToString() => Name;
}

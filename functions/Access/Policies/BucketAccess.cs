namespace ServerlessDrives.Access.Policies;

/// <summary>What a drive's policies grant.</summary>
/// <param name="Seed">What the statement ids are made from, so that two drives on one role or bucket keep their own: the connection's
/// id.</param>
public sealed record BucketAccess(string Seed, BucketName Bucket, Region Region, DrivePath Path, Encryption Encryption)
{
    public DriveAccess Mode { get; init; } = DriveAccess.ReadWrite;

    /// <summary>Whether requests say that whoever sends them pays for them (<c>x-amz-request-payer</c>).</summary>
    public bool RequesterPays { get; init; }

    public bool IsReadOnly => Mode is DriveAccess.ReadOnly;

    /// <summary>A tenant of an S3-compatible server stands where AWS has the account, which it leaves empty.</summary>
    public string BucketArn => $"arn:{Region.Partition}:s3::{(Bucket.Tenant is null ? $":{Bucket}" : Bucket)}";

    /// <summary>All objects of the drive, as a policy's resource: metacharacters of the path escaped.</summary>
    public string ObjectsArn => $"{BucketArn}/{PolicyText.Escape(Path.Prefix)}*";

    /// <summary>The permissions that policies grant on the objects below the path.</summary>
    internal IEnumerable<Permission> OnObjects => Permission.OnObjects.Where(permission => !IsReadOnly || permission.IsToRead);

    /// <summary>What the drive does with a KMS key.</summary>
    internal string[] KeyActions => IsReadOnly ? ["kms:Decrypt"] : ["kms:GenerateDataKey", "kms:Decrypt"];
}

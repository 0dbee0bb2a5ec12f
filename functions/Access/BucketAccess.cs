namespace ServerlessDrives.Access;

/// <summary>What a drive's policies grant.</summary>
/// <param name="Seed">What the statement ids are made from, so that two drives on one role or bucket keep their own: the connection's id.</param>
public sealed record BucketAccess(string Seed, BucketName Bucket, Region Region, DrivePath Path, Encryption Encryption)
{
    public string BucketArn => $"arn:{Region.Partition}:s3:::{Bucket}";

    /// <summary>All objects of the drive, as a policy's resource: metacharacters of the path escaped.</summary>
    public string ObjectsArn => $"{BucketArn}/{PolicyText.Escape(Path.Prefix)}*";
}

namespace ServerlessDrives.Access;

/// <summary>Who we are in AWS: one principal for each partition that we are set up for.</summary>
public interface IPrincipals
{
    /// <summary>Our principal in this partition, or null when we have none there.</summary>
    PrincipalArn? For(Partition partition);

    /// <summary>The partitions that we have a principal in, in the order of <see cref="Partition.All"/>.</summary>
    IReadOnlyList<Partition> Partitions { get; }

    /// <summary>Whether names have to be AWS's: an S3-compatible server may have other accounts, and tenants before its buckets.</summary>
    bool AreOfAws { get; }
}

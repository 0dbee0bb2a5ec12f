namespace ServerlessDrives.Access;

/// <summary>Who we are in AWS: one principal for each partition that we are set up for.</summary>
public interface IPrincipals
{
    /// <summary>Our principal in this partition, or null when we have none there.</summary>
    PrincipalArn? For(Partition partition);
}

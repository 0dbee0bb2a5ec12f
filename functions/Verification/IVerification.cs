using ServerlessDrives.Access;
using ServerlessDrives.Access.Policies;
using ServerlessDrives.Verification.Reports;

namespace ServerlessDrives.Verification;

/// <summary>Proves that a bucket can be used, and that what must be refused is refused.</summary>
public interface IVerification
{
    /// <summary>Makes every check that can be made, retrying what propagation explains, and leaves nothing behind.</summary>
    /// <param name="watch">Who is told of what happens meanwhile; may be null.</param>
    Task<VerificationReport> VerifyAsync(
        VerificationId id,
        VerificationSubject subject,
        VerificationWatch? watch,
        CancellationToken cancellation);

    /// <summary>Proves that the role can be assumed with our external ID, and not without it or with another.</summary>
    /// <param name="region">The bucket's region, whose STS is asked.</param>
    /// <param name="sessionName">2 to 64 of <c>[\w+=,.@-]</c>; shows in the customer's CloudTrail.</param>
    /// <param name="watch">Who is told of what happens meanwhile; may be null.</param>
    Task<TrustVerdict> ProveTrustAsync(
        RoleArn role, ExternalId externalId, Region region, string sessionName, VerificationWatch? watch, CancellationToken cancellation);
}

/// <summary>What is to be verified, and as whom.</summary>
/// <param name="SessionName">Of role sessions: the connection's or drive's id.</param>
/// <param name="Access">What the drive's policies grant.</param>
/// <param name="ExpectedOwner">The account that must own the bucket; null the first time, unless somebody named it.</param>
public sealed record VerificationSubject(string SessionName, BucketAccess Access, DriveCredentials Credentials, AccountId? ExpectedOwner)
{
    public BucketName Bucket => Access.Bucket;

    public Region Region => Access.Region;

    public DrivePath Path => Access.Path;
}

/// <summary>Whether the role trusts us, and only us.</summary>
/// <param name="IsOurs">Whether it is our own side that AWS refuses, so that nothing has to be changed in the customer's account.</param>
public sealed record TrustVerdict(bool Trusted, Check Accepted, Check ExternalIdRequired, bool IsOurs);

/// <summary>Reports, kept with the connection or drive that they are about.</summary>
public interface IReports
{
    /// <summary>Writes the report, replacing an earlier state of the same one.</summary>
    /// <param name="subject"><c>con_…</c> or <c>drv_…</c>.</param>
    Task SaveAsync(OrganizationId organization, string subject, VerificationReport report, CancellationToken cancellation);

    Task<VerificationReport?> FindAsync(OrganizationId organization, string subject, VerificationId id, CancellationToken cancellation);
}

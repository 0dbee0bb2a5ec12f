using ServerlessDrives.Access;
using ServerlessDrives.Verification.Reports;

namespace ServerlessDrives.Verification.Proofs;

/// <summary>Is what lies outside the drive's path closed to its sessions, and to the role itself?</summary>
internal sealed class OutsidePathProof(
    VerificationId id,
    VerificationSubject subject,
    IProbe probe,
    PropagationRetry retry,
    VerificationReportBuilder builder)
{
    public async Task ProveAsync(WayIn way, Region region, IBucketProbe bucket, CancellationToken cancellation)
    {
        if (subject.Credentials is DriveCredentials.AccessKey)
        {
            builder.NotApplicable(
                KnownCheck.OutsidePathRefused,
                "An access key's user may have other work in the bucket; what it may do beyond the path is yours to decide.");
            return;
        }

        if (subject.Path.IsRoot)
        {
            builder.NotApplicable(KnownCheck.OutsidePathRefused, "The drive is the whole bucket.");
            return;
        }

        builder.Begin(KnownCheck.OutsidePathRefused);
        // A sibling that merely begins like the path: "a/table" must not open "a/table_other".
        var outside = $"{subject.Path}-outside-{id}/";
        ProbeIdentity? unconfined = null;
        Fault? noBareSession = null;
        if (way.Unconfined is { } bare && !bare.TryGet(out unconfined, out noBareSession))
        {
            builder.Skip(
                KnownCheck.OutsidePathRefused,
                $"The role could not be assumed without a policy of ours as well ({Named(noBareSession)}), so how wide it is can't be " +
                "told; verify again."
            );
            return;
        }

        // A server with other owners than accounts refuses for the owner, which would prove nothing.
        var owner = probe.IsAws || subject.ExpectedOwner is not null ? way.Account : null;
        var asConfined = retry.AskAsync(cancel => bucket.ListAsync(outside, recursive: false, owner, cancel), IsSettled, cancellation);
        var asBare = unconfined is null ? asConfined : ListUnconfinedAsync(unconfined, region, outside, owner, cancellation);
        var lists = await Task.WhenAll(asConfined, asBare);
        var (confined, wide) = (lists[0], lists[1]);
        if (
            lists.Select(list => list.Error).FirstOrDefault(fault => fault is not null and not Fault.Refused { IsAccessDenied: true }) is
            { } unproven)
        {
            // Only a denial proves that the outside is closed.
            builder.Fail(KnownCheck.OutsidePathRefused, unproven);
            return;
        }

        if (confined.Error is null && way.Identity.IsCut)
        {
            builder.Pass(
                KnownCheck.OutsidePathRefused,
                "Warning: the path is too long for a session policy of ours, so that our sessions are confined to a part of it only, " +
                "and the role may list outside it.",
                $"Let the role's policies grant s3:ListBucket below {subject.Path.Prefix} only, or choose a shorter path.");
        }
        else if (confined.Error is null)
        {
            builder.Pass(
                KnownCheck.OutsidePathRefused,
                "Warning: the server lets our sessions list outside the path, though a session policy confines them to it.",
                $"Let the role's policies grant s3:ListBucket below {subject.Path.Prefix} only.");
        }
        else if (wide.Error is null)
        {
            builder.Pass(
                KnownCheck.OutsidePathRefused,
                $"Warning: the role may list outside {subject.Path.Prefix} too. The drive's own sessions can't, since each is confined " +
                "to the path.",
                $"To be safe in AWS as well, condition the role's s3:ListBucket on s3:prefix {subject.Path.Prefix}*, as the role " +
                "policy that was offered does."
            );
        }
        else
        {
            builder.Pass(KnownCheck.OutsidePathRefused);
        }
    }

    private async Task<Result<IReadOnlyList<ListedObject>, Fault>> ListUnconfinedAsync(
        ProbeIdentity unconfined,
        Region region,
        string prefix,
        AccountId? owner,
        CancellationToken cancellation)
    {
        using var bucket = probe.Open(unconfined, subject.Access with { Region = region });
        return await retry.AskAsync(cancel => bucket.ListAsync(prefix, recursive: false, owner, cancel), IsSettled, cancellation);
    }

    private static bool IsSettled(Result<IReadOnlyList<ListedObject>, Fault> listed) => listed.Error is not { IsPassing: true };

    private static string Named(Fault fault) => fault is Fault.Refused refused ? refused.Code : ((Fault.Unreachable)fault).Reason;
}

using ServerlessDrives.Access;
using ServerlessDrives.Access.Policies;
using ServerlessDrives.Verification.Proofs;
using ServerlessDrives.Verification.Reports;

namespace ServerlessDrives.Verification;

/// <summary>One verification from its first question to its report.</summary>
internal sealed class VerificationRun(
    VerificationId id,
    VerificationSubject subject,
    IProbe probe,
    PropagationRetry retry,
    VerificationReportBuilder builder,
    VerificationOptions options,
    TimeProvider clock)
{
    private readonly BucketAccess _access = subject.Access;
    private AccountId? _foundOwner;
    private Region? _foundRegion;

    public async Task<VerificationReport> ProveAsync(CancellationToken cancellation)
    {
        var started = clock.GetUtcNow();
        using var time = new CancellationTokenSource(options.Budget, clock);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation, time.Token);
        AccountId? owner = null;
        try
        {
            owner = await ProveAllAsync(limited.Token, cancellation);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            builder.TimeIsUp(options.Budget);
        }

        var checks = builder.ToList();
        return new VerificationReport
        {
            Id = id,
            StartedAt = started,
            CompletedAt = clock.GetUtcNow(),
            Checks = checks,
            BucketOwner = owner,
            FoundOwner = _foundOwner,
            FoundRegion = _foundRegion,
            FoundKmsKey = builder.FoundKmsKey,
            FoundEncryption = builder.FoundEncryption,
            Passed =
                checks.Any(check => check.Status is CheckStatus.Passed)
                && checks.All(check => check.Status is CheckStatus.Passed or CheckStatus.NotApplicable),
        };
    }

    /// <param name="limited">Ends with the time for all checks.</param>
    /// <param name="asked">Ends when nobody wants the verification any more.</param>
    private async Task<AccountId?> ProveAllAsync(CancellationToken limited, CancellationToken asked)
    {
        var location = probe.IsAws ? LocateAsync(cancel => probe.LocateAsync(subject.Bucket, subject.Region, cancel), limited) : null;
        var entry = subject.Credentials switch
        {
            DriveCredentials.Role role => EnterAsync(role, limited),
            DriveCredentials.AccessKey key => EnterAsync(key, limited),
            _ => throw new InvalidOperationException($"Unknown credentials {subject.Credentials.GetType()}."),
        };
        await Task.WhenAll(location ?? Task.CompletedTask, entry);
        if (await entry is not { } way)
        {
            builder.SkipTheRest(
                subject.Credentials is DriveCredentials.Role
                    ? "The role doesn't let us in (trust-accepted)."
                    : "AWS doesn't accept the access key (credentials-accepted).");
            return null;
        }

        // Other servers tell nothing, or something else, to who doesn't sign.
        location ??= LocateAsync(cancel => probe.LocateAsync(way.Identity, subject.Bucket, subject.Region, cancel), limited);
        if (await location is not { } region)
        {
            builder.SkipTheRest("There is no such bucket (region-correct).");
            return null;
        }

        using var bucket = probe.Open(way.Identity, _access with { Region = region });
        var traces = new ProbeTraces(bucket, subject.Bucket, $"{subject.Path.Prefix}.serverless-drives/", id);
        try
        {
            return await ProveOnBucketAsync(way, region, bucket, traces, limited);
        }
        catch (OperationCanceledException) when (!asked.IsCancellationRequested)
        {
            await ProveNothingLeftInTimeAsync(traces, asked);
            throw;
        }
        catch
        {
            await SweepBrieflyAsync(traces);
            throw;
        }
    }

    /// <summary>Cleans up after a verification that was cancelled, in time of its own.</summary>
    private async Task SweepBrieflyAsync(ProbeTraces traces)
    {
        using var enough = new CancellationTokenSource(options.SweepTimeout, clock);
        try
        {
            await traces.SweepAsync(enough.Token);
        }
        catch (OperationCanceledException)
        {
            // What is left has the verification's id in its key; the next run of the same verification removes it.
        }
    }

    /// <summary>Cleans up after the checks' time is up; where AWS doesn't answer even then, what may be left is named unseen.</summary>
    private async Task ProveNothingLeftInTimeAsync(ProbeTraces traces, CancellationToken cancellation)
    {
        // Calls that were given up may have had their effect.
        traces.DoubtAll();
        using var enough = new CancellationTokenSource(options.SweepTimeout, clock);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation, enough.Token);
        try
        {
            await ProveNothingLeftAsync(traces, limited.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            var left = traces.Suspected();
            if (left.Count == 0)
                builder.Pass(KnownCheck.NothingLeftBehind, "Nothing had been written when the verification's time was up.");
            else
                FailForWhatIsLeft(left);
        }
    }

    private async Task<AccountId?> ProveOnBucketAsync(
        WayIn way,
        Region region,
        IBucketProbe bucket,
        ProbeTraces traces,
        CancellationToken cancellation)
    {
        var proof = new BucketProof(
            bucket,
            traces,
            retry,
            builder,
            _access,
            new(
                way.Account,
                way.AccountFault,
                probe.IsAws || subject.ExpectedOwner is not null,
                other => probe.Open(way.Identity, other with { Region = region }),
                subject.Credentials is DriveCredentials.Role role
                    ? new OwnerSearch(probe, role, _access with { Region = region }, subject.SessionName).FindAsync
                    : null));
        var outside = ProveOutsideAsync(way, region, bucket, cancellation);
        if (!await proof.ListAsync(cancellation))
        {
            _foundOwner = proof.FoundOwner;
            await outside;
            builder.SkipTheRest("The bucket belongs to another account (bucket-owner-known), so nothing was written to it.");
            return null;
        }

        if (subject.Credentials is DriveCredentials.AccessKey && KeyProblem(KnownCheck.ObjectsListable))
        {
            await outside;
            builder.SkipTheRest("AWS doesn't accept the access key (credentials-accepted).");
            return null;
        }

        try
        {
            await proof.WriteAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            // What was answered in time still tells whose bucket it is.
            proof.JudgeOwner();
            throw;
        }

        var owner = proof.JudgeOwner();
        await outside;
        if (!_access.IsReadOnly)
            await ProveNothingLeftAsync(traces, cancellation);
        return owner;
    }

    /// <summary>Where STS could not tell, S3's own answer does.</summary>
    private bool KeyProblem(KnownCheck listing)
    {
        if (builder.IsJudged(KnownCheck.CredentialsAccepted))
            return false;
        var check = builder[listing];
        if (!IsKeyProblem(check.AwsErrorCode))
        {
            builder.Pass(KnownCheck.CredentialsAccepted);
            return false;
        }

        builder.Fail(KnownCheck.CredentialsAccepted, check.Explanation!, check.Fix!);
        return true;
    }

    private static bool IsKeyProblem(string? code) =>
        code
            is "InvalidAccessKeyId"
                or "InvalidClientTokenId"
                or "UnrecognizedClientException"
                or "SignatureDoesNotMatch"
                or "SecretUnavailable";

    /// <returns>The region to go on in, or null when there is no bucket.</returns>
    private async Task<Region?> LocateAsync(Func<CancellationToken, Task<Result<BucketPlace, Fault>>> ask, CancellationToken cancellation)
    {
        builder.Begin(KnownCheck.RegionCorrect);
        var answer = await retry.AskAsync(ask, cancellation);
        switch (answer.Error)
        {
            case Fault.Refused { Code: "NoSuchBucket" or "NotFound" } or Fault.Refused { Status: 404 }:
                builder.Fail(
                    KnownCheck.RegionCorrect,
                    $"There is no bucket {subject.Bucket} in the partition {subject.Region.Partition}.",
                    "Correct the bucket's name; names are spelled exactly as in the S3 console.",
                    answer.Error);
                return null;
            case Fault.Refused refused when !refused.IsPassing:
                builder.NotApplicable(KnownCheck.RegionCorrect, NoRegions, refused);
                return subject.Region;
            case { } fault:
                builder.Fail(KnownCheck.RegionCorrect, fault);
                return subject.Region;
        }

        answer.TryGet(out var place, out _);
        if (place!.Region is not { } actual)
        {
            builder.NotApplicable(KnownCheck.RegionCorrect, NoRegions);
            return subject.Region;
        }

        if (actual == subject.Region)
        {
            builder.Pass(KnownCheck.RegionCorrect);
            return actual;
        }

        _foundRegion = actual;
        builder.Fail(
            KnownCheck.RegionCorrect,
            $"The bucket {subject.Bucket} is in {actual}, not in {subject.Region}. The other checks were made in {actual}.",
            $"Change the region to {actual}.");
        return actual;
    }

    private const string NoRegions = "The server doesn't say which region its buckets are in.";

    private async Task<WayIn?> EnterAsync(DriveCredentials.Role role, CancellationToken cancellation)
    {
        var bare = subject.Path.IsRoot
            ? null
            : retry.AskAsync(
                cancel =>
                    probe.AssumeRoleAsync(role.Arn, role.ExternalId, subject.Region, subject.SessionName, scope: null, role.Tags, cancel),
                cancellation);
        var identity = await new TrustProof(probe, retry, builder, role, subject.Region, subject.SessionName).ProveAsync(
            _access,
            cancellation);
        var unconfined = bare is null ? (Result<ProbeIdentity, Fault>?)null : await bare;
        return identity is null ? null : new WayIn(identity, subject.ExpectedOwner ?? role.Arn.Account, AccountFault: null, unconfined);
    }

    private async Task<WayIn?> EnterAsync(DriveCredentials.AccessKey key, CancellationToken cancellation)
    {
        const string noRole = "The drive uses an access key; no role is assumed.";
        builder.NotApplicable(KnownCheck.TrustAccepted, noRole);
        builder.NotApplicable(KnownCheck.ExternalIdRequired, noRole);
        builder.Begin(KnownCheck.CredentialsAccepted);
        var taken = await retry.AskAsync(cancel => probe.TakeKeyAsync(key, cancel), cancellation);
        if (!taken.TryGet(out var identity, out var fault))
        {
            builder.Fail(KnownCheck.CredentialsAccepted, fault);
            return null;
        }

        var answer = await retry.AskAsync(cancel => probe.AccountOfAsync(identity, subject.Region, cancel), cancellation);
        if (answer.TryGet(out var account, out fault))
        {
            builder.Pass(KnownCheck.CredentialsAccepted, $"The key belongs to the account {account}.");
        }
        else if (fault is Fault.Refused refused && IsKeyProblem(refused.Code))
        {
            builder.Fail(KnownCheck.CredentialsAccepted, fault);
            return null;
        }

        return new WayIn(identity, subject.ExpectedOwner ?? account, fault is { IsPassing: true } ? fault : null, Unconfined: null);
    }

    private async Task ProveOutsideAsync(WayIn way, Region region, IBucketProbe bucket, CancellationToken cancellation)
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
        using var bucket = probe.Open(unconfined, _access with { Region = region });
        return await retry.AskAsync(cancel => bucket.ListAsync(prefix, recursive: false, owner, cancel), IsSettled, cancellation);
    }

    private static bool IsSettled(Result<IReadOnlyList<ListedObject>, Fault> listed) => listed.Error is not { IsPassing: true };

    private static string Named(Fault fault) => fault is Fault.Refused refused ? refused.Code : ((Fault.Unreachable)fault).Reason;

    private async Task ProveNothingLeftAsync(ProbeTraces traces, CancellationToken cancellation)
    {
        builder.Begin(KnownCheck.NothingLeftBehind);
        // A second look settles what a fault of the first one left open.
        var left = await traces.SweepAsync(cancellation);
        if (left.Count > 0)
            left = await traces.SweepAsync(cancellation);
        if (left.Count == 0)
        {
            builder.Pass(
                KnownCheck.NothingLeftBehind,
                traces.WereAllRefused ? "AWS refused every write, so there was nothing to remove." : null);
        }
        else if (left.All(leftover => leftover.IsMarkerAtMost))
        {
            // One lost answer doesn't fail a drive.
            builder.Pass(
                KnownCheck.NothingLeftBehind,
                $"Warning: AWS's answer to a delete was lost on the way; left: {Names(left)}. It holds no data.",
                $"If you want to be sure: {Commands(left)}");
        }
        else
        {
            FailForWhatIsLeft(left);
        }
    }

    private void FailForWhatIsLeft(IReadOnlyList<Leftover> left) => builder.Fail(
        KnownCheck.NothingLeftBehind,
        $"What the verification wrote could not all be removed, or not be looked for; left: {Names(left)}.",
        $"Remove it yourself: {Commands(left)}");

    private static string Names(IEnumerable<Leftover> left) => string.Join("; ", left.Select(leftover => leftover.Name));

    private static string Commands(IEnumerable<Leftover> left) => string.Join(" && ", left.Select(leftover => leftover.Command));

    /// <param name="Account">Who must own the bucket; null where the server doesn't know accounts.</param>
    /// <param name="AccountFault">Why STS could not be asked for the account, where only time heals it.</param>
    /// <param name="Unconfined">The role without our session policy; null where it makes no difference.</param>
    private sealed record WayIn(ProbeIdentity Identity, AccountId? Account, Fault? AccountFault, Result<ProbeIdentity, Fault>? Unconfined);
}

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
    private readonly RegionProof _region = new(subject, retry, builder);
    private readonly CredentialsProof _credentials = new(subject, probe, retry, builder);
    private AccountId? _foundOwner;

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
            FoundRegion = _region.Found,
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
        var location = probe.IsAws
            ? _region.ProveAsync(cancel => probe.LocateAsync(subject.Bucket, subject.Region, cancel), limited)
            : null;
        var entry = _credentials.ProveAsync(limited);
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
        location ??= _region.ProveAsync(cancel => probe.LocateAsync(way.Identity, subject.Bucket, subject.Region, cancel), limited);
        if (await location is not { } region)
        {
            builder.SkipTheRest("There is no such bucket (region-correct).");
            return null;
        }

        using var bucket = probe.Open(way.Identity, _access with { Region = region });
        var traces = new ProbeTraces(bucket, subject.Bucket, $"{subject.Path.Prefix}.serverless-drives/", id);
        var cleanup = new NothingLeftProof(traces, builder, options, clock);
        try
        {
            return await ProveOnBucketAsync(way, region, bucket, traces, cleanup, limited);
        }
        catch (OperationCanceledException) when (!asked.IsCancellationRequested)
        {
            await cleanup.ProveInTimeAsync(asked);
            throw;
        }
        catch
        {
            await cleanup.SweepAsync();
            throw;
        }
    }

    private async Task<AccountId?> ProveOnBucketAsync(
        WayIn way,
        Region region,
        IBucketProbe bucket,
        ProbeTraces traces,
        NothingLeftProof cleanup,
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
        var outside = new OutsidePathProof(id, subject, probe, retry, builder).ProveAsync(way, region, bucket, cancellation);
        if (!await proof.ListAsync(cancellation))
        {
            _foundOwner = proof.FoundOwner;
            await outside;
            builder.SkipTheRest("The bucket belongs to another account (bucket-owner-known), so nothing was written to it.");
            return null;
        }

        if (subject.Credentials is DriveCredentials.AccessKey && _credentials.IsKeyRefused(KnownCheck.ObjectsListable))
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
            await cleanup.ProveAsync(cancellation);
        return owner;
    }
}

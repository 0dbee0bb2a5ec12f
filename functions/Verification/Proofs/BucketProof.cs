using System.Collections.Concurrent;
using ServerlessDrives.Access;
using ServerlessDrives.Access.Policies;
using ServerlessDrives.Verification.Reports;

namespace ServerlessDrives.Verification.Proofs;

/// <summary>
/// Proves, on the bucket itself, each permission that a drive needs. Steps that need nothing of each other run side by side.
/// </summary>
/// <param name="way">As whom the bucket is used, and whom it must belong to.</param>
internal sealed class BucketProof(
    IBucketProbe bucket,
    ProbeTraces traces,
    PropagationRetry retry,
    VerificationReportBuilder builder,
    BucketAccess access,
    BucketOwner way)
{
    private readonly ConcurrentQueue<Fault.Refused> _refusals = [];
    private AccountId? _owner = way.Account;

    /// <summary>The files right below the path, as far as one listing shows them.</summary>
    public IReadOnlyList<ListedObject> Listed { get; private set; } = [];

    /// <summary>
    /// The account that owns the bucket, where it isn't the one that was insisted on and could be told; for a person to confirm.
    /// </summary>
    public AccountId? FoundOwner { get; private set; }

    /// <summary>Lists as folders are listed, first insisting on the owner and then not: what differs tells whose bucket it is.</summary>
    /// <returns>False if the bucket is another account's, and nothing more should be tried on it.</returns>
    public async Task<bool> ListAsync(CancellationToken cancellation)
    {
        builder.Begin(KnownCheck.ObjectsListable, KnownCheck.BucketOwnerKnown);
        Result<IReadOnlyList<ListedObject>, Fault> open = default;
        var foreign = 0;
        var pinned = await retry.AskAsync(
            async cancel =>
            {
                var both = await Task.WhenAll(
                    bucket.ListAsync(access.Path.Prefix, recursive: false, _owner, cancel),
                    _owner is null ? NotAsked : bucket.ListAsync(access.Path.Prefix, recursive: false, owner: null, cancel));
                open = both[1];
                return both[0];
            },
            // One odd refusal doesn't make a bucket another's: it has to say so twice.
            answer => answer.Error is null || (IsDenial(answer.Error) && open.Error is null && ++foreign > 1),
            cancellation);

        if (pinned.TryGet(out var listed, out _))
        {
            Listed = listed;
            builder.Pass(KnownCheck.ObjectsListable);
            return true;
        }

        if (IsDenial(pinned.Error) && open.TryGet(out listed, out _))
        {
            builder.Pass(KnownCheck.ObjectsListable);
            Listed = listed;
            if (!way.CountsAccounts)
            {
                // The server has another kind of owner than the account that a role's ARN or its STS names.
                builder.NotApplicable(
                    KnownCheck.BucketOwnerKnown,
                    $"The server doesn't take {_owner} for the bucket's owner, and doesn't say who is. Give the owner as the server " +
                    "names it (bucketOwner) to have every call insist on it."
                );
                _owner = null;
                return true;
            }

            FoundOwner = way.Find is null ? null : await ConfirmedAsync(await way.Find(cancellation), cancellation);
            builder.Fail(
                KnownCheck.BucketOwnerKnown,
                $"The bucket {access.Bucket} can be listed, but it doesn't belong to the account {_owner}: AWS refuses as soon as we " +
                $"insist on that owner.{(FoundOwner is null ? "" : $" It belongs to the account {FoundOwner}.")}",
                "Confirm who owns the bucket: if it is meant to be another account's, name that " +
                $"account{(FoundOwner is null ? "" : $", {FoundOwner},")} as its owner (bucketOwner, twelve digits), and every later " +
                "call insists on it. If not, correct the bucket's name.",
                pinned.Error);
            return false;
        }

        if (pinned.Error is Fault.Refused refused)
            _refusals.Enqueue(refused);
        if (pinned.Error is Fault.Refused { IsAccessDenied: true } && await IsRequesterPaysAsync(cancellation))
        {
            builder.Fail(
                KnownCheck.ObjectsListable,
                $"The bucket {access.Bucket} is a requester pays bucket: S3 refuses every request that doesn't say that its sender " +
                "pays for it, and answers those that do.",
                "Say in the configuration that the requester pays (requesterPays): requests and transfers are then charged to the " +
                "account of the role or user.",
                pinned.Error);
        }
        else
        {
            builder.Fail(KnownCheck.ObjectsListable, pinned.Error!);
        }

        return true;
    }

    private async Task<AccountId?> ConfirmedAsync(AccountId? found, CancellationToken cancellation) =>
        found is not null && (await bucket.ListAsync(access.Path.Prefix, recursive: false, found, cancellation)).Error is null
            ? found
            : null;

    private static Task<Result<IReadOnlyList<ListedObject>, Fault>> NotAsked =>
        Task.FromResult<Result<IReadOnlyList<ListedObject>, Fault>>(new Fault.Unreachable("not asked"));

    /// <summary>Whether saying that the requester pays is what was missing.</summary>
    private async Task<bool> IsRequesterPaysAsync(CancellationToken cancellation)
    {
        if (access.RequesterPays)
            return false;
        using var paying = way.Open(access with { RequesterPays = true });
        return (await paying.ListAsync(access.Path.Prefix, recursive: false, owner: null, cancellation)).Error is null;
    }

    /// <summary>Everything that needs an object or an upload.</summary>
    public async Task WriteAsync(CancellationToken cancellation)
    {
        if (access.IsReadOnly)
        {
            await new ReadOnlyProof(bucket, retry, builder, access, _owner).ProveAsync(Listed, cancellation);
            return;
        }

        builder.NotApplicable(
            KnownCheck.VersionWritable,
            "s3:PutObjectVersion is not an action of AWS, though it is often documented; s3:PutObject writes versions too. No policy " +
            "may name it."
        );
        var file = new ObjectProof(bucket, traces, retry, builder, access, _owner, way.Open, _refusals);
        var upload = new UploadProof(bucket, traces, retry, builder, _owner);
        await Task.WhenAll(file.ProveAsync(cancellation), upload.ProveAsync(cancellation));
    }

    /// <summary>Judges the owner by all that was answered meanwhile.</summary>
    /// <returns>The owner if it is proven.</returns>
    public AccountId? JudgeOwner()
    {
        if (builder.IsJudged(KnownCheck.BucketOwnerKnown))
            return null;
        if (_owner is null && way.Fault is { } fault)
        {
            builder.Fail(KnownCheck.BucketOwnerKnown, fault);
            return null;
        }

        if (_owner is null)
        {
            builder.NotApplicable(
                KnownCheck.BucketOwnerKnown,
                "The server doesn't say which account the credentials belong to, so there is no owner to insist on.");
            return null;
        }

        if (
            builder.HasPassed(KnownCheck.ObjectsListable)
            || builder.HasPassed(KnownCheck.ObjectWritable)
            || builder.HasPassed(KnownCheck.UploadsListable))
        {
            builder.Pass(KnownCheck.BucketOwnerKnown, $"The bucket belongs to the account {_owner}.");
            return _owner;
        }

        if (!_refusals.IsEmpty && _refusals.All(IsOfAnotherAccount))
        {
            builder.Fail(
                KnownCheck.BucketOwnerKnown,
                $"AWS refuses every call on {access.Bucket} without a reason, as it does on buckets of other accounts than {_owner}.",
                "Confirm who owns the bucket: correct its name, name the account that owns it (bucketOwner), or use credentials of " +
                "that account.",
                _refusals.First());
        }
        else
        {
            builder.Skip(KnownCheck.BucketOwnerKnown, "Nothing could be done on the bucket, so its owner can't be told.");
        }

        return null;
    }

    private static bool IsDenial(Fault? fault) => fault is Fault.Refused { IsAccessDenied: true };

    // AWS gives reasons inside an account (and an organization) only; across accounts the bucket's own policy has to speak.
    private static bool IsOfAnotherAccount(Fault.Refused refused) => refused is { IsAccessDenied: true }
        && AccessDeniedText.KmsActionIn(refused.Message) is null
        && AccessDeniedText.PolicyIn(refused.Message) is RefusingPolicy.Unsaid or RefusingPolicy.ResourcePolicyAllowsNothing;
}

/// <summary>Whom a bucket must belong to, and what to make of it where it doesn't.</summary>
/// <param name="Account">Null where it isn't known.</param>
/// <param name="Fault">Why not, where that is only trouble that passes.</param>
/// <param name="CountsAccounts">Whether a bucket that isn't this account's is another's; false where the server has other owners than
/// accounts, and nobody named one.</param>
/// <param name="Open">Opens the same bucket again with other settings, such as another encryption or requester-pays.</param>
/// <param name="Find">Finds out which account it is; null where that can't be done.</param>
internal sealed record BucketOwner(
    AccountId? Account,
    Fault? Fault,
    bool CountsAccounts,
    Func<BucketAccess, IBucketProbe> Open,
    Func<CancellationToken, Task<AccountId?>>? Find);

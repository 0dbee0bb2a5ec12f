using ServerlessDrives.Access;
using ServerlessDrives.Verification.Reports;

namespace ServerlessDrives.Verification.Proofs;

/// <summary>What the drive's credentials open.</summary>
/// <param name="Account">Who must own the bucket; null where the server doesn't know accounts.</param>
/// <param name="AccountFault">Why STS could not be asked for the account, where only time heals it.</param>
/// <param name="Unconfined">The role without our session policy; null where it makes no difference.</param>
internal sealed record WayIn(ProbeIdentity Identity, AccountId? Account, Fault? AccountFault, Result<ProbeIdentity, Fault>? Unconfined);

/// <summary>Do the drive's credentials let us in at all: does the role trust us, does AWS know the key?</summary>
internal sealed class CredentialsProof(
    VerificationSubject subject,
    IProbe probe,
    PropagationRetry retry,
    VerificationReportBuilder builder)
{
    /// <returns>Null where they don't.</returns>
    public Task<WayIn?> ProveAsync(CancellationToken cancellation) =>
        subject.Credentials switch
        {
            DriveCredentials.Role role => EnterAsync(role, cancellation),
            DriveCredentials.AccessKey key => EnterAsync(key, cancellation),
            _ => throw new InvalidOperationException($"Unknown credentials {subject.Credentials.GetType()}."),
        };

    /// <summary>Where STS could not tell, S3's own answer does.</summary>
    public bool IsKeyRefused(KnownCheck listing)
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

    private async Task<WayIn?> EnterAsync(DriveCredentials.Role role, CancellationToken cancellation)
    {
        var bare = subject.Path.IsRoot
            ? null
            : retry.AskAsync(
                cancel =>
                    probe.AssumeRoleAsync(role.Arn, role.ExternalId, subject.Region, subject.SessionName, scope: null, role.Tags, cancel),
                cancellation);
        var identity = await new TrustProof(probe, retry, builder, role, subject.Region, subject.SessionName).ProveAsync(
            subject.Access,
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

    private static bool IsKeyProblem(string? code) =>
        code
            is "InvalidAccessKeyId"
                or "InvalidClientTokenId"
                or "UnrecognizedClientException"
                or "SignatureDoesNotMatch"
                or "SecretUnavailable";
}

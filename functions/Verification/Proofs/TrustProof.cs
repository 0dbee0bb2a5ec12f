using System.Security.Cryptography;
using ServerlessDrives.Access;
using ServerlessDrives.Access.Policies;
using ServerlessDrives.Verification.Reports;

namespace ServerlessDrives.Verification.Proofs;

/// <summary>Proves that a role lets us in, and only with the right external ID.</summary>
internal sealed class TrustProof(
    IProbe probe,
    PropagationRetry retry,
    VerificationReportBuilder builder,
    DriveCredentials.Role role,
    Region region,
    string sessionName)
{
    /// <returns>A session of the role, or null when there is none.</returns>
    /// <param name="scope">What the session is confined to; null for the bare role.</param>
    public async Task<ProbeIdentity?> ProveAsync(BucketAccess? scope, CancellationToken cancellation)
    {
        builder.Begin(KnownCheck.TrustAccepted, KnownCheck.ExternalIdRequired);
        var accepted = retry.AskAsync(
            cancel => probe.AssumeRoleAsync(role.Arn, role.ExternalId, region, sessionName, scope, role.Tags, cancel),
            cancellation);
        var without = ExpectRefusalAsync(null, cancellation);
        var wrong = ExpectRefusalAsync(WrongId(), cancellation);
        await Task.WhenAll(accepted, without, wrong);

        if ((await accepted).TryGet(out var identity, out var fault))
        {
            builder.Pass(KnownCheck.TrustAccepted);
        }
        else
        {
            builder.Fail(KnownCheck.TrustAccepted, fault);
        }

        await JudgeExternalIdAsync(await without, await wrong, identity is not null, cancellation);
        return identity;
    }

    /// <summary>Nobody else has ever been given this one.</summary>
    private static ExternalId WrongId() => ExternalId.New();

    private Task<Result<ProbeIdentity, Fault>> ExpectRefusalAsync(ExternalId? externalId, CancellationToken cancellation) => retry.AskAsync(
        cancel => probe.AssumeRoleAsync(role.Arn, externalId, region, sessionName, scope: null, tags: null, cancel),
        answer => answer.Error is Fault.Refused { IsPassing: false },
        cancellation);

    private async Task JudgeExternalIdAsync(
        Result<ProbeIdentity, Fault> without,
        Result<ProbeIdentity, Fault> wrong,
        bool trusted,
        CancellationToken cancellation)
    {
        if (without.Error is null || wrong.Error is null)
        {
            if (await TrustsAnybodyAsync(cancellation))
            {
                builder.NotApplicable(
                    KnownCheck.ExternalIdRequired,
                    "This server lets in whoever asks for any role, even one that doesn't exist; it has no trust policies that could " +
                    "ask for an external ID."
                );
                return;
            }

            builder.Fail(
                KnownCheck.ExternalIdRequired,
                without.Error is null
                    ? $"The role {role.Arn.RoleName} lets us in without the external ID. Whoever talks us into using this ARN would " +
                        "reach your bucket through us (the confused deputy), so we don't keep it."
                    : $"The role {role.Arn.RoleName} lets us in with an external ID that isn't yours, so it doesn't protect you (the " +
                        "confused deputy), and we don't keep it.",
                $"Give the statement of the trust policy the condition \"StringEquals\": {{\"sts:ExternalId\": " +
                $"\"{role.ExternalId}\"}}, and remove statements that let us in without it."
            );
            return;
        }

        if (!trusted)
            builder.Skip(
                KnownCheck.ExternalIdRequired,
                "The role doesn't let us in at all (trust-accepted), so it can't be told what it asks for.");
        else if ((Unproven(without.Error) ?? Unproven(wrong.Error)) is { } fault)
            builder.Fail(KnownCheck.ExternalIdRequired, fault);
        else
            builder.Pass(KnownCheck.ExternalIdRequired);
    }

    /// <summary>
    /// Only a denial shows that the trust policy asked for the ID; trouble of AWS's, or with our own credentials, shows nothing.
    /// </summary>
    private static Fault? Unproven(Fault fault) => fault is Fault.Refused { IsAccessDenied: true } ? null : fault;

    /// <summary>
    /// Whether the server accepts a role that nobody can have made: AWS never does, S3-compatible servers without roles do.
    /// </summary>
    private async Task<bool> TrustsAnybodyAsync(CancellationToken cancellation)
    {
        var nobody =
            $"arn:{role.Arn.Partition}:iam::{role.Arn.Account}:role/no-such-role-{RandomNumberGenerator.GetHexString(24, lowercase: true)}";
        return RoleArn.ParseOfAnyServer(nobody).TryGet(out var invented, out _)
            && (await probe.AssumeRoleAsync(invented, externalId: null, region, sessionName, scope: null, tags: null, cancellation)).Error
                is null;
    }
}

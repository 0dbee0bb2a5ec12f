using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ServerlessDrives.Access;
using ServerlessDrives.Verification.Explaining;
using ServerlessDrives.Verification.Proofs;
using ServerlessDrives.Verification.Reports;

namespace ServerlessDrives.Verification;

/// <summary>Verifies buckets by using them.</summary>
internal sealed partial class BucketVerification(
    IProbe probe,
    IPrincipals principals,
    IOptions<VerificationOptions> options,
    TimeProvider clock,
    ILogger<BucketVerification> log
) : IVerification
{
    public async Task<VerificationReport> VerifyAsync(
        VerificationId id,
        VerificationSubject subject,
        VerificationWatch? watch,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(subject);
        var builder = BookFor(new Scene(subject.Credentials, PrincipalFor(subject.Credentials), subject.Region, subject.Access), watch);
        var report = await new VerificationRun(id, subject, probe, RetryFor(builder, watch), builder, options.Value, clock).ProveAsync(
            cancellation);
        VerificationMeasures.Ended(report);
        LogOurs(builder, report.Checks);
        return report;
    }

    public async Task<TrustVerdict> ProveTrustAsync(
        RoleArn role, ExternalId externalId, Region region, string sessionName, VerificationWatch? watch, CancellationToken cancellation)
    {
        var credentials = new DriveCredentials.Role(role, externalId);
        var builder = BookFor(new Scene(credentials, PrincipalFor(credentials), region, Access: null), watch);
        using var time = new CancellationTokenSource(options.Value.Budget, clock);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation, time.Token);
        try
        {
            await new TrustProof(probe, RetryFor(builder, watch), builder, credentials, region, sessionName).ProveAsync(
                scope: null,
                limited.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            builder.TimeIsUp(options.Value.Budget);
        }

        var accepted = builder[KnownCheck.TrustAccepted];
        var required = builder[KnownCheck.ExternalIdRequired];
        LogOurs(builder, [accepted, required]);
        return new(
            accepted.Status is CheckStatus.Passed && required.Status is CheckStatus.Passed or CheckStatus.NotApplicable,
            accepted,
            required,
            builder.IsOurs(KnownCheck.TrustAccepted));
    }

    /// <summary>What no customer can mend, our operator has to hear of.</summary>
    private void LogOurs(VerificationReportBuilder builder, IEnumerable<Check> checks)
    {
        foreach (var check in checks.Where(check => builder.HasOurs(check)))
            LogOurSide(check.Name, check.AwsErrorCode, check.AwsRequestId, check.Explanation);
    }

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "The check {Check} failed on our side, with {Code} (request {RequestId}): {Explanation}"
    )]
    private partial void LogOurSide(string check, string? code, string? requestId, string? explanation);

    private PropagationRetry RetryFor(VerificationReportBuilder builder, VerificationWatch? watch) =>
        new(options.Value, clock, builder, watch?.Stopped ?? CancellationToken.None);

    private VerificationReportBuilder BookFor(Scene scene, VerificationWatch? watch) =>
        new(scene.Credentials is DriveCredentials.Role ? KnownCheck.OfRole : KnownCheck.OfAccessKey, new Explanations(scene), watch, clock);

    private PrincipalArn? PrincipalFor(DriveCredentials credentials) =>
        credentials is DriveCredentials.Role role ? principals.For(role.Arn.Partition) : null;
}

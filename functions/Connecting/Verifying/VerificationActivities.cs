using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Connecting.Recovery;
using ServerlessDrives.Drives;
using ServerlessDrives.Verification;
using ServerlessDrives.Verification.Reports;

namespace ServerlessDrives.Connecting.Verifying;

/// <summary>What the flow has proven. Each can be run again after a crash at any point and comes to the same.</summary>
public sealed class VerificationActivities(
    IConnections connections,
    ConnectionTransitions row,
    IRoles roles,
    IVerification verification,
    IReports reports,
    TimeProvider clock)
{
    /// <returns>Whether the role trusts us, and only us.</returns>
    [Function("ProveTrust")]
    public async Task<bool> ProveTrust([ActivityTrigger] ConnectionAttempt attempt, CancellationToken cancellation)
    {
        while (true)
        {
            var check = VerificationId.New(clock);
            var read = await row.ChangeReadAsync(
                attempt,
                now => now is { Configuration: not null, RoleArn: not null } ? now.BeginCheck(check, clock.GetUtcNow()) : now,
                cancellation);
            var connection = read.Value;
            if (!connection.IsOpen || connection.Attempt != attempt.Number)
                return connection.Attempt == attempt.Number;
            if (connection is { Configuration: null } or { RoleArn: null })
                return false;

            var verdict = await ProveTrustAsync(connection, check, cancellation);
            if (!verdict.Trusted)
            {
                await row.ChangeAsync(attempt, now => Distrust(now, attempt, verdict), cancellation);
                return false;
            }

            var role = await roles.FindAsync(connection.Organization, connection.RoleId!.Value, cancellation)
                ?? throw new InvalidOperationException($"The role of connection {connection.Id} is gone.");
            if (role.Value.Arn is not null || await connections.TrustRoleAsync(
                read.With(connection with { Problem = null, ChosenRoleArn = connection.RoleArn }),
                role.With(role.Value with { Arn = connection.RoleArn, Partition = connection.Partition }),
                cancellation))
                return true;
        }
    }

    private async Task<TrustVerdict> ProveTrustAsync(DriveConnection connection, VerificationId check, CancellationToken cancellation)
    {
        var started = clock.GetUtcNow();
        await using var progress = new ReportProgress(reports, connection.Organization, connection.Id.Value, check, clock);
        await using var stop = new VerificationStop(connections, connection.Key, check, clock);
        var verdict = await verification.ProveTrustAsync(
            connection.RoleArn!,
            connection.ExternalId!,
            connection.Configuration!.Region,
            connection.Id.Value,
            progress.Watch with
            {
                Stopped = stop.Stopped,
            },
            cancellation);
        var report = VerificationReport.Begin(check, started) with
        {
            CompletedAt = clock.GetUtcNow(),
            Passed = verdict.Trusted,
            Checks = [verdict.Accepted, verdict.ExternalIdRequired],
        };
        await progress.CompleteAsync(report, cancellation);
        return verdict;
    }

    /// <summary>Tries the bucket where its policies may be in place already: then nobody need be asked to apply them.</summary>
    /// <returns>Whether everything could be proven.</returns>
    [Function("TryPolicies")]
    public async Task<bool> TryPolicies([ActivityTrigger] VerifyConnectionInput input, CancellationToken cancellation)
    {
        var connection = await row.ChangeAsync(
            input.Attempt,
            now => MayTry(now) ? now.BeginCheck(input.Verification, clock.GetUtcNow()) : now,
            cancellation);
        if (!MayTry(connection) || connection.LastVerification != input.Verification || connection.Attempt != input.Attempt.Number)
            return false;

        await using var progress = new ReportProgress(reports, connection.Organization, connection.Id.Value, input.Verification, clock);
        var report = await verification.VerifyAsync(
            input.Verification,
            connection.SubjectToVerify(),
            progress.Watch.WithoutWaiting(),
            cancellation);
        await progress.CompleteAsync(report, cancellation);

        // A configuration that changed meanwhile is not proven.
        var proven = await row.ChangeAsync(
            input.Attempt,
            now => report.Passed && now.Configuration == connection.Configuration
                ? now.BeginVerification(input.Verification, clock.GetUtcNow())
                : now.ForgetCheck(clock.GetUtcNow()),
            cancellation);
        return proven.Status is ConnectionStatus.Verifying && proven.LastVerification == input.Verification;
    }

    /// <returns>Whether everything that could be proven was.</returns>
    [Function("VerifyConnection")]
    public async Task<bool> VerifyConnection([ActivityTrigger] VerifyConnectionInput input, CancellationToken cancellation)
    {
        var connection = await row.ChangeAsync(
            input.Attempt,
            now => MayVerify(now, input.Attempt) ? now.BeginVerification(input.Verification, clock.GetUtcNow()) : now,
            cancellation);
        if (connection.Attempt != input.Attempt.Number || connection.LastVerification != input.Verification)
            return false;

        await using var progress = new ReportProgress(reports, connection.Organization, connection.Id.Value, input.Verification, clock);
        await using var stop = new VerificationStop(connections, input.Attempt.Key, input.Verification, clock);
        var report = await verification.VerifyAsync(
            input.Verification,
            connection.SubjectToVerify(),
            progress.Watch with
            {
                Stopped = stop.Stopped,
            },
            cancellation);
        await progress.CompleteAsync(report, cancellation);

        if (!report.Passed)
            await row.ChangeAsync(
                input.Attempt,
                now => now.TryAgain(input.Attempt.Number + 1, StepToMend(input.Attempt), ConnectionProblems.Of(report), clock.GetUtcNow()),
                cancellation);
        return report.Passed;
    }

    internal static ConnectionStatus StepToMend(ConnectionAttempt attempt) =>
        attempt.UsesRole ? ConnectionStatus.AwaitingBucketPolicy : ConnectionStatus.AwaitingConfiguration;

    private static bool MayTry(DriveConnection connection) =>
        connection is { IsOpen: true, RoleArn: not null, Configuration: not null, MayHavePolicies: true, AppliedAhead: null };

    /// <summary>
    /// Not where the row is of an earlier moment than the flow; <see cref="RecoverConnection"/> brings the flow back to it.
    /// </summary>
    private static bool MayVerify(DriveConnection connection, ConnectionAttempt attempt) =>
        (connection.Status is ConnectionStatus.Verifying || connection.Status == StepToMend(attempt))
        && connection.IsConfiguredFor(attempt.Number);

    private DriveConnection Distrust(DriveConnection connection, ConnectionAttempt attempt, TrustVerdict verdict)
    {
        var problem = ConnectionProblems.Of(verdict);
        var again = connection.TryAgain(attempt.Number + 1, ConnectionStatus.AwaitingTrustPolicy, problem, clock.GetUtcNow());
        return verdict.ExternalIdRequired.Status is CheckStatus.Failed ? again.ForgetRoleArn() : again;
    }
}

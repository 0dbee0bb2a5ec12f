using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Access;
using ServerlessDrives.Connecting.Recovery;
using ServerlessDrives.Drives;
using ServerlessDrives.Verification;
using ServerlessDrives.Verification.Reports;

namespace ServerlessDrives.Connecting;

/// <summary>What the flow has done for it. Each can be run again after a crash at any point and comes to the same.</summary>
public sealed class ConnectDriveActivities(
    IConnections connections,
    IRoles roles,
    IVerification verification,
    IReports reports,
    ISecrets secrets,
    IEnumerable<IDriveEventHandler> handlers,
    ConnectionEvents published,
    TimeProvider clock)
{
    [Function("OfferTrustPolicy")]
    public Task OfferTrustPolicy([ActivityTrigger] ConnectionAttempt attempt, CancellationToken cancellation) =>
        OpenStepAsync(attempt, connection => connection.OfferTrustPolicy(clock.GetUtcNow()), cancellation);

    /// <returns>Whether there already is a configuration to go on with.</returns>
    [Function("AskForConfiguration")]
    public async Task<bool> AskForConfiguration([ActivityTrigger] ConnectionAttempt attempt, CancellationToken cancellation)
    {
        var connection = await OpenStepAsync(attempt, connection => connection.AskForConfiguration(clock.GetUtcNow()), cancellation);
        return connection.IsConfiguredFor(attempt.Number);
    }

    /// <returns>Whether the role trusts us, and only us.</returns>
    [Function("ProveTrust")]
    public async Task<bool> ProveTrust([ActivityTrigger] ConnectionAttempt attempt, CancellationToken cancellation)
    {
        while (true)
        {
            var check = Identifier.New<VerificationId>(clock);
            var read = await ChangeReadAsync(
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
                await ChangeAsync(attempt, now => Distrust(now, attempt, verdict), cancellation);
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
        var connection = await ChangeAsync(
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
        var proven = await ChangeAsync(
            input.Attempt,
            now => report.Passed && now.Configuration == connection.Configuration
                ? now.BeginVerification(input.Verification, clock.GetUtcNow())
                : now.ForgetCheck(clock.GetUtcNow()),
            cancellation);
        return proven.Status is ConnectionStatus.Verifying && proven.LastVerification == input.Verification;
    }

    /// <returns>Whether somebody has said already that the policies are applied.</returns>
    [Function("OfferBucketPolicy")]
    public async Task<bool> OfferBucketPolicy([ActivityTrigger] ConnectionAttempt attempt, CancellationToken cancellation)
    {
        var connection = await OpenStepAsync(attempt, connection => connection.OfferBucketPolicy(clock.GetUtcNow()), cancellation);
        return connection.ConfirmationOf(ConfirmationStep.BucketPolicy) is not null;
    }

    /// <returns>Whether the configuration has changed since the policies were offered.</returns>
    [Function("IsReconfigured")]
    public async Task<bool> IsReconfigured([ActivityTrigger] ConnectionAttempt attempt, CancellationToken cancellation) =>
        (await ReadAsync(attempt, cancellation)).Value.IsReconfigured;

    /// <returns>Whether everything that could be proven was.</returns>
    [Function("VerifyConnection")]
    public async Task<bool> VerifyConnection([ActivityTrigger] VerifyConnectionInput input, CancellationToken cancellation)
    {
        var connection = await ChangeAsync(
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
            await ChangeAsync(
                input.Attempt,
                now => now.TryAgain(input.Attempt.Number + 1, StepToMend(input.Attempt), ProblemOf(report), clock.GetUtcNow()),
                cancellation);
        return report.Passed;
    }

    [Function("FinishConnection")]
    public async Task<ConnectionStatus> FinishConnection([ActivityTrigger] FinishConnectionInput input, CancellationToken cancellation)
    {
        while (true)
        {
            var read = await ReadAsync(input.Attempt, cancellation);
            var connection = read.Value;
            if (connection.Status is ConnectionStatus.Connected && connection.DriveId == input.Drive)
                await published.EndedAsync(connection, cancellation);
            if (!connection.IsOpen || connection.Attempt != input.Attempt.Number)
                return connection.Status;
            if (connection.CancelRequested)
                return await CloseConnection(new CloseConnectionInput(input.Attempt, ConnectionStatus.Cancelled), cancellation);

            if (await ProofOfAsync(connection, input.Attempt, cancellation) is not { } report)
            {
                // The tables are of an earlier moment than the flow, which ends here; another one goes on from the row.
                await connections.BeginSignalAsync(input.Attempt.Key, cancellation);
                return connection.Status;
            }

            var drive = connection.ToDrive(input.Drive, report, clock.GetUtcNow());
            await reports.SaveAsync(drive.Organization, drive.Id.Value, report, cancellation);
            foreach (var interested in handlers)
                await interested.ConnectedAsync(drive, cancellation);
            var connected = connection.Connect(drive.Id, clock.GetUtcNow());
            switch (await connections.ConnectAsync(read.With(connected), drive, cancellation))
            {
                case ConnectOutcome.Connected:
                    ConnectionMeasures.Moved(connection, connected);
                    await published.EndedAsync(connected, cancellation);
                    return ConnectionStatus.Connected;
                case ConnectOutcome.Overlaps:
                    // A drive that came meanwhile: what was checked when this one was configured is no longer so.
                    return (
                        await ChangeAsync(
                            input.Attempt,
                            now => now.TryAgain(input.Attempt.Number + 1, StepToMend(input.Attempt), Overlapping, clock.GetUtcNow()),
                            cancellation)
                    ).Status;
            }
        }
    }

    /// <summary>The report that proves what the connection has come to; null where the row is not there.</summary>
    private async Task<VerificationReport?> ProofOfAsync(
        DriveConnection connection,
        ConnectionAttempt attempt,
        CancellationToken cancellation
    ) =>
        connection is { Status: ConnectionStatus.Verifying, LastVerification: { } verification }
        && connection.Attempt == attempt.Number
        && await reports.FindAsync(connection.Organization, connection.Id.Value, verification, cancellation) is { Passed: true } report
            ? report
            : null;

    [Function("CloseConnection")]
    public async Task<ConnectionStatus> CloseConnection([ActivityTrigger] CloseConnectionInput input, CancellationToken cancellation)
    {
        while (true)
        {
            var read = await ReadAsync(input.Attempt, cancellation);
            if (read.Value.Status is ConnectionStatus.Connected)
                return ConnectionStatus.Connected;

            // The row is closed first: a configuration that comes late then finds it closed and stores nothing.
            var closed = read.Value.IsOpen ? read.Value.End(input.Status, ProblemOf(input.Status), clock.GetUtcNow()) : read.Value;
            if (read.Value.IsOpen && !await connections.CloseAsync(read.With(closed), cancellation))
                continue;
            ConnectionMeasures.Moved(read.Value, closed);
            if (closed.Secret is { } secret)
                await secrets.DeleteAsync(secret, cancellation);
            await published.EndedAsync(closed, cancellation);
            return closed.Status;
        }
    }

    /// <summary>Moves to a step that people are waited for at, and says so, unless it was confirmed before it opened.</summary>
    private async Task<DriveConnection> OpenStepAsync(
        ConnectionAttempt attempt, Func<DriveConnection, DriveConnection> transition, CancellationToken cancellation)
    {
        var connection = await ChangeAsync(attempt, transition, cancellation);
        var isAhead = connection.OpenStep is { } step && connection.ConfirmationOf(step)?.At <= connection.StatusSince;
        if (connection.IsOpen && connection.Attempt == attempt.Number && !isAhead)
            await published.StepOpenedAsync(connection, cancellation);
        return connection;
    }

    private async Task<Versioned<DriveConnection>> ReadAsync(ConnectionAttempt attempt, CancellationToken cancellation)
    {
        var read = await connections.FindAsync(attempt.Key, cancellation)
            ?? throw new InvalidOperationException($"Connection {attempt.Key.Connection} has no row.");
        Telemetry.Continue(read.Value.Trace, "serverlessdrives.connection.id", read.Value.Id.Value);
        return read;
    }

    /// <summary>Applies a transition to the row as it stands, unless this attempt is over.</summary>
    private async Task<DriveConnection> ChangeAsync(
        ConnectionAttempt attempt, Func<DriveConnection, DriveConnection> transition, CancellationToken cancellation) =>
        (await ChangeReadAsync(attempt, transition, cancellation)).Value;

    private async Task<Versioned<DriveConnection>> ChangeReadAsync(
        ConnectionAttempt attempt, Func<DriveConnection, DriveConnection> transition, CancellationToken cancellation)
    {
        while (true)
        {
            var read = await ReadAsync(attempt, cancellation);
            if (!read.Value.IsOpen || read.Value.Attempt != attempt.Number)
                return read;
            if (await connections.SaveAsync(read.With(transition(read.Value)), cancellation) is { } saved)
            {
                ConnectionMeasures.Moved(read.Value, saved.Value);
                return saved;
            }
        }
    }

    private static bool MayTry(DriveConnection connection) =>
        connection is { IsOpen: true, RoleArn: not null, Configuration: not null, MayHavePolicies: true, AppliedAhead: null };

    /// <summary>
    /// Not where the row is of an earlier moment than the flow; <see cref="RecoverConnection"/> brings the flow back to it.
    /// </summary>
    private static bool MayVerify(DriveConnection connection, ConnectionAttempt attempt) =>
        (connection.Status is ConnectionStatus.Verifying || connection.Status == StepToMend(attempt))
        && connection.IsConfiguredFor(attempt.Number);

    private static readonly ConnectionProblem Overlapping = new(
        "overlap",
        "The drive overlaps another one",
        "Another drive of your organization was connected meanwhile whose bucket and path overlap with this one's. Choose another " +
        "path, or say in the configuration that it is meant to be so (allowOverlap)."
    );

    private static ConnectionStatus StepToMend(ConnectionAttempt attempt) =>
        attempt.UsesRole ? ConnectionStatus.AwaitingBucketPolicy : ConnectionStatus.AwaitingConfiguration;

    private DriveConnection Distrust(DriveConnection connection, ConnectionAttempt attempt, TrustVerdict verdict)
    {
        var trustsAnyone = verdict.ExternalIdRequired.Status is CheckStatus.Failed;
        var check = trustsAnyone ? verdict.ExternalIdRequired : verdict.Accepted;
        var problem = verdict.IsOurs
            ? new ConnectionProblem("our-side", "AWS refused us, and it is for us to mend", Sentence(check))
            : new ConnectionProblem(
            trustsAnyone ? "external-id-not-required" : "role-not-trusted",
            trustsAnyone ? "The role can be assumed without our external ID" : "The role does not trust us yet",
            Sentence(check));
        var again = connection.TryAgain(attempt.Number + 1, ConnectionStatus.AwaitingTrustPolicy, problem, clock.GetUtcNow());
        return trustsAnyone ? again.ForgetRoleArn() : again;
    }

    private static ConnectionProblem ProblemOf(VerificationReport report)
    {
        var failed = report.Checks.Where(check => check.Status is CheckStatus.Failed).ToList();
        return new("verification-failed",
            failed.Count == 1 ? "One check failed" : $"{failed.Count} checks failed",
            failed.Count == 0 ? "No check could be run, so nothing is proven." : Sentence(failed[0]));
    }

    private static ConnectionProblem? ProblemOf(ConnectionStatus ended) =>
        ended switch
        {
            ConnectionStatus.Expired => new(
                "expired",
                "The connection expired",
                "Nobody finished it in time. Start a new one; the name is free again."),
            ConnectionStatus.Failed => new(
                "failed",
                "Something went wrong on our side",
                "It was not your fault, and nothing is left behind. Start again."),
            _ => null,
        };

    private static string Sentence(Check check) =>
        string.Join(' ', new[] { check.Explanation, check.Fix }.Where(text => !string.IsNullOrEmpty(text)));
}

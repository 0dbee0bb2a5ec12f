using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Access;
using ServerlessDrives.Connecting.Verifying;
using ServerlessDrives.Drives;
using ServerlessDrives.Verification;
using ServerlessDrives.Verification.Reports;

namespace ServerlessDrives.Connecting;

/// <summary>
/// What the flow has done for it, but for what it has proven. Each can be run again after a crash at any point and comes to the same.
/// </summary>
public sealed class ConnectDriveActivities(
    IConnections connections,
    ConnectionTransitions row,
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
        (await row.ReadAsync(attempt, cancellation)).Value.IsReconfigured;

    [Function("FinishConnection")]
    public async Task<ConnectionStatus> FinishConnection([ActivityTrigger] FinishConnectionInput input, CancellationToken cancellation)
    {
        while (true)
        {
            var read = await row.ReadAsync(input.Attempt, cancellation);
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
                        await row.ChangeAsync(
                            input.Attempt,
                            now => now.TryAgain(
                                input.Attempt.Number + 1,
                                VerificationActivities.StepToMend(input.Attempt),
                                ConnectionProblems.Overlapping,
                                clock.GetUtcNow()),
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
            var read = await row.ReadAsync(input.Attempt, cancellation);
            if (read.Value.Status is ConnectionStatus.Connected)
                return ConnectionStatus.Connected;

            // The row is closed first: a configuration that comes late then finds it closed and stores nothing.
            var closed = read.Value.IsOpen
                ? read.Value.End(input.Status, ConnectionProblems.Of(input.Status), clock.GetUtcNow())
                : read.Value;
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
        var connection = await row.ChangeAsync(attempt, transition, cancellation);
        var isAhead = connection.OpenStep is { } step && connection.ConfirmationOf(step)?.At <= connection.StatusSince;
        if (connection.IsOpen && connection.Attempt == attempt.Number && !isAhead)
            await published.StepOpenedAsync(connection, cancellation);
        return connection;
    }
}

namespace ServerlessDrives.Connecting;

/// <summary>Reads and changes the connection's row for the flow's activities.</summary>
public sealed class ConnectionTransitions(IConnections connections)
{
    public async Task<Versioned<DriveConnection>> ReadAsync(ConnectionAttempt attempt, CancellationToken cancellation)
    {
        var read = await connections.FindAsync(attempt.Key, cancellation)
            ?? throw new InvalidOperationException($"Connection {attempt.Key.Connection} has no row.");
        Telemetry.Continue(read.Value.Trace, "serverlessdrives.connection.id", read.Value.Id.Value);
        return read;
    }

    /// <summary>Applies a transition to the row as it stands, unless this attempt is over.</summary>
    public async Task<DriveConnection> ChangeAsync(
        ConnectionAttempt attempt, Func<DriveConnection, DriveConnection> transition, CancellationToken cancellation) =>
        (await ChangeReadAsync(attempt, transition, cancellation)).Value;

    /// <summary>The same, with the row's version.</summary>
    public async Task<Versioned<DriveConnection>> ChangeReadAsync(
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
}

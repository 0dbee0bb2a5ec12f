using ServerlessDrives.Connecting;

namespace ServerlessDrives.Adapters.Tables;

/// <summary>A <see cref="DriveConnection"/> as a row: what lists are filtered by in columns of its own, the rest as one document.</summary>
internal sealed class ConnectionRow : Row
{
    public string Scope { get; set; } = "";
    public string Status { get; set; } = "";

    /// <summary>The connection as JSON; at most some kilobytes, and without the secret.</summary>
    public string Document { get; set; } = "";

    public static ConnectionRow Of(DriveConnection connection) => new()
    {
        RowKey = Keys.Of(connection.Id),
        Scope = connection.Audience.ScopeKey,
        Status = connection.Status.ToString(),
        Document = Stored.Write(connection),
    };

    public DriveConnection ToConnection() => Stored.Read<DriveConnection>(Document);
}

/// <summary>That somebody was about to tell a connection's orchestration something.</summary>
internal sealed class PromiseRow : Row
{
    public string Organization { get; set; } = "";
    public string Connection { get; set; } = "";
    public DateTimeOffset MadeAt { get; set; }
}

using System.Text.Json;
using DurableTask.Core;
using DurableTask.Core.History;
using Microsoft.Data.Sqlite;
using ServerlessDrives.Embedded.Durable.Conversion;
using P = Microsoft.DurableTask.Protobuf;

namespace ServerlessDrives.Embedded.Durable.Sqlite;

internal sealed record FoundInstance(string Execution, OrchestrationStatus Status, long? Scheduled);

internal sealed record FoundMessage(long Sequence, TaskMessage Message);

/// <summary>What is read of instances, their histories and messages.</summary>
internal static class HubReads
{
    private const string Columns = "id, execution, name, version, status, created, updated, completed, scheduled, parent, tags, failure";

    private const string Texts = "custom_status, output, input";

    public static FoundInstance? FindInstance(this Statements database, string id) => database.First(
        "SELECT execution, status, scheduled FROM instances WHERE id = $1",
        row => new FoundInstance(row.GetString(0), (OrchestrationStatus)row.GetInt32(1), row.IsDBNull(2) ? null : row.GetInt64(2)),
        id);

    public static OrchestrationState? ReadState(this Statements database, string id, bool withTexts) => database.First(
        withTexts ? $"SELECT {Columns}, {Texts} FROM instances WHERE id = $1" : $"SELECT {Columns} FROM instances WHERE id = $1",
        row => ToState(row, withTexts),
        id);

    /// <summary>What an instance can take now: what was sent in its order, then what fell due in the order of its times.</summary>
    public static List<FoundMessage> ReadMessages(this Statements database, string id, long now, int most) => database.All(
        """
        SELECT sequence, execution, event FROM messages WHERE instance = $1 AND (due IS NULL OR due <= $2)
        ORDER BY due IS NOT NULL, due, sequence LIMIT $3
        """,
        row => new FoundMessage(row.GetInt64(0), ToMessage(id, Text(row, 1), row.GetFieldValue<byte[]>(2))),
        id,
        now,
        most);

    public static StoredHistory ReadHistory(this Statements database, string id, string execution)
    {
        var bytes = 0L;
        var events = database.All(
            "SELECT event FROM history WHERE instance = $1 ORDER BY position",
            row =>
            {
                var stored = row.GetFieldValue<byte[]>(0);
                bytes += StoredHistory.SizeOf(stored.Length);
                return ToEvent(stored);
            },
            id);
        for (var index = 1; index < events.Count; index++)
        {
            // The span of an orchestration began with its first turn.
            if (events[index] is ExecutionStartedEvent { ParentTraceContext: { SpanId: not null } trace })
                trace.ActivityStartTime = events[index - 1].Timestamp;
        }

        return new(execution, events, bytes);
    }

    public static TaskMessage? ReadActivity(this Statements database, long sequence) => database.First(
        "SELECT instance, execution, event FROM activities WHERE sequence = $1",
        row => ToMessage(row.GetString(0), row.GetString(1), row.GetFieldValue<byte[]>(2)),
        sequence);

    public static List<OrchestrationState> ReadPage(
        this Statements database,
        InstanceFilter filter,
        string after,
        int most,
        bool withTexts
    ) =>
        database.All(
            withTexts ? $"SELECT {Columns}, {Texts} {filter.Clauses}" : $"SELECT {Columns} {filter.Clauses}",
            row => ToState(row, withTexts),
            filter.Values(after, most));

    public static List<string> ReadIds(this Statements database, InstanceFilter filter, string after, int most) =>
        database.All($"SELECT id {filter.Clauses}", row => row.GetString(0), filter.Values(after, most));

    private static OrchestrationState ToState(SqliteDataReader row, bool withTexts) => new()
    {
        OrchestrationInstance = new() { InstanceId = row.GetString(0), ExecutionId = row.GetString(1) },
        Name = row.GetString(2),
        Version = row.GetString(3),
        OrchestrationStatus = (OrchestrationStatus)row.GetInt32(4),
        CreatedTime = Time(row.GetInt64(5)),
        LastUpdatedTime = Time(row.GetInt64(6)),
        CompletedTime = row.IsDBNull(7) ? default : Time(row.GetInt64(7)),
        ScheduledStartTime = row.IsDBNull(8) ? null : Time(row.GetInt64(8)),
        ParentInstance = row.IsDBNull(9) ? null : new() { OrchestrationInstance = new() { InstanceId = row.GetString(9) } },
        Tags = Text(row, 10) is { } tags ? JsonSerializer.Deserialize<Dictionary<string, string>>(tags) : null,
        FailureDetails = row.IsDBNull(11) ? null : P.TaskFailureDetails.Parser.ParseFrom(row.GetFieldValue<byte[]>(11)).ToCore(),
        Status = withTexts ? Text(row, 12) : null,
        Output = withTexts ? Text(row, 13) : null,
        Input = withTexts ? Text(row, 14) : null,
    };

    private static TaskMessage ToMessage(string id, string? execution, byte[] stored)
    {
        var happened = ToEvent(stored);
        // DurableTask.Core rewinds only where there is a trace; this is the one that W3C calls invalid.
        if (happened is ExecutionRewoundEvent { ParentTraceContext: null } rewound)
            rewound.ParentTraceContext = new("00-00000000000000000000000000000000-0000000000000000-00");
        return new() { OrchestrationInstance = new() { InstanceId = id, ExecutionId = execution }, Event = happened };
    }

    private static HistoryEvent ToEvent(byte[] stored) => P.HistoryEvent.Parser.ParseFrom(stored).ToCore();

    private static DateTime Time(long ticks) => new(ticks, DateTimeKind.Utc);

    private static string? Text(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}

/// <summary>Which instances a query or a purge is about.</summary>
internal sealed record InstanceFilter(string? Prefix, DateTime? From, DateTime? To, IEnumerable<OrchestrationStatus>? Statuses)
{
    /// <summary>
    /// For a page of ids after $1, at most $2 of them. Only what is asked for is in the text, so that an index can serve it.
    /// </summary>
    public string Clauses { get; } = string.Concat(
        "FROM instances WHERE id > $1",
        string.IsNullOrEmpty(Prefix) ? null : " AND id >= $3 AND id < $4",
        From is null ? null : " AND created >= $5",
        To is null ? null : " AND created <= $6",
        Statuses is null ? null : " AND status IN (SELECT value FROM json_each($7))",
        " ORDER BY id LIMIT $2");

    public object?[] Values(string after, int most) =>
    [
        after,
        most,
        Prefix,
        Prefix + char.ConvertFromUtf32(0x10FFFF),
        From?.ToUniversalTime().Ticks,
        To?.ToUniversalTime().Ticks,
        Statuses is null ? null : JsonSerializer.Serialize(Statuses.Select(status => (int)status)),
    ];
}

using Azure.Data.Tables;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace ServerlessDrives.Embedded.DurableTask;

/// <summary>Whom a sub-orchestration answers to.</summary>
internal sealed record ParentLink(string InstanceId, string Name, string Generation, int StepId);

/// <summary>Chunks of a generation that is past, still to be deleted.</summary>
internal sealed record Litter(string Generation, int First, int End);

/// <summary>An instance as its row keeps it.</summary>
internal sealed record InstanceState
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public string Version { get; init; } = string.Empty;

    public OrchestrationRuntimeStatus Status { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>
    /// Another one whenever it goes on as new or its id is used anew, even after a purge: what was meant for an earlier one is
    /// known by it.
    /// </summary>
    public required string Generation { get; init; }

    /// <summary>Whether this generation's code has begun.</summary>
    public bool HasBegun { get; init; }

    public DateTime? StartAt { get; init; }

    public StoredText? Input { get; init; }

    public StoredText? Output { get; init; }

    public StoredText? CustomStatus { get; init; }

    public TaskFailureDetails? Failure { get; init; }

    public ParentLink? Parent { get; init; }

    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>The trace that it was started in, as W3C's <c>traceparent</c>: turns and activities belong to it, however long it waits.</summary>
    public string? Trace { get; init; }

    /// <summary>How many rows hold the older part of this generation's history.</summary>
    public int Chunks { get; init; }

    /// <summary>Whether some of it is in blobs.</summary>
    public bool HasLargeChunks { get; init; }

    public IReadOnlyList<Litter> Litter { get; init; } = [];

    /// <summary>When something is to be done unless something arrives before.</summary>
    public DateTime? Due { get; init; }

    /// <summary>Whether something is to be done now.</summary>
    public bool IsReady { get; init; }

    public bool IsOver => Status
        is OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated;

    public static IReadOnlyList<string> ColumnsWithoutHistory { get; } =
    [
        "RowKey", "Id", "Name", "Version", "Status", "CreatedAt", "UpdatedAt", "Generation", "HasBegun", "StartAt", "Input", "InputBlob", "Output",
        "OutputBlob", "CustomStatus", "CustomStatusBlob", "Failure", "Parent", "ParentId", "Tags",
    ];

    public static InstanceState From(TableEntity row) => new()
    {
        Id = row.GetString("Id"),
        Name = row.GetString("Name"),
        Version = row.GetString("Version") ?? string.Empty,
        Status = (OrchestrationRuntimeStatus)(row.GetInt32("Status") ?? 0),
        CreatedAt = row.GetDateTimeOffset("CreatedAt") ?? default,
        UpdatedAt = row.GetDateTimeOffset("UpdatedAt") ?? default,
        Generation = row.GetString("Generation"),
        HasBegun = row.GetBoolean("HasBegun") ?? false,
        StartAt = Time(row.GetInt64("StartAt")),
        Input = Text(row, "Input"),
        Output = Text(row, "Output"),
        CustomStatus = Text(row, "CustomStatus"),
        Failure = Json.FromText<TaskFailureDetails>(row.GetString("Failure")),
        Parent = Json.FromText<ParentLink>(row.GetString("Parent")),
        Tags = Json.FromText<Dictionary<string, string>>(row.GetString("Tags")) ?? [],
        Trace = row.GetString("Trace"),
        Chunks = row.GetInt32("Chunks") ?? 0,
        HasLargeChunks = row.GetBoolean("HasLargeChunks") ?? false,
        Litter = Json.FromText<List<Litter>>(row.GetString("Litter")) ?? [],
        Due = Time(row.GetInt64("Due")),
        IsReady = row.GetBoolean("IsReady") ?? false,
    };

    /// <summary>The row, but for the youngest part of the history.</summary>
    public TableEntity ToRow()
    {
        var row = new TableEntity(Keys.Partition, Keys.Instance(Id))
        {
            ["Id"] = Id,
            ["Name"] = Name,
            ["Status"] = (int)Status,
            ["CreatedAt"] = CreatedAt,
            ["UpdatedAt"] = UpdatedAt,
            ["Generation"] = Generation,
            ["HasBegun"] = HasBegun,
            ["IsReady"] = IsReady,
        };
        Add(row, "Version", Version.Length == 0 ? null : Version);
        Add(row, "StartAt", StartAt?.Ticks);
        Add(row, "Due", Due?.Ticks);
        Add(row, "Trace", Trace);
        Add(row, "Chunks", Chunks == 0 ? null : Chunks);
        Add(row, "HasLargeChunks", HasLargeChunks ? true : null);
        Add(row, "Litter", Litter.Count == 0 ? null : Json.Text(Litter));
        Add(row, "Failure", Json.Text(Failure));
        Add(row, "Parent", Json.Text(Parent));
        Add(row, "ParentId", Parent?.InstanceId);
        Add(row, "Tags", Tags.Count == 0 ? null : Json.Text(Tags));
        AddText(row, "Input", Input);
        AddText(row, "Output", Output);
        AddText(row, "CustomStatus", CustomStatus);
        return row;
    }

    private static DateTime? Time(long? ticks) => ticks is { } there ? new DateTime(there, DateTimeKind.Utc) : null;

    private static StoredText? Text(TableEntity row, string column)
    {
        var (text, blob) = (row.GetString(column), row.GetString(column + "Blob"));
        return text is null && blob is null ? null : new StoredText(text, blob);
    }

    private static void AddText(TableEntity row, string column, StoredText? text) =>
        Add(row, text?.Blob is null ? column : column + "Blob", text?.Blob ?? text?.Text);

    private static void Add(TableEntity row, string column, object? value)
    {
        if (value is not null)
            row[column] = value;
    }
}

using Azure.Data.Tables;
using ServerlessDrives.Events;

namespace ServerlessDrives.Adapters.Tables;

/// <summary>
/// Events in their organizations' partitions, beside what they tell of, and the promises of them in a partition of <see
/// cref="PendingSignals"/>'s table.
/// </summary>
internal sealed class TableOutbox(TableServiceClient service, OrganizationTable organizations, IEvents events, TimeProvider clock)
    : IOutbox
{
    private const string Partition = "events";
    private const int MostAtATime = 500;

    private readonly TableClient _promises = service.GetTableClient(PendingSignals.Name);
    private readonly TableClient _events = service.GetTableClient(OrganizationTable.Name);

    /// <summary>Commits a transaction of the organization's partition, the event with it, and tells of it.</summary>
    /// <returns>Whether it was committed.</returns>
    public async Task<bool> CommitAsync(Transaction transaction, ProductEvent happened, CancellationToken cancellation)
    {
        var entry = new OutboxEntry(happened.Organization, happened.Id, clock.GetUtcNow());
        await _promises.UpsertEntityAsync(
            new EntryRow
            {
                PartitionKey = Partition,
                RowKey = MarkOf(entry),
                Organization = entry.Organization.Value,
                Event = entry.Event,
                MadeAt = entry.MadeAt,
            },
            TableUpdateMode.Replace,
            cancellation);
        var committed = await transaction
            .Put(new EventRow { RowKey = EventRow.Of(happened.Id), Event = Stored.Write(happened) })
            .CommitAsync(cancellation);
        // A commit whose answer was lost is refused when it is tried again; but its event is there then.
        var isThere = committed.Succeeded || await FindAsync(entry, cancellation) is not null;
        if (isThere)
            await events.TellAsync(happened, cancellation);
        await CompleteAsync(entry, cancellation);
        return isThere;
    }

    public async Task<IReadOnlyList<OutboxEntry>> AbandonedAsync(DateTimeOffset before, CancellationToken cancellation)
    {
        var broken = new List<OutboxEntry>();
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {Partition} and MadeAt lt {before}");
        await foreach (var row in _promises.QueryAsync<EntryRow>(filter, MostAtATime, cancellationToken: cancellation))
        {
            broken.Add(new(OrganizationId.Of(row.Organization), row.Event, row.MadeAt));
            if (broken.Count == MostAtATime)
                break;
        }

        return broken;
    }

    public async Task<ProductEvent?> FindAsync(OutboxEntry entry, CancellationToken cancellation) =>
        await organizations.FindAsync<EventRow>(entry.Organization, EventRow.Of(entry.Event), cancellation) is { } row
            ? Stored.Read<ProductEvent>(row.Event)
            : null;

    public async Task CompleteAsync(OutboxEntry entry, CancellationToken cancellation)
    {
        await _events.DeleteEntityAsync(entry.Organization.Value, EventRow.Of(entry.Event), cancellationToken: cancellation);
        await _promises.DeleteEntityAsync(Partition, MarkOf(entry), cancellationToken: cancellation);
    }

    private static string MarkOf(OutboxEntry entry) => $"{entry.Organization}|{entry.Event}";

    private sealed class EntryRow : Row
    {
        public string Organization { get; set; } = "";
        public string Event { get; set; } = "";
        public DateTimeOffset MadeAt { get; set; }
    }

    private sealed class EventRow : Row
    {
        public string Event { get; set; } = "";

        public static string Of(string id) => $"event|{id}";
    }
}

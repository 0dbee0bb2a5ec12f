using Azure.Data.Tables;
using ServerlessDrives.Events;

namespace ServerlessDrives.Adapters.Tables;

/// <summary>
/// Events in their organizations' partitions, beside what they tell of, and the promises of them in a partition of <see
/// cref="PromiseTable"/>'s table.
/// </summary>
internal sealed class TableUntoldEvents(TableServiceClient service, OrganizationTable organizations, IEvents events, TimeProvider clock)
    : IUntoldEvents
{
    private const string Partition = "events";
    private const int MostAtATime = 500;

    private readonly TableClient _promises = service.GetTableClient(PromiseTable.Name);
    private readonly TableClient _events = service.GetTableClient(OrganizationTable.Name);

    /// <summary>Commits a transaction of the organization's partition, the event with it, and tells of it.</summary>
    /// <returns>Whether it was committed.</returns>
    public async Task<bool> CommitAsync(Transaction transaction, ProductEvent happened, CancellationToken cancellation)
    {
        var promise = new EventPromise(happened.Organization, happened.Id, clock.GetUtcNow());
        await _promises.UpsertEntityAsync(
            new PromiseRow
            {
                PartitionKey = Partition,
                RowKey = MarkOf(promise),
                Organization = promise.Organization.Value,
                Event = promise.Event,
                MadeAt = promise.MadeAt,
            },
            TableUpdateMode.Replace,
            cancellation);
        var committed = await transaction
            .Put(new EventRow { RowKey = EventRow.Of(happened.Id), Event = Stored.Write(happened) })
            .CommitAsync(cancellation);
        // A commit whose answer was lost is refused when it is tried again; but its event is there then.
        var isThere = committed.Succeeded || await FindAsync(promise, cancellation) is not null;
        if (isThere)
            await events.TellAsync(happened, cancellation);
        await SettleAsync(promise, cancellation);
        return isThere;
    }

    public async Task<IReadOnlyList<EventPromise>> BrokenAsync(DateTimeOffset before, CancellationToken cancellation)
    {
        var broken = new List<EventPromise>();
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {Partition} and MadeAt lt {before}");
        await foreach (var row in _promises.QueryAsync<PromiseRow>(filter, MostAtATime, cancellationToken: cancellation))
        {
            broken.Add(new(OrganizationId.Of(row.Organization), row.Event, row.MadeAt));
            if (broken.Count == MostAtATime)
                break;
        }

        return broken;
    }

    public async Task<ProductEvent?> FindAsync(EventPromise promise, CancellationToken cancellation) =>
        await organizations.FindAsync<EventRow>(promise.Organization, EventRow.Of(promise.Event), cancellation) is { } row
            ? Stored.Read<ProductEvent>(row.Event)
            : null;

    public async Task SettleAsync(EventPromise promise, CancellationToken cancellation)
    {
        await _events.DeleteEntityAsync(promise.Organization.Value, EventRow.Of(promise.Event), cancellationToken: cancellation);
        await _promises.DeleteEntityAsync(Partition, MarkOf(promise), cancellationToken: cancellation);
    }

    private static string MarkOf(EventPromise promise) => $"{promise.Organization}|{promise.Event}";

    private sealed class PromiseRow : Row
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

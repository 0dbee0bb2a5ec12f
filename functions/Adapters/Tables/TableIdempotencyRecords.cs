using System.Globalization;
using Azure;
using Azure.Data.Tables;
using ServerlessDrives.Http;

namespace ServerlessDrives.Adapters.Tables;

/// <summary>Answers to keyed requests in Table Storage.</summary>
internal sealed class TableIdempotencyRecords(TableServiceClient service, TimeProvider clock) : IIdempotencyRecords
{
    public const string Name = "Idempotency";

    /// <summary>How long an answer is kept.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    /// <summary>After this long a request without an answer was cut off by a crash.</summary>
    private static readonly TimeSpan Abandoned = TimeSpan.FromMinutes(5);

    /// <summary>A binary property ends at 64 KiB, and a row at 1 MiB.</summary>
    private const int PartBytes = 64 * 1024;

    private const int MostParts = 14;

    private const string Schema = "Schema";
    private const string Fingerprint = "Fingerprint";
    private const string BegunAt = "BegunAt";

    /// <summary>In how many properties the answer lies; there once the request was answered, 0 when the answer was too large.</summary>
    private const string Parts = "Parts";

    /// <summary>The partition that says which requests began when, the oldest first, so that old ones are found by a range.</summary>
    private const string Notes = "begun";

    private const string OfPartition = "Partition";
    private const string OfKey = "Key";

    private readonly TableClient _table = service.GetTableClient(Name);

    public async Task<IdempotencyRecord?> BeginAsync(string partition, string key, string fingerprint, CancellationToken cancellation)
    {
        while (true)
        {
            var now = clock.GetUtcNow();
            var begun = new TableEntity(partition, key) { [Schema] = 1, [Fingerprint] = fingerprint, [BegunAt] = now };
            var known = await _table.FindAsync<TableEntity>(partition, key, cancellation);
            if (known is not null && now - known.GetDateTimeOffset(BegunAt) < (HasEnded(known) ? Kept : Abandoned))
                return new(known.GetString(Fingerprint), HasEnded(known), AnswerOf(known));
            // Noted first: a row without its note would never go, a note without its row does no harm.
            await _table.UpsertEntityAsync(NoteOf(partition, key, now), TableUpdateMode.Replace, cancellation);
            var transaction = new Transaction(_table, partition);
            var committed = await (known is null ? transaction.Insert(begun) : transaction.Replace(begun, known.ETag)).CommitAsync(cancellation);
            if (committed.Succeeded)
                return null;
        }
    }

    public async Task StillAtItAsync(string partition, string key, CancellationToken cancellation)
    {
        try
        {
            await _table.UpdateEntityAsync(new TableEntity(partition, key) { [BegunAt] = clock.GetUtcNow() }, ETag.All, TableUpdateMode.Merge, cancellation);
        }
        catch (RequestFailedException failed) when (failed.Status is 0 or 404 or 429 or >= 500)
        {
            // Said again at the next beat; a request that has ended meanwhile has nothing to say.
        }
    }

    public async Task EndAsync(string partition, string key, byte[]? answer, string? fingerprint, CancellationToken cancellation)
    {
        if (answer is null)
        {
            await _table.DeleteEntityAsync(partition, key, ETag.All, cancellation);
            return;
        }

        if (await _table.FindAsync<TableEntity>(partition, key, cancellation) is not { } row)
            return;
        if (fingerprint is not null)
            row[Fingerprint] = fingerprint;
        var parts = answer.Chunk(PartBytes).ToList();
        row[Parts] = parts.Count <= MostParts ? parts.Count : 0;
        for (var i = 0; i < parts.Count && parts.Count <= MostParts; i++)
            row[$"Answer{i}"] = parts[i];
        await _table.UpdateEntityAsync(row, row.ETag, TableUpdateMode.Replace, cancellation);
    }

    public async Task<int> PurgeAsync(int most, CancellationToken cancellation)
    {
        var (end, notes) = (TimeOf(clock.GetUtcNow() - Kept), new List<TableEntity>());
        var old = TableClient.CreateQueryFilter($"PartitionKey eq {Notes} and RowKey lt {end}");
        await foreach (var note in _table.QueryAsync<TableEntity>(old, most, cancellationToken: cancellation))
        {
            notes.Add(note);
            if (notes.Count == most)
                break;
        }

        await Parallel.ForEachAsync(notes, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellation }, async (note, token) =>
        {
            // A key that was used again meanwhile has a later note too.
            var (partition, key) = (note.GetString(OfPartition), note.GetString(OfKey));
            if (await _table.FindAsync<TableEntity>(partition, key, token) is { } row && clock.GetUtcNow() - row.GetDateTimeOffset(BegunAt) >= Kept)
                await new Transaction(_table, partition).Delete(row).CommitAsync(token);
            await _table.DeleteEntityAsync(Notes, note.RowKey, ETag.All, token);
        });
        return notes.Count;
    }

    private static TableEntity NoteOf(string partition, string key, DateTimeOffset now) =>
        new(Notes, $"{TimeOf(now)}|{Guid.NewGuid():N}") { [Schema] = 1, [OfPartition] = partition, [OfKey] = key };

    private static string TimeOf(DateTimeOffset at) => at.UtcTicks.ToString("D19", CultureInfo.InvariantCulture);

    private static bool HasEnded(TableEntity row) => row.ContainsKey(Parts);

    /// <returns>Null when there is none yet, or it was too large.</returns>
    private static byte[]? AnswerOf(TableEntity row) => row.GetInt32(Parts) is { } parts and > 0
        ? [.. Enumerable.Range(0, parts).SelectMany(i => row.GetBinary($"Answer{i}"))]
        : null;
}

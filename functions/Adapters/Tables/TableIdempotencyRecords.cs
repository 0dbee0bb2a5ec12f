using System.Globalization;
using Azure;
using Azure.Data.Tables;
using ServerlessDrives.Http.Repetition;

namespace ServerlessDrives.Adapters.Tables;

/// <summary>Answers to keyed requests in Table Storage.</summary>
internal sealed class TableIdempotencyRecords(TableServiceClient service, TimeProvider clock) : IIdempotencyRecords
{
    public const string Name = "Idempotency";

    /// <summary>How long an answer is kept.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    /// <summary>After so long without a sign of life, whoever was answering a request has died. Signs come every four seconds.</summary>
    private static readonly TimeSpan Lapse = TimeSpan.FromSeconds(15);

    /// <summary>A binary property ends at 64 KiB, and a row at 1 MiB.</summary>
    private const int PartBytes = 64 * 1024;

    private const int MostParts = 14;

    private const string Schema = "Schema";
    private const string Fingerprint = "Fingerprint";
    private const string BegunAt = "BegunAt";

    /// <summary>What the request does, under the same name however often it is made.</summary>
    private const string OperationId = "Operation";

    /// <summary>By whom it is being answered, and when they were last heard of.</summary>
    private const string Owner = "Owner";
    private const string AliveAt = "AliveAt";

    /// <summary>In how many properties the answer lies; there once the request was answered, 0 when the answer was too large.</summary>
    private const string Parts = "Parts";

    /// <summary>The partition that says which requests began when, the oldest first, so that old ones are found by a range.</summary>
    private const string Notes = "begun";

    private const string OfPartition = "Partition";
    private const string OfKey = "Key";

    private readonly TableClient _table = service.GetTableClient(Name);

    public async Task<IdempotencyRecord> BeginAsync(string partition, string key, string fingerprint, CancellationToken cancellation)
    {
        while (true)
        {
            var now = clock.GetUtcNow();
            var known = await _table.FindAsync<TableEntity>(partition, key, cancellation);
            if (known is not null && now - known.GetDateTimeOffset(BegunAt) < Kept)
            {
                if (
                    HasEnded(known)
                    || now - LastSeen(known) < Lapse
                    || !known.GetString(Fingerprint).StartsWith(fingerprint, StringComparison.Ordinal))
                    return RecordOf(known, isOurs: false);
                if (await TakeOverAsync(known, now, cancellation) is { } taken)
                    return taken;
                continue;
            }

            var begun = new TableEntity(partition, key)
            {
                [Schema] = 1,
                [Fingerprint] = fingerprint,
                [BegunAt] = now,
                [AliveAt] = now,
                [Owner] = Guid.NewGuid(),
                [OperationId] = Guid.CreateVersion7(now),
            };
            // Noted first: a row without its note would never go, a note without its row does no harm.
            await _table.UpsertEntityAsync(NoteOf(partition, key, now), TableUpdateMode.Replace, cancellation);
            var transaction = new Transaction(_table, partition);
            if (
                (
                    await (known is null ? transaction.Insert(begun) : transaction.Replace(begun, known.ETag)).CommitAsync(cancellation)
                ).Succeeded)
                return RecordOf(begun, isOurs: true);
        }
    }

    public Task StillAtItAsync(string partition, string key, CancellationToken cancellation) =>
        TryAsync(() =>
            _table.UpdateEntityAsync(
                new TableEntity(partition, key) { [AliveAt] = clock.GetUtcNow() },
                ETag.All,
                TableUpdateMode.Merge,
                cancellation));

    public async Task<byte[]?> EndAsync(string partition, string key, byte[] answer, string? fingerprint, CancellationToken cancellation)
    {
        while (await _table.FindAsync<TableEntity>(partition, key, cancellation) is { } row)
        {
            if (HasEnded(row))
                return AnswerOf(row);
            if (fingerprint is not null)
                row[Fingerprint] = fingerprint;
            var parts = answer.Chunk(PartBytes).ToList();
            row[Parts] = parts.Count <= MostParts ? parts.Count : 0;
            for (var i = 0; i < parts.Count && parts.Count <= MostParts; i++)
                row[$"Answer{i}"] = parts[i];
            if ((await new Transaction(_table, partition).Replace(row, row.ETag).CommitAsync(cancellation)).Succeeded)
                return null;
        }

        return null;
    }

    public Task AbandonAsync(string partition, string key, Guid owner, CancellationToken cancellation) =>
        TryAsync(async () =>
        {
            while (
                await _table.FindAsync<TableEntity>(partition, key, cancellation) is { } row
                && !HasEnded(row)
                && row.GetGuid(Owner) == owner
            )
            {
                row[AliveAt] = row.GetDateTimeOffset(BegunAt) - Kept;
                if ((await new Transaction(_table, partition).Replace(row, row.ETag).CommitAsync(cancellation)).Succeeded)
                    return;
            }
        });

    public Task ForgetAsync(string partition, string key, CancellationToken cancellation) =>
        _table.DeleteEntityAsync(partition, key, ETag.All, cancellation);

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

        await Parallel.ForEachAsync(
            notes,
            new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellation },
            async (note, token) =>
            {
                // A key that was used again meanwhile has a later note too.
                var (partition, key) = (note.GetString(OfPartition), note.GetString(OfKey));
                if (
                    await _table.FindAsync<TableEntity>(partition, key, token) is { } row
                    && clock.GetUtcNow() - row.GetDateTimeOffset(BegunAt) >= Kept)
                    await new Transaction(_table, partition).Delete(row).CommitAsync(token);
                await _table.DeleteEntityAsync(Notes, note.RowKey, ETag.All, token);
            });
        return notes.Count;
    }

    /// <returns>Null when somebody else was faster.</returns>
    private async Task<IdempotencyRecord?> TakeOverAsync(TableEntity known, DateTimeOffset now, CancellationToken cancellation)
    {
        known[Owner] = Guid.NewGuid();
        known[AliveAt] = now;
        // Rows of before there were operations have none.
        known[OperationId] = known.GetGuid(OperationId) ?? Guid.CreateVersion7(now);
        var committed = await new Transaction(_table, known.PartitionKey).Replace(known, known.ETag).CommitAsync(cancellation);
        return committed.Succeeded ? RecordOf(known, isOurs: true, isRepeated: true) : null;
    }

    private static IdempotencyRecord RecordOf(TableEntity row, bool isOurs, bool isRepeated = false) =>
        new(
            row.GetString(Fingerprint),
            new(row.GetGuid(OperationId) ?? Guid.Empty, row.GetDateTimeOffset(BegunAt)!.Value, isRepeated),
            row.GetGuid(Owner) ?? Guid.Empty,
            isOurs,
            HasEnded(row),
            AnswerOf(row));

    private static DateTimeOffset LastSeen(TableEntity row) => row.GetDateTimeOffset(AliveAt) ?? row.GetDateTimeOffset(BegunAt)!.Value;

    /// <summary>For what is only said to be helpful: where it can't be said, the request counts as abandoned a few seconds later.</summary>
    private static async Task TryAsync(Func<Task> write)
    {
        try
        {
            await write();
        }
        catch (Exception failed) when (TableFailures.IsPassing(failed) || failed is RequestFailedException { Status: 404 })
        {
            // Said again at the next beat; a request that has ended meanwhile has nothing to say.
        }
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

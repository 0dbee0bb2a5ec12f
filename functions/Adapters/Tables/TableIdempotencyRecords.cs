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

    /// <summary>A binary property ends at 64 KiB.</summary>
    private const int MostBytes = 64 * 1024;

    private readonly TableClient _table = service.GetTableClient(Name);

    public async Task<IdempotencyRecord?> BeginAsync(string partition, string key, string fingerprint, CancellationToken cancellation)
    {
        while (true)
        {
            var now = clock.GetUtcNow();
            var begun = new RecordRow { RowKey = key, Fingerprint = fingerprint, BegunAt = now };
            var known = await _table.FindAsync<RecordRow>(partition, key, cancellation);
            if (known is not null && now - known.BegunAt < (known.Ended ? Kept : Abandoned))
                return new(known.Fingerprint, known.Ended ? known.Answer : null);
            var transaction = new Transaction(_table, partition);
            var committed = await (known is null ? transaction.Insert(begun) : transaction.Replace(begun, known.ETag)).CommitAsync(cancellation);
            if (committed.Succeeded)
                return null;
        }
    }

    public async Task EndAsync(string partition, string key, byte[]? answer, CancellationToken cancellation)
    {
        if (answer is null or { Length: > MostBytes })
        {
            await _table.DeleteEntityAsync(partition, key, ETag.All, cancellation);
            return;
        }

        if (await _table.FindAsync<RecordRow>(partition, key, cancellation) is not { } row)
            return;
        row.Ended = true;
        row.Answer = answer;
        await _table.UpdateEntityAsync(row, row.ETag, TableUpdateMode.Replace, cancellation);
    }

    private sealed class RecordRow : Row
    {
        public string Fingerprint { get; set; } = "";
        public DateTimeOffset BegunAt { get; set; }
        public bool Ended { get; set; }
        public byte[]? Answer { get; set; }
    }
}

using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging;
using ServerlessDrives.Drives;
using ServerlessDrives.Health;

namespace ServerlessDrives.Adapters.Tables;

/// <summary>
/// Which drives are looked at: a partition for each shard, its rows in the order of the drives' turns, and one for the shards' positions.
/// </summary>
internal sealed class TableHealthSchedules(TableServiceClient service, ILogger<TableHealthSchedules> log) : IHealthSchedules
{
    public const string Name = "HealthRounds";
    private const string Positions = "positions";

    /// <summary>Drives: each page is a request, and a page or two are held at a time for each shard that is being swept.</summary>
    private const int Page = 320;

    /// <summary>
    /// How many drives are left to be looked at when the next page is read: some tenths of a second's, and storage takes some hundredths.
    /// </summary>
    private const int Ahead = 40;

    /// <summary>A look takes no more than this, and storage is read several times as fast for it.</summary>
    private static readonly string[] Read = [nameof(ITableEntity.RowKey), nameof(LookRow.Brief)];

    private readonly TableClient _table = service.GetTableClient(Name);

    public int Shards => 16;

    public async Task EnrollAsync(Drive drive, DateTimeOffset now, CancellationToken cancellation)
    {
        var look = new KeptLook(drive, HealthMemory.None, drive.Health.Status, now);
        var row = RowOf(look);
        if ((await new Transaction(_table, row.PartitionKey).Insert(row).CommitAsync(cancellation)).Succeeded)
            return;
        // What was told of it is kept, and what is remembered but for the refusals of other credentials.
        if (await _table.FindAsync<LookRow>(row.PartitionKey, row.RowKey, cancellation) is { } known && TryRead(known) is { } kept)
            row = RowOf(kept with { Drive = drive, Memory = kept.Memory with { Failures = 0 } });
        await _table.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellation);
    }

    public Task WithdrawAsync(DriveId drive, CancellationToken cancellation) =>
        _table.DeleteEntityAsync(PartitionOf(HealthSchedule.ShardOf(drive, Shards)), HealthSchedule.KeyOf(drive), ETag.All, cancellation);

    public IAsyncEnumerable<DueLook> DueAsync(int shard, IReadOnlyList<KeyRange> ranges, int most, CancellationToken cancellation) =>
        ranges.Count == 0
            ? AsyncEnumerable.Empty<DueLook>()
            : DueAsync(shard, ranges, most, BeginPage(shard, ranges[0], Math.Min(most, Page), cancellation), cancellation);

    /// <param name="reading">The first page of the first range.</param>
    private async IAsyncEnumerable<DueLook> DueAsync(
        int shard,
        IReadOnlyList<KeyRange> ranges,
        int most,
        Task<Queue<LookRow>>? reading,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var range in ranges)
        {
            var size = Math.Min(most, Page);
            for (reading ??= BeginPage(shard, range, size, cancellation); reading is not null;)
            {
                var rows = await reading;
                most -= rows.Count;
                var next = rows.Count == size && most > 0 ? range with { After = rows.Last().RowKey } : null;
                size = Math.Min(most, Page);
                reading = null;
                // Rows are let go of as they are taken, so that no more than a page is held for each shard.
                while (rows.TryDequeue(out var row))
                {
                    if (next is not null && reading is null && rows.Count <= Ahead)
                        reading = BeginPage(shard, next, size, cancellation);
                    if (await LookOfAsync(shard, row, range.Start, cancellation) is { } look)
                        yield return look;
                }
            }

            if (most == 0)
                yield break;
        }
    }

    public async Task RememberAsync(
        Drive drive,
        HealthMemory memory,
        HealthStatus told,
        DateTimeOffset enrolledAt,
        CancellationToken cancellation)
    {
        var row = RowOf(new(drive, memory, told, enrolledAt));
        // An update, not an upsert: a row that was withdrawn meanwhile must not come back.
        await new Transaction(_table, row.PartitionKey).Replace(row, ETag.All).CommitAsync(cancellation);
    }

    public async Task<IReadOnlyDictionary<int, SweepPosition>> PositionsAsync(CancellationToken cancellation)
    {
        var positions = new Dictionary<int, SweepPosition>();
        await foreach (
            var row in _table.QueryAsync<PositionRow>(
                TableClient.CreateQueryFilter($"PartitionKey eq {Positions}"),
                cancellationToken: cancellation))
            positions[int.Parse(row.RowKey, CultureInfo.InvariantCulture)] = new(row.Since, row.At, row.After);
        return positions;
    }

    public async Task AdvanceAsync(IReadOnlyDictionary<int, SweepPosition> positions, CancellationToken cancellation)
    {
        var transaction = new Transaction(_table, Positions);
        foreach (var (shard, position) in positions)
            transaction.Put(
                new PositionRow
                {
                    RowKey = shard.ToString("D2", CultureInfo.InvariantCulture),
                    Since = position.Since,
                    At = position.At,
                    After = position.After,
                });
        await transaction.CommitAsync(cancellation);
    }

    private Task<Queue<LookRow>> BeginPage(int shard, KeyRange range, int size, CancellationToken cancellation)
    {
        var reading = PageAsync(shard, range, size, cancellation);
        // Nobody may come back for it: then its failure is nobody's.
        _ = reading.ContinueWith(
            static failed => failed.Exception,
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted,
            TaskScheduler.Default);
        return reading;
    }

    private async Task<Queue<LookRow>> PageAsync(int shard, KeyRange range, int size, CancellationToken cancellation)
    {
        var filter = TableClient.CreateQueryFilter(
            $"PartitionKey eq {PartitionOf(shard)} and RowKey gt {range.After} and RowKey lt {range.End}");
        var rows = new Queue<LookRow>(size);
        await foreach (var row in _table.QueryAsync<LookRow>(filter, size, Read, cancellation))
        {
            rows.Enqueue(row);
            if (rows.Count == size)
                break;
        }

        return rows;
    }

    private async ValueTask<DueLook?> LookOfAsync(int shard, LookRow row, DateTimeOffset start, CancellationToken cancellation)
    {
        try
        {
            if (BriefLook.Read(row.Brief, row.RowKey, start) is { } look)
                return look;
        }
        catch (Exception broken) when (broken is InvalidDataException or FormatException or JsonException)
        {
            log.LogWarning(broken, "The brief part of the row {Row} of the health rounds can't be read; all of it is.", row.RowKey);
        }

        // Written by an earlier version, or a later one: read as a whole, and written as this one does.
        if (
            await _table.FindAsync<LookRow>(PartitionOf(shard), row.RowKey, cancellation) is not { } whole
            || TryRead(whole) is not { } kept)
            return null;
        await new Transaction(_table, whole.PartitionKey).Replace(RowOf(kept), whole.ETag).CommitAsync(cancellation);
        return new(row.RowKey, start, LookTarget.Of(kept.Drive), kept.Memory, kept.Told, kept.EnrolledAt);
    }

    private KeptLook? TryRead(LookRow row)
    {
        try
        {
            return Stored.Read<KeptLook>(row.Look);
        }
        catch (Exception broken) when (broken is InvalidDataException or JsonException)
        {
            // One row that can't be read must not keep the others of its shard from being looked at.
            log.LogError(broken, "The row {Row} of the health rounds can't be read.", row.RowKey);
            return null;
        }
    }

    private LookRow RowOf(KeptLook look) => new()
    {
        PartitionKey = PartitionOf(HealthSchedule.ShardOf(look.Drive.Id, Shards)),
        RowKey = HealthSchedule.KeyOf(look.Drive.Id),
        Look = Stored.Write(look),
        Brief = BriefLook.Write(LookTarget.Of(look.Drive), look.Memory, look.Told, look.EnrolledAt),
    };

    private static string PartitionOf(int shard) => $"shard-{shard:D2}";

    private sealed class LookRow : Row
    {
        /// <summary>A <see cref="KeptLook"/> as JSON.</summary>
        public string Look { get; set; } = "";

        /// <summary>What a sweep reads of it: a <see cref="BriefLook"/>. Null in rows of versions that had none.</summary>
        public string? Brief { get; set; }
    }

    private sealed record KeptLook(Drive Drive, HealthMemory Memory, HealthStatus Told, DateTimeOffset EnrolledAt);

    private sealed class PositionRow : Row
    {
        public DateTimeOffset Since { get; set; }
        public DateTimeOffset At { get; set; }
        public string After { get; set; } = "";
    }
}

/// <summary>When drives that are well were last looked at: nothing is written of such a look but the position of the whole shard.</summary>
internal sealed class LastLooks(IHealthSchedules rounds, HealthOptions options, TimeProvider clock)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);

    private readonly HealthSchedule _turns = new(options.Every);
    private (DateTimeOffset At, IReadOnlyDictionary<int, SweepPosition> Positions)? _read;

    /// <summary>The drive as it is shown: with the time of the latest look.</summary>
    public async ValueTask<Drive> ShowAsync(Drive drive, CancellationToken cancellation)
    {
        if (drive.Health.Status is not HealthStatus.Healthy)
            return drive;
        var now = clock.GetUtcNow();
        if (_read is not { } read || now - read.At > Fresh)
            _read = read = (now, await rounds.PositionsAsync(cancellation));
        return read.Positions.TryGetValue(HealthSchedule.ShardOf(drive.Id, rounds.Shards), out var position)
            && _turns.LastTurnOf(drive.Id, position) is { } looked
            && !(looked <= drive.Health.CheckedAt)
                ? drive with { Health = drive.Health with { CheckedAt = looked } }
                : drive;
    }
}

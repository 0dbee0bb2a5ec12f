using System.Globalization;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging;
using ServerlessDrives.Drives;
using ServerlessDrives.Health;

namespace ServerlessDrives.Adapters.Tables;

/// <summary>Which drives are looked at: a partition for each shard, its rows in the order of the drives' turns, and one for the shards' positions.</summary>
internal sealed class TableHealthRounds(TableServiceClient service, ILogger<TableHealthRounds> log) : IHealthRounds
{
    public const string Name = "HealthRounds";
    private const string Positions = "positions";
    private const int LargestPage = 1000;

    private readonly TableClient _table = service.GetTableClient(Name);

    public int Shards => 16;

    public async Task EnrollAsync(Drive drive, DateTimeOffset now, CancellationToken cancellation)
    {
        var row = RowOf(drive);
        (row.Told, row.EnrolledAt) = (drive.Health.Status.ToString(), now);
        if ((await new Transaction(_table, row.PartitionKey).Insert(row).CommitAsync(cancellation)).Succeeded)
            return;
        // What was told of it, and what is remembered, is kept.
        if (await _table.FindAsync<LookRow>(row.PartitionKey, row.RowKey, cancellation) is { } known)
            (row.Told, row.EnrolledAt, row.WriteProbedAt, row.WritesRefused) = (known.Told, known.EnrolledAt, known.WriteProbedAt, known.WritesRefused);
        await _table.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellation);
    }

    public Task WithdrawAsync(DriveId drive, CancellationToken cancellation) =>
        _table.DeleteEntityAsync(PartitionOf(Rounds.ShardOf(drive, Shards)), Rounds.KeyOf(drive), ETag.All, cancellation);

    public async Task<IReadOnlyList<DueLook>> DueAsync(int shard, IReadOnlyList<KeyRange> ranges, int most, CancellationToken cancellation)
    {
        var looks = new List<DueLook>();
        foreach (var range in ranges)
        {
            var filter = TableClient.CreateQueryFilter($"PartitionKey eq {PartitionOf(shard)} and RowKey gt {range.After} and RowKey lt {range.End}");
            await foreach (var row in _table.QueryAsync<LookRow>(filter, Math.Min(most - looks.Count, LargestPage), cancellationToken: cancellation))
            {
                if (Read(row, range.Start) is { } look)
                    looks.Add(look);
                if (looks.Count == most)
                    return looks;
            }
        }

        return looks;
    }

    public async Task RememberAsync(DueLook look, CancellationToken cancellation)
    {
        var row = RowOf(look.Drive);
        (row.Told, row.EnrolledAt) = (look.Told.ToString(), look.EnrolledAt);
        (row.Failures, row.WriteProbedAt, row.WritesRefused) = (look.Memory.Failures, look.Memory.WriteProbedAt, look.Memory.WritesRefused);
        // An update, not an upsert: a row that was withdrawn meanwhile must not come back.
        await new Transaction(_table, row.PartitionKey).Replace(row, ETag.All).CommitAsync(cancellation);
    }

    public async Task<IReadOnlyDictionary<int, SweepPosition>> PositionsAsync(CancellationToken cancellation)
    {
        var positions = new Dictionary<int, SweepPosition>();
        await foreach (var row in _table.QueryAsync<PositionRow>(TableClient.CreateQueryFilter($"PartitionKey eq {Positions}"), cancellationToken: cancellation))
            positions[int.Parse(row.RowKey, CultureInfo.InvariantCulture)] = new(row.Since, row.At, row.After);
        return positions;
    }

    public Task AdvanceAsync(int shard, SweepPosition position, CancellationToken cancellation) =>
        _table.UpsertEntityAsync(
            new PositionRow { PartitionKey = Positions, RowKey = shard.ToString("D2", CultureInfo.InvariantCulture), Since = position.Since, At = position.At, After = position.After },
            TableUpdateMode.Replace,
            cancellation);

    private DueLook? Read(LookRow row, DateTimeOffset start)
    {
        try
        {
            return new(row.RowKey, start, Stored.Read<Drive>(row.Drive), new(row.Failures, row.WriteProbedAt, row.WritesRefused), Stored.Enum<HealthStatus>(row.Told), row.EnrolledAt);
        }
        catch (Exception broken) when (broken is InvalidDataException or JsonException)
        {
            // One row that can't be read must not keep the others of its shard from being looked at.
            log.LogError(broken, "The row {Row} of the health rounds can't be read.", row.RowKey);
            return null;
        }
    }

    private LookRow RowOf(Drive drive) =>
        new() { PartitionKey = PartitionOf(Rounds.ShardOf(drive.Id, Shards)), RowKey = Rounds.KeyOf(drive.Id), Drive = Stored.Write(drive) };

    private static string PartitionOf(int shard) => $"shard-{shard:D2}";

    private sealed class LookRow : Row
    {
        /// <summary>The drive as JSON: sweeps read rows by the thousand, and few columns are read several times as fast as many.</summary>
        public string Drive { get; set; } = "";

        public string Told { get; set; } = "";
        public DateTimeOffset EnrolledAt { get; set; }
        public int Failures { get; set; }
        public DateTimeOffset? WriteProbedAt { get; set; }
        public bool WritesRefused { get; set; }
    }

    private sealed class PositionRow : Row
    {
        public DateTimeOffset Since { get; set; }
        public DateTimeOffset At { get; set; }
        public string After { get; set; } = "";
    }
}

/// <summary>When drives that are well were last looked at: nothing is written of such a look but the position of the whole shard.</summary>
internal sealed class LastLooks(IHealthRounds rounds, HealthOptions options, TimeProvider clock)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);

    private readonly Rounds _turns = new(options.Every);
    private (DateTimeOffset At, IReadOnlyDictionary<int, SweepPosition> Positions)? _read;

    /// <summary>The drive as it is shown: with the time of the latest look.</summary>
    public async ValueTask<Drive> ShowAsync(Drive drive, CancellationToken cancellation)
    {
        if (drive.Health.Status is not HealthStatus.Healthy)
            return drive;
        var now = clock.GetUtcNow();
        if (_read is not { } read || now - read.At > Fresh)
            _read = read = (now, await rounds.PositionsAsync(cancellation));
        return read.Positions.TryGetValue(Rounds.ShardOf(drive.Id, rounds.Shards), out var position)
            && _turns.LastTurnOf(drive.Id, position) is { } looked
            && !(looked <= drive.Health.CheckedAt)
                ? drive with { Health = drive.Health with { CheckedAt = looked } }
                : drive;
    }
}

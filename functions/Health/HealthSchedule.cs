using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ServerlessDrives.Health;

/// <summary>
/// When each drive's turn is. Time is cut into rounds of one interval; in each, a drive has a place of its own that its id alone decides,
/// so that looks are spread evenly and for good, and nothing has to be written to schedule the next one.
/// </summary>
public sealed class HealthSchedule(TimeSpan every)
{
    /// <summary>Into how many places a round is cut.</summary>
    public const int Places = 1 << 16;

    private const string End = "~";

    public TimeSpan Every => every;

    public static int PlaceOf(DriveId drive) => BinaryPrimitives.ReadUInt16BigEndian(Hash(drive).AsSpan(2));

    public static int ShardOf(DriveId drive, int shards) => Hash(drive)[0] % shards;

    /// <summary>The drive's key: its place, then its id. Keys sort by place.</summary>
    public static string KeyOf(DriveId drive) => $"{Text(PlaceOf(drive))}|{drive}";

    /// <summary>When the round began in which this moment lies.</summary>
    public DateTimeOffset StartOf(DateTimeOffset at) => new(at.UtcTicks - (at.UtcTicks % every.Ticks), TimeSpan.Zero);

    /// <summary>Everything up to this moment is done.</summary>
    public SweepPosition Whole(DateTimeOffset since, DateTimeOffset at) => new(since, at, Text(PlaceAt(at)) + End);

    /// <summary>Where to go on from. What was missed for longer than a round is looked at once, not as often as it was missed.</summary>
    public SweepPosition Resume(SweepPosition? left, DateTimeOffset now)
    {
        var oldest = now - every;
        if (left is null || left.At < oldest)
            return Whole(oldest, oldest);
        // After a change of the interval the places mean other times.
        return left.After.StartsWith(Text(PlaceAt(left.At)), StringComparison.Ordinal) ? left : Whole(left.At, left.At);
    }

    /// <summary>
    /// The keys whose turn comes after a position and up to a moment that is at most a round later, in the order of their turns.
    /// </summary>
    public IReadOnlyList<KeyRange> Between(SweepPosition from, DateTimeOffset until)
    {
        ArgumentNullException.ThrowIfNull(from);
        if (until <= from.At)
            return [];
        var (first, last) = (StartOf(from.At), StartOf(until));
        var end = Text(PlaceAt(until)) + End;
        return first == last ? [new(first, from.After, end)] : [new(first, from.After, End), new(last, "", end)];
    }

    /// <summary>When a key's turn was in the round that began at this moment.</summary>
    public DateTimeOffset TurnOf(string key, DateTimeOffset start)
    {
        ArgumentNullException.ThrowIfNull(key);
        return TurnOf(int.Parse(key.AsSpan(0, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture), start);
    }

    /// <summary>When the drive was last looked at, as far as the position of its shard tells; null when that is not known.</summary>
    public DateTimeOffset? LastTurnOf(DriveId drive, SweepPosition position)
    {
        ArgumentNullException.ThrowIfNull(position);
        var done = position.After.EndsWith(End, StringComparison.Ordinal) ? position.At : position.At - TimeSpan.FromTicks(1);
        var turn = TurnOf(PlaceOf(drive), StartOf(done));
        if (turn > done)
            turn -= every;
        return turn > position.Since ? turn : null;
    }

    private static string Text(int place) => place.ToString("X4", CultureInfo.InvariantCulture);

    private int PlaceAt(DateTimeOffset at) => (int)((Int128)(at.UtcTicks % every.Ticks) * Places / every.Ticks);

    // Rounded up, so that the place at this moment is this place.
    private DateTimeOffset TurnOf(int place, DateTimeOffset start) =>
        start.AddTicks((long)((((Int128)place * every.Ticks) + Places - 1) / Places));

    private static byte[] Hash(DriveId drive) => SHA256.HashData(Encoding.UTF8.GetBytes(drive.Value));
}

/// <summary>How far the looks of one shard have come.</summary>
/// <param name="Since">From when on no turn was missed.</param>
/// <param name="At">Up to when all turns are done.</param>
/// <param name="After">Of the turns at that very moment, up to which key.</param>
public sealed record SweepPosition(DateTimeOffset Since, DateTimeOffset At, string After);

/// <param name="Start">When the round began.</param>
/// <param name="After">Exclusive.</param>
/// <param name="End">Exclusive.</param>
public sealed record KeyRange(DateTimeOffset Start, string After, string End);

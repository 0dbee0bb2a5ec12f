using Microsoft.Extensions.Time.Testing;
using ServerlessDrives.Adapters.Aws.Reading;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Unit.Reading;

/// <summary>How many connections one reader gets, by who waits for whom.</summary>
public sealed class ParallelReads
{
    private const int Range = ParallelContent.RangeBytes;

    /// <summary>Bytes a second that S3 gives a connection.</summary>
    private const double PerConnection = 40e6;

    /// <summary>Each four bytes say where they are.</summary>
    private static readonly byte[] Bytes = System
        .Runtime.InteropServices.MemoryMarshal.AsBytes(Enumerable.Range(0, 15 << 20).ToArray().AsSpan())
        .ToArray();

    private readonly FakeTimeProvider _clock = new();
    private readonly ReadAheadBudget _budget = new();
    private readonly List<(long From, long To)> _opened = [];

    [Fact]
    public async Task A_reader_that_waits_gets_ranges_ahead_and_every_byte_once_in_its_place()
    {
        await using var content = Of(File(40));
        IsFile(await ReadAsync(content, 40 << 20));
        _opened.Count.ShouldBeGreaterThan(5);
        _opened.ShouldAllBe(range => range.To - range.From <= Range);
        _opened.Sort();
        _opened.Zip(_opened.Skip(1)).ShouldAllBe(pair => pair.First.To == pair.Second.From);
        _budget.Held.ShouldBe(0);
    }

    [Fact]
    public async Task A_reader_that_is_slower_than_one_connection_gets_no_other()
    {
        await using var content = Of(File(20));
        IsFile(await ReadAsync(content, 20 << 20, bytesPerSecond: 1e6));
        _opened.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_reader_that_becomes_slow_soon_holds_nothing()
    {
        await using var content = Of(File(60));
        await ReadAsync(content, 30 << 20);
        _budget.Held.ShouldBeGreaterThan(0);
        await ReadAsync(content, 20 << 20, bytesPerSecond: 1e6);
        _budget.Held.ShouldBe(0);
    }

    [Fact]
    public async Task A_connection_that_S3_does_not_hold_back_is_enough()
    {
        await using var content = Of(File(20), perConnection: 500e6);
        await ReadAsync(content, 20 << 20);
        _opened.ShouldBeEmpty();
    }

    [Fact]
    public async Task However_many_read_at_once_hold_no_more_than_the_budget_in_even_shares()
    {
        var readers = Enumerable.Range(0, 6).Select(_ => Of(File(60), clock: new())).ToList();
        for (var turn = 0; turn < 8; turn++)
        {
            foreach (var reader in readers)
            {
                await ReadAsync(reader, 5 << 20);
                _budget.Held.ShouldBeLessThanOrEqualTo(ReadAheadBudget.MostRanges);
            }
        }

        _budget.Held.ShouldBeInRange(6, ReadAheadBudget.MostRanges / 6 * 6);
        foreach (var reader in readers)
            await reader.DisposeAsync();
        _budget.Held.ShouldBe(0);
    }

    [Fact]
    public async Task A_range_that_S3_does_not_send_is_asked_for_once_more()
    {
        var refusals = 1;
        await using var content = Of(File(40), refuses: (from, _) => from > (20 << 20) && Interlocked.Decrement(ref refusals) >= 0);
        IsFile(await ReadAsync(content, 40 << 20));
        refusals.ShouldBeLessThan(0);
    }

    [Fact]
    public async Task A_range_that_S3_never_sends_is_an_error_and_nothing_behind_it_is_handed_on()
    {
        await using var content = Of(File(40), refuses: (_, to) => to > (20 << 20));
        await Should.ThrowAsync<IOException>(() => ReadAsync(content, 40 << 20));
        content.Position.ShouldBeLessThanOrEqualTo(20 << 20);
    }

    private static Memory<byte> File(int mebibytes) => Bytes.AsMemory(0, mebibytes << 20);

    private static void IsFile(byte[] read) => read.AsSpan().SequenceEqual(Bytes.AsSpan(0, read.Length)).ShouldBeTrue();

    private ParallelContent Of(
        Memory<byte> file,
        double perConnection = PerConnection,
        Func<long, long, bool>? refuses = null,
        FakeTimeProvider? clock = null)
    {
        var time = clock ?? _clock;
        return new(
            new Connection(file, 0, file.Length, bytes => time.Advance(TimeSpan.FromSeconds(bytes / perConnection))),
            (from, to, _) =>
            {
                lock (_opened)
                    _opened.Add((from, to));
                if (refuses?.Invoke(from, to) == true)
                    throw new IOException("S3 doesn't send it.");
                // What is read ahead comes while others are taken: it takes none of the reader's time.
                return Task.FromResult<Stream>(new Connection(file, from, to, takes: null));
            },
            _budget,
            time);
    }

    private async Task<byte[]> ReadAsync(Stream content, long bytes, double? bytesPerSecond = null)
    {
        var all = new MemoryStream((int)bytes);
        var buffer = new byte[100_000];
        while (
            all.Length < bytes
            && await content.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, bytes - all.Length))) is > 0 and var read)
        {
            all.Write(buffer, 0, read);
            if (bytesPerSecond is { } pace)
                _clock.Advance(TimeSpan.FromSeconds(read / pace));
        }

        return all.ToArray();
    }

    /// <summary>Bytes of the file, and how long they take.</summary>
    private sealed class Connection(Memory<byte> file, long from, long to, Action<int>? takes) : ForwardStream(to - from)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = (int)Math.Min(buffer.Length, Length - Taken);
            file.Slice((int)(from + Taken), read).CopyTo(buffer);
            Taken += read;
            takes?.Invoke(read);
            return ValueTask.FromResult(read);
        }
    }
}

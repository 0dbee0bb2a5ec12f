using ServerlessDrives.Access;
using ServerlessDrives.Files;

namespace ServerlessDrives.Adapters.Aws.Listing;

/// <summary>An entry of a list, and the key or common prefix that S3 names it by.</summary>
internal sealed record Listed(string Key, FileEntry Entry);

/// <summary>What S3 answered, less what was handed out of it.</summary>
/// <param name="Token">S3's own, that it was asked with; null for the beginning.</param>
/// <param name="Next">S3's own, that goes on behind it; null at the end.</param>
/// <param name="Source">The call that it came by, and those behind it.</param>
internal sealed record ListBatch(IReadOnlyList<Listed> Entries, string? Token, string? Next, ListCall Source);

/// <summary>
/// S3 lists a thousand keys as fast as five hundred, which is what a page of ours holds, so what comes behind a full page is kept for the
/// one who turns it: for five seconds, and not beyond a change that is made through here. It is taken once. Whoever comes to another
/// instance, or later, has S3 asked again: a cursor holds all that is needed.
/// </summary>
internal sealed class ListAhead(TimeProvider clock)
{
    private const int Most = 32;
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly LinkedList<Kept> _kept = new();
    private readonly long[] _changes = new long[256];

    /// <param name="Changes">How often drives have changed by then that share a counter with the one that is listed.</param>
    /// <param name="At">By the clock's timestamp.</param>
    internal sealed record Moment(long Changes, long At);

    /// <summary>To be asked before S3 is.</summary>
    public Moment Now(DriveId drive) => new(Interlocked.Read(ref CounterOf(drive)), clock.GetTimestamp());

    /// <summary>Keeps what comes next, or is still on its way, unless the drive has changed since S3 was asked.</summary>
    /// <param name="cursor">Where it begins.</param>
    /// <param name="batch">Without a value where it couldn't be had.</param>
    public void Keep(DriveId drive, string cursor, Task<Result<ListBatch, Fault>> batch, Moment asked)
    {
        lock (_lock)
        {
            if (CounterOf(drive) != asked.Changes)
                return;
            while (_kept.First is { Value: var oldest } && (_kept.Count >= Most || clock.GetElapsedTime(oldest.At) > Life))
                _kept.RemoveFirst();
            _kept.AddLast(new Kept(drive, cursor, batch, asked.At));
        }
    }

    /// <summary>Null when there is nothing that is still good.</summary>
    public async ValueTask<ListBatch?> TakeAsync(DriveId drive, string cursor, CancellationToken cancellation)
    {
        Kept? found = null;
        lock (_lock)
        {
            for (var node = _kept.Last; node is not null && found is null; node = node.Previous)
            {
                if (node.Value.Drive != drive || node.Value.Cursor != cursor)
                    continue;
                found = node.Value;
                _kept.Remove(node);
            }
        }

        if (found is null || clock.GetElapsedTime(found.At) > Life)
            return null;
        await ((Task)found.Batch).WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellation.ThrowIfCancellationRequested();
        // Whoever is told of a failure here wouldn't have met it without us: S3 is asked again.
        return found.Batch.IsCompletedSuccessfully && (await found.Batch).TryGet(out var batch, out _) ? batch : null;
    }

    /// <summary>Something on the drive has changed.</summary>
    public void Forget(DriveId drive)
    {
        lock (_lock)
        {
            CounterOf(drive)++;
            for (var node = _kept.First; node is not null;)
            {
                var next = node.Next;
                if (node.Value.Drive == drive)
                    _kept.Remove(node);
                node = next;
            }
        }
    }

    private ref long CounterOf(DriveId drive) => ref _changes[(uint)drive.GetHashCode() % _changes.Length];

    private sealed record Kept(DriveId Drive, string Cursor, Task<Result<ListBatch, Fault>> Batch, long At);
}

using ServerlessDrives.Files;

namespace ServerlessDrives.Adapters.Aws;

/// <summary>An entry of a list, and the key or common prefix that S3 names it by.</summary>
internal sealed record Listed(string Key, FileEntry Entry);

/// <summary>What S3 answered, less what was handed out of it.</summary>
/// <param name="Token">S3's own, that it was asked with; null for the beginning.</param>
/// <param name="Next">S3's own, that goes on behind it; null at the end.</param>
internal sealed record ListBatch(IReadOnlyList<Listed> Entries, string? Token, string? Next);

/// <summary>
/// S3 lists a thousand keys as fast as five hundred, which is what a page of ours holds, so what comes behind a full page is kept for the one who turns it: for
/// five seconds, and not beyond a change that is made through here. It is taken once. Whoever comes to another instance, or later, has S3 asked again: a cursor
/// holds all that is needed.
/// </summary>
internal sealed class ListAhead(TimeProvider clock)
{
    private const int Most = 64;
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly LinkedList<Kept> _kept = new();

    /// <summary>Keeps what comes next, or is still on its way; null is what couldn't be had.</summary>
    /// <param name="cursor">Where it begins.</param>
    public void Keep(DriveId drive, string cursor, Task<ListBatch?> batch)
    {
        lock (_lock)
        {
            while (_kept.First is { Value: var oldest } && (_kept.Count >= Most || clock.GetElapsedTime(oldest.At) > Life))
                _kept.RemoveFirst();
            _kept.AddLast(new Kept(drive, cursor, batch, clock.GetTimestamp()));
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

        return found is not null && clock.GetElapsedTime(found.At) <= Life ? await found.Batch.WaitAsync(cancellation) : null;
    }

    /// <summary>Something on the drive has changed.</summary>
    public void Forget(DriveId drive)
    {
        lock (_lock)
        {
            for (var node = _kept.First; node is not null;)
            {
                var next = node.Next;
                if (node.Value.Drive == drive)
                    _kept.Remove(node);
                node = next;
            }
        }
    }

    private sealed record Kept(DriveId Drive, string Cursor, Task<ListBatch?> Batch, long At);
}

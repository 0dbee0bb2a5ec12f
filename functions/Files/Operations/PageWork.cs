using System.Collections.Concurrent;

namespace ServerlessDrives.Files.Operations;

/// <param name="ETag">Of the copy; null where S3 doesn't say.</param>
internal sealed record CopiedKey(KeyState Source, DriveKey Target, string? ETag);

/// <summary>What has come of a page's files so far.</summary>
internal sealed class PageWork(FileOperation operation, OperationDrives drives)
{
    private Refusal? _lastRefusal;
    private int _refused;

    public FileOperation Operation => operation;

    public OperationDrives Drives => drives;

    public ConcurrentBag<CopiedKey> Copied { get; } = [];

    public ConcurrentBag<LeftFile> Left { get; } = [];

    public ConcurrentDictionary<DriveKey, bool> Touched { get; } = new();

    public List<CopiedKey> Proven { get; } = [];

    /// <summary>Why the page has to be repeated; what was copied is finished all the same.</summary>
    public Refusal? Interruption { get; private set; }

    /// <returns>Whether it is copied.</returns>
    public bool Note(KeyState state, DriveKey target, Result<CopiedFile, Refusal> outcome)
    {
        if (!outcome.TryGet(out var copied, out var refusal))
        {
            if (refusal.IsPassing())
            {
                Interruption = refusal;
                return false;
            }

            if (refusal.Kind is RefusalKind.RefusedByAws)
            {
                _lastRefusal = refusal;
                Interlocked.Increment(ref _refused);
            }

            Leave(state, (refusal.Code, refusal.Detail));
            return false;
        }

        if (copied.Outcome is CopyOutcome.Copied)
        {
            Touched[state.Key] = true;
            Copied.Add(new(state, target, copied.ETag));
            return true;
        }

        Leave(state, copied.Outcome is CopyOutcome.Exists ? LeftReasons.Exists : LeftReasons.Changed);
        return false;
    }

    /// <summary>The refusal that every file of the page met, so that there is no point in going on.</summary>
    public Refusal? AllRefused(int wanted) => wanted > 0 && _refused == wanted ? _lastRefusal : null;

    private void Leave(KeyState state, (string Code, string Detail) why)
    {
        Touched[state.Key] = true;
        Left.Add(LeftReasons.Of(operation, state, why, isUnderBoth: false));
    }
}

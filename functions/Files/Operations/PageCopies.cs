namespace ServerlessDrives.Files.Operations;

/// <summary>Copies a page's files: several small ones at a time, or a step of a large one.</summary>
public sealed class PageCopies(IFileCopies copies, StreamedCopies streamed, FileOperationOptions options)
{
    private const int WithinAtOnce = 16;
    private const int StreamedAtOnce = 6;

    internal bool IsLarge(KeyState state, OperationDrives drives) => state.Size >= (
        copies.CopiesWithin(drives.From, drives.To) ? options.CopiedInPartsFrom : options.StreamedInPartsFrom);

    internal async Task SmallAsync(
        PageWork work,
        IReadOnlyList<KeyState> wanted,
        IReadOnlyDictionary<DriveKey, KeyState> present,
        PageProgress progress,
        CancellationToken cancellation)
    {
        var within = copies.CopiesWithin(work.Drives.From, work.Drives.To);
        await Parallel.ForEachAsync(
            wanted,
            new ParallelOptions { MaxDegreeOfParallelism = within ? WithinAtOnce : StreamedAtOnce, CancellationToken = cancellation },
            async (state, token) =>
            {
                var file = new FileToCopy(work.Drives.From, state, work.Drives.To, work.Operation.TargetOf(state.Key));
                Result<CopiedFile, Refusal> copied;
                if (present.TryGetValue(file.Target, out var there))
                {
                    copied = (await copies.IsSameAsync(file, there, token)).Match<Result<CopiedFile, Refusal>>(
                        same => new CopiedFile(same ? CopyOutcome.Copied : CopyOutcome.Exists, there.ETag),
                        refusal => refusal);
                }
                else if (progress.IsCancelled || work.Interruption is not null)
                {
                    return;
                }
                else
                {
                    copied = within ? await copies.CopyWithinAsync(file, token) : await streamed.CopyAsync(file, token);
                }

                if (work.Note(state, file.Target, copied))
                    progress.Did(state.Amount);
            });
    }

    internal async Task<PartwiseStep?> LargeAsync(
        PageWork work,
        KeyState state,
        Versioned<FileOperation> read,
        PageProgress progress,
        CancellationToken cancellation)
    {
        var file = new FileToCopy(work.Drives.From, state, work.Drives.To, work.Operation.TargetOf(state.Key));
        if (progress.IsCancelled)
        {
            if (read.Value.Partwise is { } begun)
                await copies.AbandonAsync(file, begun, cancellation);
            return null;
        }

        var stepped = await copies.CopyPartsAsync(file, read.Value.Partwise, options.StepTime, cancellation);
        if (!stepped.TryGet(out var step, out var refusal))
        {
            work.Note(state, file.Target, refusal);
            return null;
        }

        if (step.Copied is null)
            return step;
        work.Note(state, file.Target, step.Copied);
        return null;
    }
}

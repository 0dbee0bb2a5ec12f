using System.Collections.Concurrent;
using System.Text;
using ServerlessDrives.Access;
using ServerlessDrives.Drives;
using ServerlessDrives.Files.References;

namespace ServerlessDrives.Files.Operations;

/// <summary>The drives of an operation, as they are now.</summary>
/// <param name="To">The same as <paramref name="From"/> for what stays on its drive.</param>
public sealed record OperationDrives(Drive From, Drive To);

/// <summary>
/// Moves and copies files, a page at a time. A page is noted before its first file is copied, with what its targets hold already: what lies
/// there when the page is repeated after a crash, and has the source's content, is our own copy. A source is deleted only once its copy is
/// listed with the state that its copying answered, and only while it is what was copied.
/// </summary>
public sealed class TransferPages(
    IFileOperations operations,
    IFileCopies copies,
    StreamedCopies streamed,
    IFileRecords references,
    FileOperationOptions options,
    TimeProvider clock)
{
    private const int MostKeyBytes = 1024;
    private const int WithinAtOnce = 16;
    private const int StreamedAtOnce = 6;

    /// <summary>Bytes of a page's files together, so that a page takes no longer than a look at the rights may be old.</summary>
    private const long MostStreamed = 256L * 1024 * 1024;
    private const long MostWithin = 50L * 1024 * 1024 * 1024;

    private static readonly (string Code, string Detail) Exists = (
        "exists",
        "There is another file at the target, which is never written over.");

    private static readonly (string Code, string Detail) NameTooLong = (
        "name-too-long",
        "With the target's path the name would have more than S3's 1,024 bytes.");

    private static readonly (string Code, string Detail) Changed = (
        "changed",
        "The file was changed or deleted while it was copied, so it was left as it is.");

    private static readonly (string Code, string Detail) Halved = (
        "stopped",
        "The operation was stopped after the file was copied and before it was deleted.");

    private static readonly (string Code, string Detail) Unproven = (
        "not-proven",
        "The copy isn't there as S3 answered it, so the file was not deleted.");

    /// <summary>Notes the next page.</summary>
    /// <returns>What is stored now; without a page where there is nothing more.</returns>
    public async Task<Result<Versioned<FileOperation>, Refusal>> PlanAsync(
        Versioned<FileOperation> read,
        OperationDrives drives,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(read);
        ArgumentNullException.ThrowIfNull(drives);
        var operation = read.Value;
        if (
            !(await copies.ListAsync(drives.From, operation.From, operation.DoneTo, options.PageSize, cancellation)).TryGetLasting(
                out var listed,
                out var unlisted))
            return unlisted;
        if (listed.Keys.Count == 0)
            return read;
        var keys = Together(listed.Keys, drives);
        if (
            !(await copies.FindAsync(drives.To, [.. keys.Select(state => TargetOf(operation, state.Key))], cancellation)).TryGetLasting(
                out var present,
                out var unseen))
            return unseen;
        var left = keys
            .Select(state => (State: state, Why: WhyNot(operation, drives, state, present)))
            .Where(each => each.Why is not null)
            .Select(each => LeftOf(operation, each.State, each.Why!.Value, isUnderBoth: false))
            .ToList();
        await operations.AddLeftAsync(operation, left, cancellation);
        var page = new OperationPage(
            keys[^1].Key,
            keys.Aggregate(FileAmount.None, (sum, state) => sum + state.Amount),
            listed.IsLast && keys.Count == listed.Keys.Count);
        return await operations.ChangeAsync(
            read,
            now => now.PageNumber == operation.PageNumber && now.Page is null ? now with { Page = page } : now,
            cancellation) is { } planned
                ? planned
                : Refusal.NotFound("operation");
    }

    /// <summary>Does what is left to do of the page, or as much of it as there is before somebody cancels it.</summary>
    /// <returns>What is stored now, or why nothing of it can be done.</returns>
    public async Task<Result<Versioned<FileOperation>, Refusal>> RunAsync(
        Versioned<FileOperation> read,
        OperationDrives drives,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(read);
        ArgumentNullException.ThrowIfNull(drives);
        var (operation, page) = (read.Value, read.Value.Page!);
        var left = (await operations.LeftOfPageAsync(operation, cancellation)).ToDictionary(file => file.From);
        if (!(await RestOfAsync(drives.From, operation, cancellation)).TryGetLasting(out var rest, out var unlisted))
            return unlisted;
        var wanted = rest.Where(state => !left.ContainsKey(state.Key)).ToList();
        if (
            !(await copies.FindAsync(drives.To, [.. wanted.Select(state => TargetOf(operation, state.Key))], cancellation)).TryGetLasting(
                out var present,
                out var unseen))
            return unseen;

        var work = new PageWork(operation, drives);
        PartwiseStep? partwise = null;
        // What is gone from the source of a move was moved before a crash.
        var before = operation.Kind is FileOperationKind.Move
            ? page.Amount - rest.Aggregate(FileAmount.None, (sum, state) => sum + state.Amount)
            : FileAmount.None;
        await using (var progress = new PageProgress(operations, read, before, clock, cancellation))
        {
            if (wanted is [{ } large] && IsLarge(large, drives))
                partwise = await LargeAsync(work, large, read, progress, cancellation);
            else
                await SmallAsync(work, wanted, present, progress, cancellation);
        }

        if (work.AllRefused(wanted.Count) is { } refused)
            return refused;
        await FinishAsync(work, cancellation);
        if (work.Interruption is { } interruption)
            throw new OperationInterruptedException(interruption);
        await operations.AddLeftAsync(operation, [.. work.Left], cancellation);
        return await operations.ChangeAsync(read, EndOf(work, wanted, left.Values, partwise), cancellation) is { } ended
            ? ended
            : Refusal.NotFound("operation");
    }

    /// <summary>
    /// What a page that is never ended has left under both names, as far as it can be seen: each is noted.
    /// </summary>
    /// <returns>Those that are noted.</returns>
    public async Task<FileAmount> NoteHalvesAsync(FileOperation operation, OperationDrives drives, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(operation);
        ArgumentNullException.ThrowIfNull(drives);
        if (operation.Page is null || operation.Kind is not FileOperationKind.Move)
            return FileAmount.None;
        var left = (await operations.LeftOfPageAsync(operation, cancellation)).Select(file => file.From).ToHashSet();
        if (!(await RestOfAsync(drives.From, operation, cancellation)).TryGet(out var rest, out _))
            return FileAmount.None;
        var wanted = rest.Where(state => !left.Contains(state.Key)).ToList();
        if (
            !(await copies.FindAsync(drives.To, [.. wanted.Select(state => TargetOf(operation, state.Key))], cancellation)).TryGet(
                out var present,
                out _))
            return FileAmount.None;
        var halves = wanted.Where(state => present.ContainsKey(TargetOf(operation, state.Key))).ToList();
        await operations.AddLeftAsync(
            operation,
            [.. halves.Select(state => LeftOf(operation, state, Halved, isUnderBoth: true))],
            cancellation);
        return halves.Aggregate(FileAmount.None, (sum, state) => sum + state.Amount);
    }

    private static DriveKey TargetOf(FileOperation operation, DriveKey key) => key.Moved(operation.From, operation.To!);

    private static LeftFile LeftOf(FileOperation operation, KeyState state, (string Code, string Detail) why, bool isUnderBoth) =>
        new(state.Key, TargetOf(operation, state.Key), state.Size, why.Code, why.Detail, isUnderBoth);

    private static (string Code, string Detail)? WhyNot(
        FileOperation operation,
        OperationDrives drives,
        KeyState state,
        IReadOnlyDictionary<DriveKey, KeyState> present)
    {
        var target = TargetOf(operation, state.Key);
        if (Encoding.UTF8.GetByteCount(drives.To.Path.Prefix) + Encoding.UTF8.GetByteCount(target.Value) > MostKeyBytes)
            return NameTooLong;
        // The marker of an empty folder is the same wherever it is.
        return present.TryGetValue(target, out var there) && !(state.Key.IsFolder && state.Size == 0 && there.Size == 0) ? Exists : null;
    }

    /// <summary>As many of the first as are worked on at once: a large one by itself.</summary>
    private IReadOnlyList<KeyState> Together(IReadOnlyList<KeyState> listed, OperationDrives drives)
    {
        var most = copies.CopiesWithin(drives.From, drives.To) ? MostWithin : MostStreamed;
        var (count, bytes) = (0, 0L);
        while (count < listed.Count && (count == 0 || (!IsLarge(listed[count], drives) && bytes + listed[count].Size <= most)))
        {
            if (IsLarge(listed[count], drives))
                return [listed[count]];
            bytes += listed[count++].Size;
        }

        return [.. listed.Take(count)];
    }

    private bool IsLarge(KeyState state, OperationDrives drives) => state.Size >= (
        copies.CopiesWithin(drives.From, drives.To) ? options.CopiedInPartsFrom : options.StreamedInPartsFrom);

    /// <summary>What is at the source of the page's files.</summary>
    private async Task<Result<IReadOnlyList<KeyState>, Refusal>> RestOfAsync(Drive drive, FileOperation operation, CancellationToken cancellation)
    {
        var (rest, after, until) = (new List<KeyState>(), operation.DoneTo, operation.Page!.Until);
        while (true)
        {
            var listed = await copies.ListAsync(drive, operation.From, after, options.PageSize, cancellation);
            if (!listed.TryGet(out var keys, out var refusal))
                return refusal;
            rest.AddRange(keys.Keys.Where(state => !until.IsBefore(state.Key)));
            if (keys.IsLast || keys.Keys.Count == 0 || !keys.Keys[^1].Key.IsBefore(until))
                return rest;
            after = keys.Keys[^1].Key;
        }
    }

    private async Task SmallAsync(
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
                var file = new FileToCopy(work.Drives.From, state, work.Drives.To, TargetOf(work.Operation, state.Key));
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

    private async Task<PartwiseStep?> LargeAsync(
        PageWork work,
        KeyState state,
        Versioned<FileOperation> read,
        PageProgress progress,
        CancellationToken cancellation)
    {
        var file = new FileToCopy(work.Drives.From, state, work.Drives.To, TargetOf(work.Operation, state.Key));
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

    /// <summary>Looks whether what was copied is there, and, of a move, deletes the sources of what is.</summary>
    private async Task FinishAsync(PageWork work, CancellationToken cancellation)
    {
        var copied = work.Copied.OrderBy(each => each.Target.Value, Comparer<string>.Create(KeyOrder.Compare)).ToList();
        if (copied.Count == 0)
            return;
        if (
            !(await copies.FindAsync(work.Drives.To, [.. copied.Select(each => each.Target)], cancellation)).TryGetLasting(
                out var present,
                out var unseen))
            throw new OperationInterruptedException(unseen);
        foreach (var each in copied)
        {
            if (
                present.TryGetValue(each.Target, out var there)
                && there.Size == each.Source.Size
                && (each.ETag is null || there.ETag == each.ETag))
                work.Proven.Add(each with { ETag = there.ETag });
            else
                work.Left.Add(LeftOf(work.Operation, each.Source, Unproven, isUnderBoth: false));
        }

        if (work.Operation.Kind is FileOperationKind.Move)
            await DeleteSourcesAsync(work, cancellation);
    }

    private async Task DeleteSourcesAsync(PageWork work, CancellationToken cancellation)
    {
        var within = work.Drives.From.Id == work.Drives.To.Id;
        // References first: a file whose source is gone is found by them at once.
        if (within)
            await FollowAsync(work, work.Proven, isBack: false, cancellation);
        var deleted = await copies.DeleteAsync(
            work.Drives.From,
            [.. work.Proven.Select(each => each.Source)],
            onlyUnchanged: true,
            cancellation);
        if (!deleted.TryGetLasting(out var kept, out var refusal))
            kept = work.Proven.ToDictionary(each => each.Source.Key, _ => refusal);
        if (kept.Values.FirstOrDefault(why => why.IsPassing()) is { } passing)
            throw new OperationInterruptedException(passing);
        var back = work.Proven.Where(each => kept.ContainsKey(each.Source.Key)).ToList();
        foreach (var each in back)
        {
            var why = kept[each.Source.Key];
            work.Left.Add(
                LeftOf(
                    work.Operation,
                    each.Source,
                    why.Kind is RefusalKind.Changed ? Changed : (why.Code, why.Detail),
                    isUnderBoth: true));
        }

        if (within && back.Count > 0)
            await FollowAsync(work, back, isBack: true, cancellation);
    }

    private Task FollowAsync(PageWork work, IEnumerable<CopiedKey> moved, bool isBack, CancellationToken cancellation)
    {
        var map = new Dictionary<FilePath, MovedFile>();
        foreach (var each in moved)
        {
            if (!each.Source.Key.TryGetFile(out var from) || !each.Target.TryGetFile(out var to))
                continue;
            if (isBack)
                map[to] = new(from, each.ETag ?? "", each.Source.ETag);
            else
                map[from] = new(to, each.Source.ETag, each.ETag);
        }

        return references.FollowAsync(work.Operation.Organization, work.Drives.From.Id, map, cancellation);
    }

    private static Func<FileOperation, FileOperation> EndOf(
        PageWork work,
        IReadOnlyList<KeyState> wanted,
        IEnumerable<LeftFile> leftBefore,
        PartwiseStep? partwise)
    {
        var left = leftBefore
            .Concat(work.Left)
            .DistinctBy(file => file.From)
            .Aggregate(FileAmount.None, (sum, file) => sum + new FileAmount(1, file.Size));
        var untouched = wanted.Where(state => !work.Touched.ContainsKey(state.Key)).Aggregate(
            FileAmount.None,
            (sum, state) => sum + state.Amount);
        return now =>
            now.PageNumber != work.Operation.PageNumber || now.Page is null ? now
            : partwise is not null ? now with { Partwise = partwise.State, DoneOfPage = new(0, partwise.Bytes) }
            : untouched.Files == 0 ? now.EndPage(left)
            : now with
            {
                Done = now.Done + now.Page.Amount - left - untouched,
                DoneOfPage = FileAmount.None,
                Left = now.Left + left,
                Page = null,
                Partwise = null,
            };
    }

    private sealed record CopiedKey(KeyState Source, DriveKey Target, string? ETag);

    /// <summary>What has come of a page's files so far.</summary>
    private sealed class PageWork(FileOperation operation, OperationDrives drives)
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

            Leave(state, copied.Outcome is CopyOutcome.Exists ? Exists : Changed);
            return false;
        }

        /// <summary>The refusal that every file of the page met, so that there is no point in going on.</summary>
        public Refusal? AllRefused(int wanted) => wanted > 0 && _refused == wanted ? _lastRefusal : null;

        private void Leave(KeyState state, (string Code, string Detail) why)
        {
            Touched[state.Key] = true;
            Left.Add(LeftOf(operation, state, why, isUnderBoth: false));
        }
    }
}

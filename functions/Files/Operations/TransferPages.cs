using System.Text;
using ServerlessDrives.Drives;

namespace ServerlessDrives.Files.Operations;

/// <summary>The drives of an operation, as they are now.</summary>
/// <param name="To">The same as <paramref name="From"/> for what stays on its drive.</param>
public sealed record OperationDrives(Drive From, Drive To);

/// <summary>
/// Moves and copies files, a page at a time. A page is noted before its first file is copied, with what its targets hold already: what lies
/// there when the page is repeated after a crash, and has the source's content, is our own copy.
/// </summary>
public sealed class TransferPages(
    IFileOperations operations,
    IFileCopies copies,
    PageCopies copying,
    FinishPage finish,
    FileOperationOptions options,
    TimeProvider clock)
{
    private const int MostKeyBytes = 1024;

    /// <summary>Bytes of a page's files together, so that a page takes no longer than a look at the rights may be old.</summary>
    private const long MostStreamed = 256L * 1024 * 1024;
    private const long MostWithin = 50L * 1024 * 1024 * 1024;

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
            !(await copies.FindAsync(drives.To, [.. keys.Select(state => operation.TargetOf(state.Key))], cancellation)).TryGetLasting(
                out var present,
                out var unseen))
            return unseen;
        var left = keys
            .Select(state => (State: state, Why: WhyNot(operation, drives, state, present)))
            .Where(each => each.Why is not null)
            .Select(each => LeftReasons.Of(operation, each.State, each.Why!.Value, isUnderBoth: false))
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
            !(await copies.FindAsync(drives.To, [.. wanted.Select(state => operation.TargetOf(state.Key))], cancellation)).TryGetLasting(
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
            if (wanted is [{ } large] && copying.IsLarge(large, drives))
                partwise = await copying.LargeAsync(work, large, read, progress, cancellation);
            else
                await copying.SmallAsync(work, wanted, present, progress, cancellation);
        }

        if (work.AllRefused(wanted.Count) is { } refused)
            return refused;
        await finish.RunAsync(work, cancellation);
        if (work.Interruption is { } interruption)
            throw new OperationInterruptedException(interruption);
        await operations.AddLeftAsync(operation, [.. work.Left], cancellation);
        return await operations.ChangeAsync(read, FinishPage.EndOf(work, wanted, left.Values, partwise), cancellation) is { } ended
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
            !(await copies.FindAsync(drives.To, [.. wanted.Select(state => operation.TargetOf(state.Key))], cancellation)).TryGet(
                out var present,
                out _))
            return FileAmount.None;
        var halves = wanted.Where(state => present.ContainsKey(operation.TargetOf(state.Key))).ToList();
        await operations.AddLeftAsync(
            operation,
            [.. halves.Select(state => LeftReasons.Of(operation, state, LeftReasons.Halved, isUnderBoth: true))],
            cancellation);
        return halves.Aggregate(FileAmount.None, (sum, state) => sum + state.Amount);
    }

    private static (string Code, string Detail)? WhyNot(
        FileOperation operation,
        OperationDrives drives,
        KeyState state,
        IReadOnlyDictionary<DriveKey, KeyState> present)
    {
        var target = operation.TargetOf(state.Key);
        if (Encoding.UTF8.GetByteCount(drives.To.Path.Prefix) + Encoding.UTF8.GetByteCount(target.Value) > MostKeyBytes)
            return LeftReasons.NameTooLong;
        // The marker of an empty folder is the same wherever it is.
        return present.TryGetValue(target, out var there) && !(state.Key.IsFolder && state.Size == 0 && there.Size == 0)
            ? LeftReasons.Exists
            : null;
    }

    /// <summary>As many of the first as are worked on at once: a large one by itself.</summary>
    private IReadOnlyList<KeyState> Together(IReadOnlyList<KeyState> listed, OperationDrives drives)
    {
        var most = copies.CopiesWithin(drives.From, drives.To) ? MostWithin : MostStreamed;
        var (count, bytes) = (0, 0L);
        while (count < listed.Count && (count == 0 || (!copying.IsLarge(listed[count], drives) && bytes + listed[count].Size <= most)))
        {
            if (copying.IsLarge(listed[count], drives))
                return [listed[count]];
            bytes += listed[count++].Size;
        }

        return [.. listed.Take(count)];
    }

    /// <summary>What is at the source of the page's files.</summary>
    private async Task<Result<IReadOnlyList<KeyState>, Refusal>> RestOfAsync(
        Drive drive,
        FileOperation operation,
        CancellationToken cancellation
    )
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
}

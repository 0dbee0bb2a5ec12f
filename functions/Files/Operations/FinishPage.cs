using ServerlessDrives.Access;
using ServerlessDrives.Files.References;
using ServerlessDrives.Files.Sharing;

namespace ServerlessDrives.Files.Operations;

/// <summary>
/// What comes after a page's copies: they are proven, and of a move the references and shares follow and the sources are deleted. A source
/// is deleted only once its copy is listed with the state that its copying answered, and only while it is what was copied.
/// </summary>
public sealed class FinishPage(IFileCopies copies, IFileRecords references, SharesOfMovedFiles shares)
{
    /// <summary>Looks whether what was copied is there, and, of a move, deletes the sources of what is.</summary>
    internal async Task RunAsync(PageWork work, CancellationToken cancellation)
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
                work.Left.Add(LeftReasons.Of(work.Operation, each.Source, LeftReasons.Unproven, isUnderBoth: false));
        }

        if (work.Operation.Kind is FileOperationKind.Move)
            await DeleteSourcesAsync(work, cancellation);
    }

    private async Task DeleteSourcesAsync(PageWork work, CancellationToken cancellation)
    {
        // References and shares first: a file whose source is gone is found by them at once, also where a crash comes between.
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
                LeftReasons.Of(
                    work.Operation,
                    each.Source,
                    why.Kind is RefusalKind.Changed ? LeftReasons.Changed : (why.Code, why.Detail),
                    isUnderBoth: true));
        }

        if (back.Count > 0)
            await FollowAsync(work, back, isBack: true, cancellation);
    }

    private async Task FollowAsync(PageWork work, IEnumerable<CopiedKey> moved, bool isBack, CancellationToken cancellation)
    {
        var (operation, drive, target) = (work.Operation, work.Drives.From.Id, work.Drives.To.Id);
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

        if (drive == target)
        {
            await references.FollowAsync(operation.Organization, drive, map, cancellation);
            await shares.FollowAsync(operation.Organization, drive, map, cancellation);
            return;
        }

        // A reference stays with its drive, and isn't found there any more.
        var departure = new Departure(operation.Organization, drive, target, operation.Id, operation.StartedBy);
        if (isBack)
            await shares.ReopenAsync(departure, map.Values.Select(file => file.To).ToHashSet(), cancellation);
        else
            await shares.EndAsync(departure, map.Keys.ToHashSet(), cancellation);
    }

    internal static Func<FileOperation, FileOperation> EndOf(
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
}

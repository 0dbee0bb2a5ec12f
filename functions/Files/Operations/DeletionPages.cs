using ServerlessDrives.Drives;

namespace ServerlessDrives.Files.Operations;

/// <summary>Deletes what lies below a folder, a page at a time; each page is noted before its first key is deleted.</summary>
public sealed class DeletionPages(IFileOperations operations, IFileCopies copies)
{
    /// <summary>What S3 deletes in one call.</summary>
    private const int PageSize = 1_000;

    /// <inheritdoc cref="TransferPages.PlanAsync"/>
    public async Task<Result<Versioned<FileOperation>, Refusal>> PlanAsync(
        Versioned<FileOperation> read,
        Drive drive,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(read);
        var operation = read.Value;
        if (
            !(await copies.ListAsync(drive, operation.From, operation.DoneTo, PageSize, cancellation)).TryGetLasting(
                out var listed,
                out var unlisted))
            return unlisted;
        if (listed.Keys.Count == 0)
            return read;
        var page = new OperationPage(
            listed.Keys[^1].Key,
            listed.Keys.Aggregate(FileAmount.None, (sum, state) => sum + state.Amount),
            listed.IsLast);
        return await operations.ChangeAsync(
            read,
            now => now.PageNumber == operation.PageNumber && now.Page is null ? now with { Page = page } : now,
            cancellation) is { } planned
                ? planned
                : Refusal.NotFound("operation");
    }

    /// <inheritdoc cref="TransferPages.RunAsync"/>
    public async Task<Result<Versioned<FileOperation>, Refusal>> RunAsync(
        Versioned<FileOperation> read,
        Drive drive,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(read);
        var (operation, until) = (read.Value, read.Value.Page!.Until);
        if (
            !(await copies.ListAsync(drive, operation.From, operation.DoneTo, PageSize, cancellation)).TryGetLasting(
                out var listed,
                out var unlisted))
            return unlisted;
        var keys = listed.Keys.Where(state => !until.IsBefore(state.Key)).ToList();
        if (
            !(await copies.DeleteAsync(drive, keys, onlyUnchanged: false, cancellation)).TryGetLasting(out var kept, out var refused))
            return refused;
        if (kept.Values.FirstOrDefault(why => why.IsPassing()) is { } passing)
            throw new OperationInterruptedException(passing);
        if (kept.Count > 0 && kept.Count == keys.Count)
            return kept.Values.First();
        var left = keys
            .Where(state => kept.ContainsKey(state.Key))
            .Select(state => new LeftFile(
                state.Key,
                To: null,
                state.Size,
                kept[state.Key].Code,
                kept[state.Key].Detail,
                IsUnderBoth: false))
            .ToList();
        await operations.AddLeftAsync(operation, left, cancellation);
        var amount = left.Aggregate(FileAmount.None, (sum, file) => sum + new FileAmount(1, file.Size));
        return await operations.ChangeAsync(
            read,
            now => now.PageNumber == operation.PageNumber && now.Page is not null ? now.EndPage(amount) : now,
            cancellation) is { } ended
                ? ended
                : Refusal.NotFound("operation");
    }
}

using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using ServerlessDrives.Drives;
using ServerlessDrives.Events.Audit;

namespace ServerlessDrives.Files.Operations;

/// <param name="Drive">The drive that the files are on, whose operation it is.</param>
public sealed record FileOperationInput(OrganizationId Organization, DriveId Drive, OperationId Operation);

/// <summary>
/// Carries an operation out, step by step. All that it has to know lies in the operation's row, so that a step can be made again after a
/// crash at any point, and a history holds neither names of files nor much else.
/// </summary>
public sealed class RunFileOperation(
    IFileOperations operations,
    IDrives drives,
    DrivesOfAbsentUsers admission,
    IFileCopies copies,
    TransferPages transfers,
    DeletionPages deletions,
    IAuditTrail audit,
    IPendingDriveWork work,
    TimeProvider clock)
{
    /// <summary>Steps of one history.</summary>
    private const int StepsOfARun = 50;

    /// <summary>Pages of keys that are counted in one step.</summary>
    private const int CountedPages = 20;
    private const int CountedAtOnce = 1_000;

    [Function("RunFileOperation")]
    public static async Task<bool> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var input = context.GetInput<FileOperationInput>()!;
        try
        {
            for (var step = 0; step < StepsOfARun; step++)
            {
                if (!await context.CallActivityAsync<bool>("AdvanceFileOperation", input, DurableRetryPolicies.OwnStores))
                    return true;
            }
        }
        catch (TaskFailedException)
        {
            await context.CallActivityAsync("StopFileOperation", input, DurableRetryPolicies.Cleanup);
            return false;
        }

        context.ContinueAsNew(input);
        return true;
    }

    /// <returns>Whether there is more to do.</returns>
    [Function("AdvanceFileOperation")]
    public async Task<bool> AdvanceFileOperation([ActivityTrigger] FileOperationInput input, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (
            await operations.FindAsync(input.Organization, input.Drive, input.Operation, cancellation) is not { } read
            || !read.Value.IsRunning)
        {
            await EndedAsync(input, cancellation);
            return false;
        }

        if (!(await AdmitAsync(read.Value, cancellation)).TryGet(out var admitted, out var refused))
            return await StopAsync(read, refused, cancellation);
        if (read.Value is { CancelledBy: not null, Page: null })
            return await EndAsync(read, FileOperationStatus.Cancelled, problem: null, cancellation);
        if (!read.Value.IsCounted)
            return await CountAsync(read, admitted.From, cancellation);
        if (read.Value.Page is null)
        {
            if (!(await PlanAsync(read, admitted, cancellation)).TryGet(out var planned, out refused))
                return await StopAsync(read, refused, cancellation);
            read = planned;
        }

        if (read.Value.Page is not { } page)
            return await EndAsync(read, FileOperationStatus.Completed, problem: null, cancellation);
        var running = read.Value.Kind is FileOperationKind.Delete
            ? deletions.RunAsync(read, admitted.From, cancellation)
            : transfers.RunAsync(read, admitted, cancellation);
        if (!(await running).TryGet(out var ran, out refused))
            return await StopAsync(read, refused, cancellation);
        if (ran.Value is { CancelledBy: not null, Page: null })
            return await EndAsync(ran, FileOperationStatus.Cancelled, problem: null, cancellation);
        return page.IsLast && ran.Value.Page is null
            ? await EndAsync(ran, FileOperationStatus.Completed, problem: null, cancellation)
            : true;
    }

    /// <summary>What it depends on hasn't answered for so long that it isn't tried any more.</summary>
    [Function("StopFileOperation")]
    public async Task StopFileOperation([ActivityTrigger] FileOperationInput input, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (await operations.FindAsync(input.Organization, input.Drive, input.Operation, cancellation) is { Value.IsRunning: true } read)
            await StopAsync(
                read,
                new Refusal(
                    RefusalKind.Unavailable,
                    "unavailable",
                    "S3 or our own storage failed again and again for twenty minutes. Begin again: what is done stays done."),
                cancellation);
        else
            await EndedAsync(input, cancellation);
    }

    private async Task<Result<Versioned<FileOperation>, Refusal>> PlanAsync(
        Versioned<FileOperation> read,
        OperationDrives admitted,
        CancellationToken cancellation
    ) => read.Value.Kind is FileOperationKind.Delete
        ? await deletions.PlanAsync(read, admitted.From, cancellation)
        : await transfers.PlanAsync(read, admitted, cancellation);

    /// <summary>The drives, as long as they are there and whoever began the operation may use both.</summary>
    private async Task<Result<OperationDrives, Refusal>> AdmitAsync(FileOperation operation, CancellationToken cancellation)
    {
        var found = new List<Drive>();
        foreach (var id in new[] { operation.Drive, operation.ToDrive ?? operation.Drive })
        {
            var admitted = await admission.FindAsync(operation.Organization, id, operation.StartedBy, cancellation);
            if (!admitted.TryGet(out var drive, out var refusal))
                return refusal.Kind is RefusalKind.Unavailable ? throw new TimeoutException(refusal.Detail) : refusal;
            found.Add(drive);
        }

        var changes = operation.Kind is FileOperationKind.Copy ? found[1..] : found;
        return changes.Any(drive => drive.Access.IsReadOnly) ? DriveFinder.IsReadOnly : new OperationDrives(found[0], found[1]);
    }

    private async Task<bool> CountAsync(Versioned<FileOperation> read, Drive drive, CancellationToken cancellation)
    {
        var (total, after, complete) = (read.Value.Total, read.Value.CountedTo, false);
        for (var page = 0; page < CountedPages && !complete; page++)
        {
            if (
                !(await copies.ListAsync(drive, read.Value.From, after, CountedAtOnce, cancellation)).TryGetLasting(
                    out var listed,
                    out var refused))
                return await StopAsync(read, refused, cancellation);
            total = listed.Keys.Aggregate(total, (sum, state) => sum + state.Amount);
            after = listed.Keys.Count > 0 ? listed.Keys[^1].Key : after;
            complete = listed.IsLast;
        }

        await operations.ChangeAsync(
            read,
            now => now.IsCounted ? now : now with { Total = total, CountedTo = after, IsCounted = complete },
            cancellation);
        return true;
    }

    private async Task<bool> StopAsync(Versioned<FileOperation> read, Refusal refused, CancellationToken cancellation)
    {
        // As far as the drives can be looked at: without a drive nothing can be said of its page.
        var halves = FileAmount.None;
        if (
            read.Value is { Page: not null, ToDrive: { } toDrive }
            && await drives.FindAsync(read.Value.Organization, read.Value.Drive, cancellation)
                is { Value: { State: DriveState.Connected } from }
            && await drives.FindAsync(read.Value.Organization, toDrive, cancellation) is { Value: { State: DriveState.Connected } to })
            halves = await transfers.NoteHalvesAsync(read.Value, new(from, to), cancellation);
        return await EndAsync(
            read,
            FileOperationStatus.Stopped,
            new OperationProblem(refused.Code, refused.Detail),
            cancellation,
            halves);
    }

    private async Task<bool> EndAsync(
        Versioned<FileOperation> read,
        FileOperationStatus status,
        OperationProblem? problem,
        CancellationToken cancellation,
        FileAmount? halves = null)
    {
        var operation = read.Value;
        await operations.ChangeAsync(
            read,
            now => now.End(status, problem, clock.GetUtcNow()) with { Left = now.Left + (halves ?? FileAmount.None) },
            cancellation);
        await EndedAsync(new(operation.Organization, operation.Drive, operation.Id), cancellation);
        return false;
    }

    /// <summary>Written down once, also where the end was stored by a step whose process died then.</summary>
    private async Task EndedAsync(FileOperationInput input, CancellationToken cancellation)
    {
        if (
            await operations.FindAsync(input.Organization, input.Drive, input.Operation, cancellation)
                is { Value: { IsRunning: false } operation })
            await audit.RecordAsync(
                FileOperationAuditRecords.Ended(operation),
                $"{operation.Id}-ended",
                cancellation);
        await work.DoneAsync("RunFileOperation", input.Operation.Value, cancellation);
    }
}

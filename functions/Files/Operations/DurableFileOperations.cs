using Microsoft.DurableTask.Client;
using ServerlessDrives.Drives;
using ServerlessDrives.Events.Audit;

namespace ServerlessDrives.Files.Operations;

/// <summary>Has operations begin, and go on.</summary>
public sealed class DurableFileOperations(
    IFileOperations operations,
    IPendingDriveWork work,
    IAuditTrail audit,
    TimeProvider clock)
{
    /// <summary>For so long it can still be seen what became of an operation.</summary>
    private static readonly TimeSpan KeptAfterwards = TimeSpan.FromDays(30);

    private const int LookedThrough = 100;

    /// <summary>Stores the operation and begins it; again is fine.</summary>
    internal async Task StartAsync(DurableTaskClient durable, FileOperation operation, Drive drive, CancellationToken cancellation)
    {
        await ForgetOldAsync(operation, cancellation);
        await operations.AddAsync(operation, cancellation);
        await audit.RecordAsync(FileOperationAuditRecords.Started(operation, drive), $"{operation.Id}-started", cancellation);
        var input = new FileOperationInput(operation.Organization, operation.Drive, operation.Id);
        await work.NoteAsync("RunFileOperation", operation.Id.Value, input, cancellation);
        await durable.StartOnceAsync("RunFileOperation", input, operation.Id.Value, cancellation);
    }

    /// <summary>The drive's oldest that ended long ago, so that rows don't pile up.</summary>
    private async Task ForgetOldAsync(FileOperation operation, CancellationToken cancellation)
    {
        var oldest = await operations.ListAsync(
            operation.Organization,
            operation.Drive,
            running: false,
            LookedThrough,
            cursor: null,
            cancellation);
        foreach (var old in oldest.Items.Where(old => old.EndedAt + KeptAfterwards < clock.GetUtcNow()))
            await operations.DeleteAsync(old, cancellation);
    }
}

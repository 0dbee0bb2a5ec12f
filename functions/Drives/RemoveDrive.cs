using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using ServerlessDrives.Access;

namespace ServerlessDrives.Drives;

/// <summary>
/// Disconnects a drive: nobody uses it from the first step on, and its name is free after the last. The files on the bucket stay.
/// Scheduling this is what decides; each step can be run again.
/// </summary>
public sealed class RemoveDrive(
    IDrives drives,
    IEnumerable<IHoldsDrives> holders,
    IEnumerable<IDriveEventHandler> handlers,
    ISecrets secrets,
    IDriveSessions sessions,
    TimeProvider clock)
{
    /// <summary>The instance that removes this drive; a second request finds the first one's.</summary>
    public static string InstanceOf(DriveId drive) => $"remove-{drive}";

    /// <summary>Has the drive removed, unless that is under way.</summary>
    internal static async Task BeginAsync(DurableTaskClient durable, RemoveDriveInput input, CancellationToken cancellation)
    {
        var id = InstanceOf(input.Drive);
        if (await IsUnderWayAsync(durable, input.Drive, cancellation))
            return;
        try
        {
            await durable.ScheduleNewOrchestrationInstanceAsync(
                "RemoveDrive",
                input,
                new StartOrchestrationOptions(id),
                cancellation);
        }
        catch (Exception refused) when (refused is not OperationCanceledException)
        {
            // Somebody else asked for it at the same time; what counts is that it is under way.
            if (!await IsUnderWayAsync(durable, input.Drive, cancellation))
                throw;
        }
    }

    internal static async Task<bool> IsUnderWayAsync(DurableTaskClient durable, DriveId drive, CancellationToken cancellation) =>
        await durable.GetInstanceAsync(InstanceOf(drive), getInputsAndOutputs: false, cancellation) is { IsCompleted: false };

    /// <returns>Whether the drive is gone; false when it became a default meanwhile.</returns>
    [Function("RemoveDrive")]
    public static async Task<bool> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var input = context.GetInput<RemoveDriveInput>()!;
        if (!await context.CallActivityAsync<bool>("StopUsingDrive", input, DurableRetryPolicies.Cleanup))
            return false;
        await context.CallActivityAsync("ReleaseDrive", input, DurableRetryPolicies.Cleanup);
        await context.CallActivityAsync("DeleteDriveSecret", input, DurableRetryPolicies.Cleanup);
        await context.CallActivityAsync("ForgetDrive", input, DurableRetryPolicies.Cleanup);
        return true;
    }

    /// <returns>False when the drive is a default and so has to stay.</returns>
    [Function("StopUsingDrive")]
    public async Task<bool> StopUsingDrive([ActivityTrigger] RemoveDriveInput input, CancellationToken cancellation)
    {
        Versioned<Drive>? read;
        while ((read = await drives.FindAsync(input.Organization, input.Drive, cancellation)) is { Value.State: DriveState.Connected })
        {
            if ((await drives.DefaultsAsync(input.Organization, cancellation)).Includes(input.Drive))
                return false;
            var disconnecting = read.Value with
            {
                State = DriveState.Disconnecting,
                DisconnectedAt = clock.GetUtcNow(),
                DisconnectedBy = input.By,
            };
            if (await drives.SaveAsync(read.With(disconnecting), cancellation))
                break;
        }

        sessions.Forget(input.Drive);
        if (read is not null)
        {
            foreach (var handler in handlers)
                await handler.DisconnectingAsync(read.Value, cancellation);
        }

        return true;
    }

    [Function("ReleaseDrive")]
    public async Task ReleaseDrive([ActivityTrigger] RemoveDriveInput input, CancellationToken cancellation)
    {
        foreach (var holder in holders)
            await holder.ReleaseAsync(input.Organization, input.Drive, input.By, cancellation);
    }

    [Function("DeleteDriveSecret")]
    public async Task DeleteDriveSecret([ActivityTrigger] RemoveDriveInput input, CancellationToken cancellation)
    {
        if (
            await drives.FindAsync(input.Organization, input.Drive, cancellation) is
            { Value.Authentication: DriveAuthentication.AccessKey key })
            await secrets.DeleteAsync(key.Secret, cancellation);
    }

    [Function("ForgetDrive")]
    public async Task ForgetDrive([ActivityTrigger] RemoveDriveInput input, CancellationToken cancellation)
    {
        while (await drives.FindAsync(input.Organization, input.Drive, cancellation) is { } read)
        {
            // Told first: once the row is gone, nothing is left to tell of.
            foreach (var handler in handlers)
                await handler.RemovedAsync(read.Value, input.By, cancellation);
            if (await drives.RemoveAsync(read, cancellation))
                break;
        }
    }
}

/// <param name="By">Who asked for it.</param>
public sealed record RemoveDriveInput(OrganizationId Organization, DriveId Drive, UserId By) : ITraced
{
    /// <inheritdoc/>
    public string? Trace { get; init; }
}

/// <summary>Something that stands on a drive and keeps it from being removed, unless it is removed with it: integrations.</summary>
public interface IHoldsDrives
{
    /// <summary>What stands on the drive, by id and name.</summary>
    Task<IReadOnlyList<DriveHold>> HoldsAsync(OrganizationId organization, DriveId drive, CancellationToken cancellation);

    /// <summary>Lets go of the drive; nothing to let go of is fine.</summary>
    /// <param name="by">Who asked for the drive's removal.</param>
    Task ReleaseAsync(OrganizationId organization, DriveId drive, UserId by, CancellationToken cancellation);
}

/// <param name="Id">Such as <c>int_…</c>.</param>
public sealed record DriveHold(string Id, string DisplayName)
{
    /// <summary>The name again, as this answer called it at first.</summary>
    public string Description => DisplayName;
}

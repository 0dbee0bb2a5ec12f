using System.Text.Json.Serialization;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using ServerlessDrives.Access;
using ServerlessDrives.Drives;
using ServerlessDrives.Usage;
using ServerlessDrives.Verification;
using ServerlessDrives.Verification.Reports;

namespace ServerlessDrives.Connecting.Credentials;

/// <summary>
/// Swaps a drive's access key: the new one is proven before it replaces the old one, and only then is the old one disabled.
/// It begins before the new one is in the vault, so that one which nobody came to swap in is found and disabled too.
/// Wherever a crash falls, the drive has a key that works, and no other one is left enabled.
/// </summary>
public sealed class ReplaceCredentials(
    IDrives drives,
    IVerification verification,
    IReports reports,
    ISecrets secrets,
    IDriveSessions sessions,
    IEnumerable<IDriveEventHandler> handlers,
    IPendingDriveWork work,
    DriveMeters meters,
    TimeProvider clock)
{
    /// <summary>The event that says under which version the new secret was stored; empty when it wasn't.</summary>
    public const string Stored = "Stored";

    public static string InstanceOf(VerificationId verification) => $"credentials-{verification}";

    /// <returns>Whether the new key is the drive's now.</returns>
    [Function("ReplaceCredentials")]
    public static async Task<bool> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var input = context.GetInput<ReplaceCredentialsInput>()!;
        // One that takes over from another may know it already.
        if (input.NewVersion.Length == 0)
        {
            if (await NewVersionAsync(context, input.GiveUpAt) is not { } version)
            {
                await context.CallActivityAsync("AbandonCredentials", input, DurableRetryPolicies.Cleanup);
                return false;
            }

            input = input with { NewVersion = version };
        }

        var replaced = await context.CallActivityAsync<bool>("ProveCredentials", input, DurableRetryPolicies.Cleanup)
            && await context.CallActivityAsync<bool>("SwapCredentials", input, DurableRetryPolicies.Cleanup);
        await context.CallActivityAsync("RetireCredentials", new RetireCredentialsInput(input, replaced), DurableRetryPolicies.Cleanup);
        return replaced;
    }

    /// <returns>The version that was stored; null when none came.</returns>
    private static async Task<string?> NewVersionAsync(TaskOrchestrationContext context, DateTimeOffset until)
    {
        using var stored = new CancellationTokenSource();
        var version = context.WaitForExternalEvent<string>(Stored);
        if (await Task.WhenAny(version, context.CreateTimer(until.UtcDateTime, stored.Token)) != version)
            return null;
        LetGo(stored);
        return await version is { Length: > 0 } told ? told : null;
    }

    // Not awaited: an orchestrator may wait for nothing but what the context gives it.
    private static void LetGo(CancellationTokenSource timer) => timer.Cancel();

    /// <summary>Disables what was stored for this swap, if anything was and the drive doesn't use it.</summary>
    [Function("AbandonCredentials")]
    public async Task AbandonCredentials([ActivityTrigger] ReplaceCredentialsInput input, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(input);
        var used = await drives.FindAsync(input.Organization, input.Drive, cancellation)
            is { Value.Authentication: DriveAuthentication.AccessKey key }
            ? key.SecretVersion
            : null;
        await secrets.DisableMarkedAsync(input.Secret, input.Mark, used, cancellation);
        await work.DoneAsync("ReplaceCredentials", InstanceOf(input.Verification), cancellation);
    }

    [Function("ProveCredentials")]
    public async Task<bool> ProveCredentials([ActivityTrigger] ReplaceCredentialsInput input, CancellationToken cancellation)
    {
        if (await drives.FindAsync(input.Organization, input.Drive, cancellation) is not { Value: { State: DriveState.Connected } drive })
            return false;
        if (drive.Authentication is DriveAuthentication.AccessKey present && present.SecretVersion == input.NewVersion)
            return true;
        meters.EnterVerification(drive.Organization, drive.Id);
        await using var progress = new ReportProgress(reports, input.Organization, input.Drive.Value, input.Verification, clock);
        var report = await verification.VerifyAsync(
            input.Verification,
            new(
                drive.Id.Value,
                drive.Access,
                new DriveCredentials.AccessKey(input.AccessKeyId, input.Secret, input.NewVersion),
                drive.BucketOwner),
            progress.Watch,
            cancellation);
        await progress.CompleteAsync(report, cancellation);
        return report.Passed;
    }

    [Function("SwapCredentials")]
    public async Task<bool> SwapCredentials([ActivityTrigger] ReplaceCredentialsInput input, CancellationToken cancellation)
    {
        while (
            await drives.FindAsync(input.Organization, input.Drive, cancellation)
                is { Value: { State: DriveState.Connected, Authentication: DriveAuthentication.AccessKey key } } read)
        {
            if (key.SecretVersion == input.NewVersion)
            {
                await TellAsync(read.Value, cancellation);
                return true;
            }

            if (key.SecretVersion != input.OldVersion)
                return false;
            var now = clock.GetUtcNow();
            var swapped = read.Value with
            {
                Authentication = new DriveAuthentication.AccessKey(input.AccessKeyId, input.Secret, input.NewVersion),
                LastVerification = input.Verification,
                Health = new(
                    HealthStatus.Healthy,
                    now,
                    read.Value.Health.Status is HealthStatus.Healthy ? read.Value.Health.Since : now,
                    Problem: null),
            };
            if (await drives.ReplaceKeyAsync(read.With(swapped), key.AccessKeyId, input.By, cancellation))
            {
                sessions.Forget(input.Drive);
                await TellAsync(swapped, cancellation);
                return true;
            }
        }

        return false;
    }

    private async Task TellAsync(Drive swapped, CancellationToken cancellation)
    {
        foreach (var handler in handlers)
            await handler.CredentialsReplacedAsync(swapped, cancellation);
    }

    /// <summary>Of the two versions, disables the one that the drive doesn't use.</summary>
    [Function("RetireCredentials")]
    public async Task RetireCredentials([ActivityTrigger] RetireCredentialsInput input, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(input);
        await secrets.DisableAsync(
            input.Replacement.Secret,
            input.Replaced ? input.Replacement.OldVersion : input.Replacement.NewVersion,
            cancellation);
        await work.DoneAsync("ReplaceCredentials", InstanceOf(input.Replacement.Verification), cancellation);
    }
}

/// <param name="AccessKeyId">The new key's.</param>
/// <param name="NewVersion">The new secret's version; empty until it is stored.</param>
/// <param name="GiveUpAt">When it is taken for granted that whoever was to store it has died.</param>
/// <param name="OldVersion">The secret's version that is in use when the swap begins; if another swap comes first, this one is off.</param>
public sealed record ReplaceCredentialsInput(
    OrganizationId Organization,
    DriveId Drive,
    VerificationId Verification,
    AccessKeyId AccessKeyId,
    SecretName Secret,
    string OldVersion,
    string NewVersion,
    UserId By,
    DateTimeOffset GiveUpAt)
    : ITraced
{
    /// <inheritdoc/>
    public string? Trace { get; init; }

    /// <summary>What the version is marked with in the vault.</summary>
    [JsonIgnore]
    public string Mark => Verification.Value;
}

public sealed record RetireCredentialsInput(ReplaceCredentialsInput Replacement, bool Replaced) : ITraced
{
    string? ITraced.Trace => Replacement.Trace;
}

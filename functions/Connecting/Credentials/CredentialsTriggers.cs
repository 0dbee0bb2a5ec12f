using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using ServerlessDrives.Access;
using ServerlessDrives.Drives;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Limits;
using ServerlessDrives.Http.Middleware;
using ServerlessDrives.Verification;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Connecting.Credentials;

/// <param name="AccessKeyId">The new key's public half; may be the present one, with another secret.</param>
/// <param name="SecretAccessKey">Its secret half; goes to the vault and nowhere else.</param>
[NeedsFields("accessKeyId", "secretAccessKey")]
public sealed record ReplaceCredentialsBody(string? AccessKeyId, Secret? SecretAccessKey);

/// <param name="VerificationId">Where the verdict will be.</param>
public sealed record CredentialsPendingView(VerificationId VerificationId, string Note);

/// <summary>New credentials for a drive over HTTP: proven first, then swapped.</summary>
[Section("Drives")]
public sealed class CredentialsTriggers(
    IDrives drives,
    DriveFinder finder,
    IReports reports,
    ISecrets secrets,
    IPendingDriveWork work,
    ConnectionOptions options,
    TimeProvider clock)
{
    /// <summary>AWS's secrets have 40 characters; those of other servers a few more.</summary>
    private const int MaxSecretLength = 1024;

    /// <summary>How long an answer waits for the verdict; front ends cut requests that stay silent for longer.</summary>
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(180);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private static readonly Refusal Overtaken = Refusal.Conflict(
        "credentials-changed",
        "The drive's credentials were changed by somebody else while these were being verified. Read the drive, and send them again if " +
        "they should count."
    );

    [Function("ReplaceDriveCredentials")]
    [Requires(Need.Person)]
    [Summary(
        "Replace a drive's access key",
        Detail = "The new key is verified first. Only when it has passed does it take the place of the old one, which is then disabled."
    )]
    [Reads<ReplaceCredentialsBody>]
    [Answers<DriveView>(200, "The drive, with its new key.", ETag = true)]
    [Answers<CredentialsPendingView>(202, "The verification takes longer than an answer may wait; the old key counts until it has passed.")]
    [HonoursIfMatch]
    [Refuses("forbidden", "drive-removed", "role-drive", "verification-failed", "credentials-changed")]
    public async Task<IResult> ReplaceAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "api/drives/{driveId}/credentials")] HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        string driveId)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(durable);
        var (person, cancellation) = (request.Person(), request.HttpContext.RequestAborted);
        if (!(await finder.FindAsync(person, driveId, cancellation)).TryGet(out var drive, out var unknown))
            return unknown.AsProblem();
        if (!person.MayConnect(drive.Audience))
            return Refusal.Forbidden("Only admins change the organization's drives.").AsProblem();
        if (Preconditions.Check(request, await ViewAsync(drive, person, cancellation), "drive") is { } changed)
            return changed.AsProblem();
        if (drive.Authentication is not DriveAuthentication.AccessKey present)
            return Refusal
                .Conflict(
                    "role-drive",
                    "Nothing about a drive with a role can be changed: its role is its credentials. Remove the drive and connect it again.")
                .AsProblem();
        if (!(await request.ReadJsonAsync<ReplaceCredentialsBody>()).TryGet(out var body, out var unreadable))
            return unreadable.AsProblem();
        if (!Parse(body).TryGet(out var key, out var invalid))
            return invalid.AsProblem();

        var input = new ReplaceCredentialsInput(
            drive.Organization,
            drive.Id,
            VerificationId.New(clock),
            key.Id,
            present.Secret,
            present.SecretVersion,
            NewVersion: "",
            person.Id,
            clock.GetUtcNow() + options.StoreWithin)
        { Trace = Telemetry.TraceParent };
        var instance = ReplaceCredentials.InstanceOf(input.Verification);
        await work.NoteAsync("ReplaceCredentials", instance, input, cancellation);
        await durable.ScheduleNewOrchestrationInstanceAsync(
            "ReplaceCredentials",
            input,
            new StartOrchestrationOptions(instance),
            cancellation);
        var version = await secrets.StoreAsync(present.Secret, key.Secret, input.Mark, cancellation);
        if (version is not null)
            await work.NoteAsync("ReplaceCredentials", instance, input with { NewVersion = version }, cancellation);
        try
        {
            await durable.RaiseEventAsync(instance, ReplaceCredentials.Stored, version ?? "", cancellation);
        }
        catch (RpcException ended) when (ended.StatusCode is StatusCode.FailedPrecondition)
        {
            // The vault took so long that the swap gave up, perhaps before there was anything to disable.
            await work.DoneAsync("ReplaceCredentials", instance, cancellation);
            await secrets.DisableMarkedAsync(present.Secret, input.Mark, present.SecretVersion, cancellation);
            return new Refusal(
                RefusalKind.Unavailable,
                "unavailable",
                "The vault is slow to answer. Nothing was changed; send the new credentials again."
            ).AsProblem();
        }

        return version is null
            ? DriveFinder.Removed.AsProblem()
            : await AnswerAsync(request, input with { NewVersion = version }, drive.Audience, cancellation);
    }

    private static Result<(AccessKeyId Id, Secret Secret), Refusal> Parse(ReplaceCredentialsBody body)
    {
        var form = new FormReader();
        var id = form.Read("accessKeyId", AccessKeyId.Parse(body.AccessKeyId));
        if (body.SecretAccessKey is null)
            form.Refuse<Secret>("secretAccessKey", "Give the secret access key that belongs to the access key id.");
        else if (body.SecretAccessKey.Reveal().Length > MaxSecretLength)
            form.Refuse<Secret>("secretAccessKey", $"A secret access key has at most {MaxSecretLength} characters.");
        return form.IsValid ? (id!, body.SecretAccessKey!) : form.Refusal;
    }

    /// <summary>Waits on the rows that the flow writes: the report first, then the drive.</summary>
    private async Task<IResult> AnswerAsync(
        HttpRequest request,
        ReplaceCredentialsInput input,
        Audience audience,
        CancellationToken cancellation)
    {
        for (var until = clock.GetUtcNow() + TimeLimit; clock.GetUtcNow() < until; await Task.Delay(Pause, clock, cancellation))
        {
            if (await request.AdmitAgainAsync(audience, "drive", cancellation) is { } refused)
                return refused.AsProblem();
            var report = await reports.FindAsync(input.Organization, input.Drive.Value, input.Verification, cancellation);
            if (report is { CompletedAt: not null, Passed: false })
            {
                return (
                    new Refusal(
                        RefusalKind.Invalid,
                        "verification-failed",
                        "The new credentials don't pass the verification. Nothing was changed; the drive goes on with the old ones."
                    ) with
                    {
                        Extensions = new Dictionary<string, object> { ["verification"] = report },
                    }
                ).AsProblem();
            }

            if (
                await drives.FindAsync(input.Organization, input.Drive, cancellation)
                is not { Value: { State: DriveState.Connected, Authentication: DriveAuthentication.AccessKey now } drive })
                return DriveFinder.Removed.AsProblem();
            if (now.SecretVersion == input.NewVersion)
                return Answers.Resource(request, await ViewAsync(drive, request.Person(), cancellation));
            if (now.SecretVersion != input.OldVersion)
                return Overtaken.AsProblem();
        }

        return Results.Json(
            new CredentialsPendingView(
                input.Verification,
                "The new credentials are still being verified. The old ones count until they have passed."),
            Json.Options,
            statusCode: StatusCodes.Status202Accepted);
    }

    private async Task<DriveView> ViewAsync(Drive drive, Person person, CancellationToken cancellation) =>
        DriveView.Of(drive, await drives.DefaultsAsync(drive.Organization, cancellation), person);
}

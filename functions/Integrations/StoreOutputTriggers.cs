using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Access;
using ServerlessDrives.Drives;
using ServerlessDrives.Events;
using ServerlessDrives.Files;
using ServerlessDrives.Files.References;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Middleware;
using ServerlessDrives.Http.Repetition;

namespace ServerlessDrives.Integrations;

/// <summary>Where an output landed.</summary>
/// <param name="Id">A reference to it.</param>
public sealed record StoredOutputView(FileId Id, DriveId DriveId, string Path, long Size, string Etag);

/// <summary>
/// Stores one output where the precedence says: the integration's drive, else the workspace's default, else the organization's.
/// </summary>
[Section("Integrations")]
public sealed class StoreOutputTriggers(
    IntegrationFinder finder,
    DriveFinder driveFinder,
    IDrives drives,
    IDriveFiles files,
    FileTransferOptions options,
    IFileRecords records,
    IEvents events,
    Idempotency idempotency,
    TimeProvider clock)
{
    [Function("StoreOutput")]
    [Requires(Need.Person)]
    [Summary("Store one output", Detail = "On the integration's drive, else the workspace's default, else the organization's.")]
    [Reads("*/*")]
    [Answers<StoredOutputView>(201, "A reference to it.")]
    [HonoursIdempotencyKey]
    [Heeds("Content-MD5", "The content's MD5 in base64; what doesn't match isn't written.")]
    [Heeds("Content-Digest", "RFC 9530: sha-256 or sha-512 with the digest in base64 between colons.")]
    [Heeds("x-amz-checksum-crc64nvme", "S3's own checksums, in base64: this, -crc32, -crc32c, -sha1 and -sha256.")]
    [Refuses(
        "drive-removed",
        "read-only",
        "invalid",
        "not-downstream",
        "integration-paused",
        "no-drive",
        "digest-mismatch",
        "cut-off",
        "content-too-large",
        "write-raced",
        "outcome-unknown",
        "upload-aborted",
        "aws-encryption-differs",
        "aws"
    )]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/integrations/{integrationId}/outputs/{*path}")] HttpRequest request,
        string integrationId,
        string? path)
    {
        ArgumentNullException.ThrowIfNull(request);
        return await idempotency.OnceStreamedAsync(request, () => StoreAsync(request, integrationId, path));
    }

    private async Task<IResult> StoreAsync(HttpRequest request, string integrationId, string? path)
    {
        var (person, cancellation) = (request.Person(), request.HttpContext.RequestAborted);
        if (!(await finder.FindAsync(person, integrationId, cancellation)).TryGet(out var found, out var unknown))
            return unknown.AsProblem();
        var integration = found.Value;
        if (integration.Kind is not IntegrationKind.Downstream)
            return Refusal.Conflict("not-downstream", "Only a downstream integration takes outputs; this one is upstream.").AsProblem();
        if (integration.Paused)
            return Refusal
                .Conflict("integration-paused", "This integration is paused and takes no outputs until it is resumed.")
                .AsProblem();
        // Hosts hand on "a%2Fb" and "a%252Fb" as the same text, so which name is meant can't be told here.
        if (path?.Contains("%2F", StringComparison.OrdinalIgnoreCase) == true)
            return Refusal
                .Invalid("path", "An encoded slash can't travel in a URL's path. Choose another name for this output.")
                .AsProblem();
        if (string.IsNullOrEmpty(path))
            return Refusal.Invalid("path", "Name the file.").AsProblem();

        var driveId =
            integration.Drive ?? (await drives.DefaultsAsync(person.Organization, cancellation)).For(integration.Workspace!.Value);
        if (driveId is null)
            return Refusal
                .Conflict(
                    "no-drive",
                    "The integration names no drive, and neither its workspace nor the organization has a default one. Choose a " +
                    "default drive."
                )
                .AsProblem();
        if (!(await driveFinder.FindAsync(person, driveId.Value.Value, cancellation)).TryGet(out var drive, out var gone))
            return gone.AsProblem();
        if (drive.Access.IsReadOnly)
            return DriveFinder.IsReadOnly.AsProblem();
        if (
            !FilePath
                .Parse(integration.Folder is null ? path : $"{integration.Folder}/{path}", drive.Path)
                .TryGet(out var file, out var problem))
            return Refusal.Invalid("path", problem.Message).AsProblem();
        if (!FileTriggers.ContentOf(request, drive, options).TryGet(out var toWrite, out var odd))
            return odd.AsProblem();
        var written = await files.WriteAsync(drive, file, toWrite, cancellation);
        if (FileTriggers.RefusalOf(request) is { } refused)
            return refused.AsProblem();
        if (!written.TryGet(out var stored, out var refusal))
            return refusal.AsProblem();

        var reference = new FileReference(
            request.Operation().IdOf<FileId>(),
            person.Organization,
            drive.Id,
            file,
            drive.Audience,
            stored.ETag,
            stored.VersionId,
            person.Id,
            clock.GetUtcNow());
        await records.AddAsync(reference, cancellation);
        await events.TellAsync(
            new(
                $"{reference.Id}-stored",
                person.Organization,
                EventTypes.OutputStored,
                integration.Id.Value,
                clock.GetUtcNow(),
                new JsonObject
                {
                    ["integrationId"] = integration.Id.Value,
                    ["driveId"] = drive.Id.Value,
                    ["fileId"] = reference.Id.Value,
                    ["path"] = file.Value,
                    ["size"] = stored.Size,
                }),
            cancellation);
        return Results.Json(
            new StoredOutputView(reference.Id, drive.Id, file.Value, stored.Size, stored.ETag),
            Json.Options,
            statusCode: StatusCodes.Status201Created);
    }
}

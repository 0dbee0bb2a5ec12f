using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Access;
using ServerlessDrives.Drives;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Middleware;
using ServerlessDrives.Http.Repetition;

namespace ServerlessDrives.Files.References;

[NeedsFields("path")]
public sealed record CreateReferenceBody(string? Path);

/// <param name="Changed">Whether the file is another than when the reference was made.</param>
public sealed record FileReferenceView(
    FileId Id,
    DriveId DriveId,
    string Path,
    long? Size,
    string? ContentType,
    DateTimeOffset? LastModified,
    [property: JsonPropertyName("etag")] string? ETag,
    bool Changed,
    UserId CreatedBy,
    DateTimeOffset CreatedAt);

/// <summary>File references over HTTP.</summary>
[Section("Files")]
public sealed class ReferenceTriggers(
    IDriveFiles files,
    IFileRecords records,
    FileReferences references,
    DriveFinder finder,
    Idempotency idempotency,
    TimeProvider clock)
{
    [Function("CreateFileReference")]
    [Requires(Need.Person)]
    [Summary("Make a reference to a file")]
    [Reads<CreateReferenceBody>]
    [Answers<FileReferenceView>(201, "The reference.", ETag = true, Location = true)]
    [HonoursIdempotencyKey]
    [Refuses("drive-removed", "aws")]
    public Task<IResult> CreateAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/drives/{driveId}/references")] HttpRequest request,
        string driveId
    ) =>
        idempotency.OnceAsync<CreateReferenceBody>(
            request,
            async body =>
            {
                var (person, cancellation) = (request.Person(), request.HttpContext.RequestAborted);
                if (!(await finder.FindAsync(person, driveId, cancellation)).TryGet(out var drive, out var unknown))
                    return unknown.AsProblem();
                if (!FilePath.Parse(body.Path, drive.Path).TryGet(out var path, out var problem))
                    return Refusal.Invalid("path", problem.Message).AsProblem();
                if (!(await files.LookAsync(drive, path, ReadConditions.None, cancellation)).TryGet(out var file, out var refusal))
                    return refusal.AsProblem();
                var reference = new FileReference(
                    request.Operation().IdOf<FileId>(),
                    person.Organization,
                    drive.Id,
                    path,
                    drive.Audience,
                    file.ETag,
                    file.VersionId,
                    person.Id,
                    clock.GetUtcNow());
                await records.AddAsync(reference, cancellation);
                return Answers.Resource(request, ViewOf(reference, file), StatusCodes.Status201Created, $"/api/files/{reference.Id}");
            });

    [Function("GetFileReference")]
    [Requires(Need.Person)]
    [Summary("Read a reference")]
    [AnswersResource<FileReferenceView>("What it stands for, and whether that has changed.")]
    [Refuses("drive-removed", "aws")]
    public async Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/files/{fileId}")] HttpRequest request,
        string fileId)
    {
        ArgumentNullException.ThrowIfNull(request);
        var cancellation = request.HttpContext.RequestAborted;
        if (!(await references.FindAsync(request.Person(), fileId, cancellation)).TryGet(out var found, out var unknown))
            return unknown.AsProblem();
        return (await files.LookAsync(found.Drive, found.Reference.Path, ReadConditions.None, cancellation)).Answer(
            file => Answers.Resource(request, ViewOf(found.Reference, file)));
    }

    [Function("GetFileReferenceContent")]
    [Requires(Need.Person)]
    [Summary("Read the file behind a reference")]
    [DescribedAs(nameof(FileTriggers.GetAsync), Of = typeof(FileTriggers))]
    public async Task<IResult> GetContentAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/files/{fileId}/content")] HttpRequest request,
        string fileId)
    {
        ArgumentNullException.ThrowIfNull(request);
        var cancellation = request.HttpContext.RequestAborted;
        if (!(await references.FindAsync(request.Person(), fileId, cancellation)).TryGet(out var found, out var unknown))
            return unknown.AsProblem();
        return await FileAnswers.ReadAsync(request, files, found.Drive, found.Reference.Path);
    }

    private static FileReferenceView ViewOf(FileReference reference, FileContent file) =>
        new(
            reference.Id,
            reference.Drive,
            reference.Path.Value,
            file.Length,
            file.ContentType,
            file.LastModified,
            file.ETag,
            file.ETag != reference.ETag,
            reference.CreatedBy,
            reference.CreatedAt);
}

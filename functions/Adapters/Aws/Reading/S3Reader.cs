using System.Net;
using Amazon.S3.Model;
using Microsoft.Extensions.Options;
using ServerlessDrives.Access;
using ServerlessDrives.Access.Policies;
using ServerlessDrives.Adapters.Aws.Sessions;
using ServerlessDrives.Drives;
using ServerlessDrives.Files;
using ServerlessDrives.Files.Versions;

namespace ServerlessDrives.Adapters.Aws.Reading;

/// <summary>Reads files of drives: their bytes, or their state.</summary>
internal sealed class S3Reader(DriveClients clients, ReadAheadBudget budget, TimeProvider clock, IOptions<AwsOptions> options)
{
    /// <param name="version">Null for the file as it is now.</param>
    public async Task<Result<FileContent, Refusal>> OpenAsync(
        Drive drive,
        FilePath path,
        VersionId? version,
        ReadConditions conditions,
        CancellationToken cancellation)
    {
        var lease = clients.Lease(drive);
        try
        {
            var target = new S3Target(lease, drive, path, version);
            var range = RangeOf(conditions);
            var asked = await GetAsync(target, conditions with { Range = range }, cancellation);
            // The range was wanted of another state of the file: all of this one, then.
            if (range is not null && conditions.IfRange is not null && asked.Error is Fault.Refused { Status: 412 })
                asked = await GetAsync(target, conditions with { Range = null, IfRange = null }, cancellation);
            if (!asked.TryGet(out var answer, out var fault))
                return await NotOpenedAsync(target, fault, cancellation);
            if (answer.HttpStatusCode is HttpStatusCode.NotModified)
                return new FileContent(null, null) { State = FileState.Unchanged, ETag = answer.ETag, LastModified = answer.LastModified };
            var isPart = answer.HttpStatusCode is HttpStatusCode.PartialContent;
            var body = BodyOf(target, answer);
            var content = new FileContent(isPart ? body : CheckedContent.Of(body, answer), lease)
            {
                State = isPart ? FileState.Part : FileState.Whole,
                Length = answer.ContentLength,
                ContentRange = isPart ? answer.ContentRange : null,
                ETag = answer.ETag,
                VersionId = S3DriveFiles.VersionOf(answer.VersionId),
                LastModified = answer.LastModified,
                ContentType = answer.Headers.ContentType,
                ContentEncoding = ContentKind.CodingsOf(answer.Headers.ContentEncoding),
            };
            lease = null;
            return content;
        }
        finally
        {
            lease?.Dispose();
        }
    }

    /// <inheritdoc cref="OpenAsync"/>
    public async Task<Result<FileContent, Refusal>> LookAsync(
        Drive drive,
        FilePath path,
        VersionId? version,
        ReadConditions conditions,
        CancellationToken cancellation)
    {
        using var lease = clients.Lease(drive);
        var target = new S3Target(lease, drive, path, version);
        var asked = await LookAsync(target, conditions, cancellation);
        if (!asked.TryGet(out var answer, out var fault))
            return await NotOpenedAsync(target, fault, cancellation);
        return new FileContent(null, null)
        {
            State = FileState.Whole,
            Length = answer.ContentLength,
            ETag = answer.ETag,
            VersionId = S3DriveFiles.VersionOf(answer.VersionId),
            LastModified = answer.LastModified,
            ContentType = answer.Headers.ContentType,
            ContentEncoding = ContentKind.CodingsOf(answer.Headers.ContentEncoding),
        };
    }

    /// <summary>
    /// Whether S3 names a version of the file, as it does where the bucket keeps versions or once did. Where it never did, only a list of
    /// versions names one, <c>null</c>.
    /// </summary>
    /// <returns>Null where the file can't be read.</returns>
    public async Task<bool?> NamesVersionAsync(Drive drive, FilePath path, CancellationToken cancellation)
    {
        using var lease = clients.Lease(drive);
        var looked = await LookAsync(new S3Target(lease, drive, path), ReadConditions.None, cancellation);
        return looked.TryGet(out var state, out _) ? !string.IsNullOrEmpty(state.VersionId) : null;
    }

    private Task<Result<GetObjectMetadataResponse, Fault>> LookAsync(
        S3Target target,
        ReadConditions conditions,
        CancellationToken cancellation
    ) =>
        target.Lease.AskAsync(
            (s3, token) => s3.GetObjectMetadataAsync(Conditional(target.Bucket.Head(target.Key, target.Version?.Value), conditions), token),
            options.Value.CallTimeout * 3,
            cancellation);

    private Task<Result<GetObjectResponse, Fault>> GetAsync(S3Target target, ReadConditions conditions, CancellationToken cancellation)
    {
        // The limit is for the beginning of the answer; its body may take as long as it comes.
        return target.Lease.AskAsync(
            (s3, _) => s3.GetObjectAsync(
                Conditional(target.Bucket.Get(target.Key, target.Version?.Value), conditions), cancellation),
            options.Value.TransferTimeout,
            cancellation);
    }

    private Stream BodyOf(S3Target target, GetObjectResponse answer)
    {
        var length = answer.ContentLength;
        var whole = SteadyOf(answer, from: 0, length);
        return length < ParallelContent.LeastBytes ? whole : new ParallelContent(whole, RangeAsync, budget, clock);

        SteadyContent SteadyOf(GetObjectResponse sent, long from, long to) =>
            new(sent, (more, token) => AgainAsync(target, answer, from + more, to, token), options.Value.SilenceTimeout);

        async Task<Stream> RangeAsync(long from, long to, CancellationToken token) =>
            SteadyOf(await AgainAsync(target, answer, from, to, token), from, to);
    }

    /// <summary>Bytes of the very same file.</summary>
    /// <param name="from">Of what the first answer has.</param>
    /// <param name="to">Exclusive.</param>
    /// <exception cref="IOException">S3 doesn't send them, or no longer has this state of the file.</exception>
    private async Task<GetObjectResponse> AgainAsync(
        S3Target target,
        GetObjectResponse first,
        long from,
        long to,
        CancellationToken cancellation)
    {
        var offset =
            first.ContentRange is { Length: > 0 } range && range.Split(' ', '-') is [_, var start, ..]
                ? long.Parse(start, System.Globalization.CultureInfo.InvariantCulture)
                : 0;
        var asked = await target.Lease.AskAsync(
            (s3, _) =>
            {
                var request = target.Bucket.Get(target.Key, target.Version?.Value ?? S3DriveFiles.VersionOf(first.VersionId));
                (request.EtagToMatch, request.ByteRange) = (first.ETag, new ByteRange(offset + from, offset + to - 1));
                // A part has no checksum to compare with.
                request.ChecksumMode = null;
                return s3.GetObjectAsync(request, cancellation);
            },
            options.Value.TransferTimeout,
            cancellation);
        return asked.TryGet(out var answer, out var fault)
            ? answer
            : throw new IOException($"S3 doesn't send the rest of the file: {ReasonOf(fault)}.");
    }

    private static string ReasonOf(Fault fault) => fault switch
    {
        Fault.Refused refused => refused.Code,
        Fault.Unreachable unreachable => unreachable.Reason,
        _ => "it can't be reached",
    };

    private static GetObjectMetadataRequest Conditional(GetObjectMetadataRequest request, ReadConditions conditions)
    {
        (request.EtagToMatch, request.EtagToNotMatch) = (conditions.IfMatch, conditions.IfNoneMatch);
        (request.ModifiedSinceDate, request.UnmodifiedSinceDate) = (
            conditions.IfModifiedSince?.UtcDateTime,
            conditions.IfUnmodifiedSince?.UtcDateTime);
        return request;
    }

    private static GetObjectRequest Conditional(GetObjectRequest request, ReadConditions conditions)
    {
        request.EtagToMatch =
            conditions.IfMatch ?? (conditions.Range is not null && conditions.IfRange is { } etag && etag.StartsWith('"') ? etag : null);
        request.EtagToNotMatch = conditions.IfNoneMatch;
        (request.ModifiedSinceDate, request.UnmodifiedSinceDate) = (
            conditions.IfModifiedSince?.UtcDateTime,
            conditions.IfUnmodifiedSince?.UtcDateTime);
        request.ByteRange = conditions.Range is { } range ? new ByteRange(range) : null;
        return request;
    }

    private async Task<Result<FileContent, Refusal>> NotOpenedAsync(S3Target target, Fault fault, CancellationToken cancellation)
    {
        switch (fault)
        {
            case Fault.Refused { Status: 304 }:
                // The condition may name many states or any: which one it is, the caller is told.
                var now = await LookAsync(target, ReadConditions.None, cancellation);
                return now.TryGet(out var state, out var unseen)
                    ? new FileContent(null, null)
                    {
                        State = FileState.Unchanged,
                        ETag = state.ETag,
                        LastModified = state.LastModified,
                        VersionId = S3DriveFiles.VersionOf(state.VersionId),
                    }
                    : S3Refusals.Of(target.Drive, target.Reading, unseen);
            case Fault.Refused { Status: 416 }:
                var whole = await LookAsync(target, ReadConditions.None, cancellation);
                return S3Refusals.Of(target.Drive, target.Reading, fault) with
                {
                    Extensions = whole.TryGet(out var size, out _)
                        ? new Dictionary<string, object> { ["size"] = size.ContentLength }
                        : new Dictionary<string, object>(),
                };
            default:
                var seen = await S3Absence.SeenThroughAsync(target, fault, options.Value.CallTimeout, cancellation);
                var named = await WithKeyAsync(target, seen, cancellation);
                return target.Version is null
                    ? S3Refusals.Of(target.Drive, target.Reading, named)
                    : S3Refusals.OfVersion(target.Drive, target.Reading, named);
        }
    }

    /// <summary>Not every refusal of KMS names the key; the file's state does, which needs no key to be read.</summary>
    private async Task<Fault> WithKeyAsync(S3Target target, Fault fault, CancellationToken cancellation)
    {
        if (
            fault is not Fault.Refused { IsAccessDenied: true } refused
            || AccessDeniedText.KmsActionIn(refused.Message) is null
            || AccessDeniedText.KeyIn(refused.Message) is not null)
            return fault;
        var looked = await LookAsync(target, ReadConditions.None, cancellation);
        return looked.TryGet(out var state, out _) && state.ServerSideEncryptionKeyManagementServiceKeyId is { Length: > 0 } key
            ? refused with { Message = $"{refused.Message} ({key})" }
            : fault;
    }

    /// <summary>
    /// One range, as S3 takes it; several, or anything else, is left out, which HTTP allows. So is one of a state that can't be named
    /// exactly.
    /// </summary>
    private static string? RangeOf(ReadConditions conditions)
    {
        if (conditions.Range is not { } range || !IsOneRange(range))
            return null;
        return conditions.IfRange is null || (conditions.IfRange.StartsWith('"') && conditions.IfMatch is null)
            ? "bytes=" + range["bytes=".Length..].Trim()
            : null;
    }

    private static bool IsOneRange(string range)
    {
        if (
            !range.StartsWith("bytes=", StringComparison.OrdinalIgnoreCase)
            || range["bytes=".Length..].Trim().Split('-') is not [var first, var last])
            return false;
        return (first.Length, last.Length) switch
        {
            (0, 0) => false,
            (0, _) => last.All(char.IsAsciiDigit),
            (_, 0) => first.All(char.IsAsciiDigit),
            _ => long.TryParse(first, System.Globalization.NumberStyles.None, null, out var from)
                && long.TryParse(last, System.Globalization.NumberStyles.None, null, out var to)
                && from <= to,
        };
    }
}

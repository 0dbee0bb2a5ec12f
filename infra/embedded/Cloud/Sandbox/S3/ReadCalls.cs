using System.Globalization;
using System.Text;
using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Content;
using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Locks;
using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Storage;
using ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3;

/// <summary>GetObject and HeadObject.</summary>
internal static class ReadCalls
{
    private static readonly (string Query, string Header)[] Overrides =
    [
        ("response-content-type", "Content-Type"),
        ("response-content-language", "Content-Language"),
        ("response-expires", "Expires"),
        ("response-cache-control", "Cache-Control"),
        ("response-content-disposition", "Content-Disposition"),
        ("response-content-encoding", "Content-Encoding"),
    ];

    public static async Task GetAsync(S3Call call)
    {
        using var lease = Open(call, "s3:GetObject", "s3:GetObjectVersion");
        if (Prepare(call, lease.Version, content: true) is not { } range)
            return;
        var segments =
            range.Length == lease.Version.Size
                ? lease.Version.Segments
                : ContentReader.Slice(lease.Version.Segments, range.Offset, range.Length);
        await ContentReader.CopyAsync(call.World.Buckets.Files, segments, call.Response.Body, call.Cancelled);
    }

    public static Task HeadAsync(S3Call call)
    {
        using var lease = Open(call, "s3:GetObject", "s3:GetObjectVersion");
        Prepare(call, lease.Version, content: false);
        return Task.CompletedTask;
    }

    /// <summary>The version that the request names, once the caller may read it.</summary>
    public static VersionLease Open(S3Call call, string action, string versionAction, string aclPermission = "READ")
    {
        var lease = call.Bucket.Lease(call.Key, call.VersionId);
        try
        {
            call.AllowOnObject(call.VersionId is null ? action : versionAction, aclPermission, lease?.Version);
            if (lease is null)
            {
                call.AllowToLearnAbsence();
                throw call.VersionId is { } id ? S3Errors.NoVersion(call.Key, id) : S3Errors.NoSuchKey(call.Key);
            }

            if (!lease.Version.IsDeleteMarker) return lease;
            if (call.VersionId is null) call.AllowToLearnAbsence();
            throw OnMarker(call, lease.Version);
        }
        catch
        {
            lease?.Dispose();
            throw;
        }
    }

    private static AwsError OnMarker(S3Call call, ObjectVersion marker)
    {
        if (call.VersionId is not null && call.IsCopySource)
            return S3Errors.InvalidRequest("The source of a copy request may not specifically refer to a delete marker by version id.");
        var error = call.VersionId is null ? S3Errors.NoSuchKey(call.Key) : S3Errors.MethodNotAllowed(call.Request.Method, "DeleteMarker");
        var headers = new Dictionary<string, string> { ["x-amz-delete-marker"] = "true", ["x-amz-version-id"] = marker.VersionId };
        if (call.VersionId is not null)
        {
            headers["Allow"] = "DELETE";
            headers["Last-Modified"] = marker.LastModified.ToString("R", CultureInfo.InvariantCulture);
        }

        return new AwsError(error.Status, error.Code, error.Message) { Details = error.Details, Headers = headers };
    }

    /// <summary>Writes status and headers; answers the bytes to send, or null when there are none (304).</summary>
    private static (long Offset, long Length)? Prepare(S3Call call, ObjectVersion version, bool content)
    {
        if (IsNotModified(call, version))
        {
            call.Response.StatusCode = 304;
            call.Response.Headers.ETag = $"\"{version.ETag}\"";
            call.Response.Headers.LastModified = version.LastModified.ToString("R", CultureInfo.InvariantCulture);
            call.TellVersion(version);
            return null;
        }

        if (content) RestoreCalls.RequireReadable(call, version);
        var withChecksum = string.Equals(call.Header("x-amz-checksum-mode"), "ENABLED", StringComparison.OrdinalIgnoreCase);
        Encryption.AllowRead(call, version, decrypts: content || withChecksum);

        var part = PartOf(call, version);
        var range = part?.Range ?? ByteRange.Of(call.Header("Range"), version.Size);
        var (offset, length) = range ?? (0, version.Size);
        if (part is not null)
            call.Response.Headers["x-amz-mp-parts-count"] = (version.Parts?.Count ?? 1).ToString(CultureInfo.InvariantCulture);
        call.Response.StatusCode = range is null ? 200 : 206;
        if (range is not null && version.Size > 0)
            call.Response.Headers.ContentRange = $"bytes {offset}-{offset + length - 1}/{version.Size}";
        Describe(call, version);
        if (withChecksum)
        {
            if (range is null && version.Checksum is { } whole)
            {
                call.Response.Headers[ChecksumAlgorithm.Named(whole.Algorithm)!.Header] = whole.Value;
                call.Response.Headers["x-amz-checksum-type"] = whole.Type;
            }
            else if (part?.Part?.Checksum is { } ofPart)
            {
                call.Response.Headers[ChecksumAlgorithm.Named(version.Checksum!.Algorithm)!.Header] = ofPart;
            }
        }

        call.Response.ContentLength = length;
        return (offset, length);
    }

    private static void Describe(S3Call call, ObjectVersion version)
    {
        var headers = call.Response.Headers;
        foreach (var (name, value) in version.Headers.Content) headers[name] = Plain(value);
        foreach (var (name, value) in version.Headers.Metadata) headers["x-amz-meta-" + name] = Plain(value);
        foreach (var (query, header) in Overrides)
        {
            if (call.Query(query) is not { } value)
                continue;
            if (call.Aws.Caller is null)
                throw S3Errors.InvalidRequest("Request specific response headers cannot be used for anonymous GET requests.");
            headers[header] = Plain(value);
        }

        headers.AcceptRanges = "bytes";
        headers.ETag = $"\"{version.ETag}\"";
        headers.LastModified = version.LastModified.ToString("R", CultureInfo.InvariantCulture);
        if (version.StorageClass != "STANDARD")
            headers["x-amz-storage-class"] = version.StorageClass;
        if (version.Tags is { Count: > 0 } tags)
            headers["x-amz-tagging-count"] = tags.Count.ToString(CultureInfo.InvariantCulture);
        if (version.RestoredUntil is { } until)
            headers["x-amz-restore"] = $"ongoing-request=\"false\", expiry-date=\"{until.ToString("R", CultureInfo.InvariantCulture)}\"";
        Encryption.Tell(call, version.Encryption);
        ObjectLocks.Tell(call, version);
        call.TellVersion(version);
    }

    /// <summary>
    /// Throws 412 where a condition fails that must hold; answers whether the client's copy is still good. RFC 9110 §13.2.2 has the order.
    /// </summary>
    private static bool IsNotModified(S3Call call, ObjectVersion version)
    {
        if (call.Header("If-Match") is { } match)
        {
            if (!Matches(match, version.ETag)) throw S3Errors.PreconditionFailed("If-Match");
        }
        else if (Date(call, "If-Unmodified-Since") is { } unmodified && version.LastModified > unmodified)
        {
            throw S3Errors.PreconditionFailed("If-Unmodified-Since");
        }

        if (call.Header("If-None-Match") is { } noneMatch) return Matches(noneMatch, version.ETag);
        return Date(call, "If-Modified-Since") is { } modified && version.LastModified <= modified;
    }

    private static bool Matches(string condition, string etag) =>
        condition.Trim() == "*"
        || condition
            .Split(',', StringSplitOptions.TrimEntries)
            .Any(c => (c.StartsWith("W/", StringComparison.Ordinal) ? c[2..] : c).Trim('"') == etag);

    private static DateTimeOffset? Date(S3Call call, string header) =>
        DateTimeOffset.TryParse(call.Header(header), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
            ? date
            : null;

    private static ((long Offset, long Length) Range, ObjectPart? Part)? PartOf(S3Call call, ObjectVersion version)
    {
        if (call.Query("partNumber") is not { } text)
            return null;
        if (call.Header("Range") is not null)
            throw S3Errors.InvalidRequest("Cannot specify both Range header and partNumber query parameter");
        if (
            !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || number is < 1 or > MultipartCalls.MostParts)
            throw S3Errors.InvalidArgument("Part number must be an integer between 1 and 10000, inclusive", "partNumber", text);
        if (version.Parts is null && number == 1) return ((0, version.Size), null);
        var offset = 0L;
        // Part numbers may have gaps while uploading; the finished object counts from one.
        if (version.Parts is { } parts && number <= parts.Count)
        {
            for (var i = 0; i < number - 1; i++) offset += parts[i].Size;
            return ((offset, parts[number - 1].Size), parts[number - 1]);
        }

        throw S3Errors.Of(
            416,
            "InvalidPartNumber",
            "The requested partnumber is not satisfiable",
            ("PartNumberRequested", text),
            ("ActualPartCount", (version.Parts?.Count ?? 1).ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>Header values beyond ASCII travel as RFC 2047 has it, which is how S3 returns them.</summary>
    private static string Plain(string value) =>
        Ascii.IsValid(value) ? value : $"=?UTF-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes(value))}?=";
}

/// <summary>One range of bytes, as a Range header asks for it.</summary>
internal static class ByteRange
{
    /// <summary>
    /// Null when the whole is asked for, which a header that isn't one range of bytes comes to as well; throws <c>InvalidRange</c> (416)
    /// when nothing of it is there.
    /// </summary>
    public static (long Offset, long Length)? Of(string? header, long size)
    {
        if (header is null || !header.StartsWith("bytes=", StringComparison.OrdinalIgnoreCase)) return null;
        var bounds = header["bytes=".Length..].Split('-', StringSplitOptions.TrimEntries);
        if (bounds.Length != 2) return null;
        var hasFirst = long.TryParse(bounds[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first);
        var hasLast = long.TryParse(bounds[1], NumberStyles.None, CultureInfo.InvariantCulture, out var last);
        if (
            (!hasFirst && bounds[0].Length > 0)
            || (!hasLast && bounds[1].Length > 0)
            || (!hasFirst && !hasLast)
            || (hasFirst && hasLast && last < first))
            return null;
        if (hasFirst ? first >= size : last == 0 || size == 0)
        {
            throw new AwsError(416, "InvalidRange", "The requested range is not satisfiable")
            {
                Details = new Dictionary<string, string>
                {
                    ["RangeRequested"] = header,
                    ["ActualObjectSize"] = size.ToString(CultureInfo.InvariantCulture),
                },
                Headers = new Dictionary<string, string> { ["Content-Range"] = $"bytes */{size}" },
            };
        }

        if (!hasFirst) return (Math.Max(0, size - last), Math.Min(size, last));
        return (first, Math.Min(hasLast ? last : long.MaxValue - 1, size - 1) - first + 1);
    }
}

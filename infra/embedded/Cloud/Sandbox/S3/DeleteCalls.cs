using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Locks;
using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Storage;
using ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3;

/// <summary>DeleteObject and DeleteObjects.</summary>
internal static class DeleteCalls
{
    private const int MostKeys = 1000;

    public static Task DeleteAsync(S3Call call)
    {
        call.AllowOnObject(call.VersionId is null ? "s3:DeleteObject" : "s3:DeleteObjectVersion", "WRITE");
        ObjectLocks.RequireLockToBypass(call);
        var match = call.Header("If-Match")?.Trim('"');
        var bypasses = call.VersionId is not null && ObjectLocks.Bypasses(call, call.Key);
        if (call.VersionId is not null) MfaDelete.Require(call);
        Action<ObjectVersion?> check = current =>
        {
            if (match is not null && current is null) throw S3Errors.NoSuchKey(call.Key);
            if (match is not null && match != "*" && match != current!.ETag) throw S3Errors.PreconditionFailed("If-Match");
            if (call.VersionId is not null) ObjectLocks.RequireDeletable(call, current, bypasses);
        };
        if (call.VersionId is { } versionId)
        {
            call.Response.Headers["x-amz-version-id"] = versionId;
            var deleted = call.Bucket.DeleteVersion(call.Key, versionId, check);
            if (deleted is null && !Identifiers.IsVersion(versionId)) throw S3Errors.NoVersion(call.Key, versionId);
            if (deleted is { IsDeleteMarker: true })
                call.Response.Headers["x-amz-delete-marker"] = "true";
        }
        else if (call.Bucket.Delete(call.Key, call.Settings.Account, call.World.Now, check) is { } marker)
        {
            call.TellVersion(marker);
        }

        return call.EmptyAsync(204);
    }

    public static async Task DeleteManyAsync(S3Call call)
    {
        if (
            call.Header("Content-MD5") is null
            && !call.Request.Headers.Any(h => h.Key.StartsWith("x-amz-checksum-", StringComparison.OrdinalIgnoreCase))
            && call.Header("x-amz-trailer") is null)
            throw S3Errors.InvalidRequest("Missing required header for this request: Content-MD5 OR x-amz-checksum-*");
        var document = await S3Xml.ReadRequiredAsync(call, "Delete");
        var asked = document
            .Children("Object")
            .Select(o =>
                (
                    Key: o.Child("Key")?.Value ?? throw S3Errors.MalformedXml(),
                    VersionId: o.Text("VersionId"),
                    ETag: o.Text("ETag")?.Trim('"')))
            .ToList();
        ObjectLocks.RequireLockToBypass(call);
        if (asked.Count is 0 or > MostKeys)
            throw S3Errors.MalformedXml();
        if (asked.Exists(o => o.VersionId is not null))
            MfaDelete.Require(call);
        var quiet = string.Equals(document.Text("Quiet"), "true", StringComparison.OrdinalIgnoreCase);

        var outcomes = asked.ConvertAll(o => Delete(call, o.Key, o.VersionId, o.ETag));
        await S3Xml.AnswerAsync(call, "DeleteResult", xml =>
        {
            foreach (var outcome in outcomes)
            {
                if (outcome.Refusal is { } refusal)
                {
                    xml.Nested("Error", x =>
                    {
                        x.Element("Key", outcome.Key);
                        x.Optional("VersionId", outcome.VersionId);
                        x.Element("Code", refusal.Code);
                        x.Element("Message", refusal.Message);
                    });
                }
                else if (!quiet)
                {
                    xml.Nested("Deleted", x =>
                    {
                        x.Element("Key", outcome.Key);
                        x.Optional("VersionId", outcome.VersionId);
                        if (outcome.MarkerId is null) return;
                        x.Element("DeleteMarker", true);
                        x.Element("DeleteMarkerVersionId", outcome.MarkerId);
                    });
                }
            }
        });
    }

    private static Outcome Delete(S3Call call, string key, string? versionId, string? etag)
    {
        try
        {
            call.AllowOnObject(versionId is null ? "s3:DeleteObject" : "s3:DeleteObjectVersion", "WRITE", key: key);
            var bypasses = versionId is not null && ObjectLocks.Bypasses(call, key);
            Action<ObjectVersion?> check = current =>
            {
                if (etag is not null && (current is null || (etag != "*" && etag != current.ETag)))
                    throw S3Errors.PreconditionFailed("If-Match");
                if (versionId is not null)
                    ObjectLocks.RequireDeletable(call, current, bypasses);
            };
            var marker = versionId is null
                ? call.Bucket.Delete(key, call.Settings.Account, call.World.Now, check)
                : call.Bucket.DeleteVersion(key, versionId, check) is { IsDeleteMarker: true } deleted ? deleted : null;
            return new Outcome(key, versionId, marker?.VersionId, null);
        }
        catch (AwsError refusal)
        {
            return new Outcome(key, versionId, null, refusal);
        }
    }

    private sealed record Outcome(string Key, string? VersionId, string? MarkerId, AwsError? Refusal);
}

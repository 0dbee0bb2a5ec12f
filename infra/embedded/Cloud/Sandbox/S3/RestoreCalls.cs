using System.Globalization;
using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Storage;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3;

/// <summary>Archived objects: they can't be read until restored. Here a restoration takes no time.</summary>
internal static class RestoreCalls
{
    public static async Task RestoreAsync(S3Call call)
    {
        using var lease = ReadCalls.Open(call, "s3:RestoreObject", "s3:RestoreObject");
        var version = lease.Version;
        var document = await S3Xml.ReadRequiredAsync(call, "RestoreRequest");
        if (!int.TryParse(document.Text("Days"), NumberStyles.None, CultureInfo.InvariantCulture, out var days) || days < 1)
            throw S3Errors.MalformedXml();
        if (!IsArchived(version))
            throw S3Errors.Of(
                403,
                "InvalidObjectState",
                "Restore is not allowed for the object's current storage class",
                ("StorageClass", version.StorageClass));
        var already = version.RestoredUntil > call.World.Clock.GetUtcNow();
        call.Bucket.ChangeVersion(call.Key, version.VersionId, v => v with { RestoredUntil = call.World.Now.AddDays(days) });
        await call.EmptyAsync(already ? 200 : 202);
    }

    public static void RequireReadable(S3Call call, ObjectVersion version)
    {
        if (IsArchived(version) && !(version.RestoredUntil > call.World.Clock.GetUtcNow()))
            throw S3Errors.Of(
                403,
                "InvalidObjectState",
                "The operation is not valid for the object's storage class",
                ("StorageClass", version.StorageClass));
    }

    private static bool IsArchived(ObjectVersion version) => version.StorageClass is "GLACIER" or "DEEP_ARCHIVE";
}

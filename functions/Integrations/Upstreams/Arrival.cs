using System.Text.Json.Nodes;
using ServerlessDrives.Drives;
using ServerlessDrives.Events;

namespace ServerlessDrives.Integrations.Upstreams;

/// <summary>
/// The event that tells of a file. Its id follows from the version alone, so whoever hears of it first, and however often, it is one event.
/// </summary>
internal static class Arrival
{
    public static ProductEvent Of(Integration integration, Drive drive, ArrivedFile file)
    {
        var data = new JsonObject
        {
            ["integrationId"] = integration.Id.Value,
            ["driveId"] = drive.Id.Value,
            ["path"] = file.Path.Value,
            ["size"] = file.Size,
            ["etag"] = file.ETag,
            ["lastModified"] = file.LastModified,
        };
        if (file.VersionId is { } version)
            data["versionId"] = version;
        return new(
            $"{integration.Id}-{file.Key}",
            integration.Organization,
            EventTypes.FileArrived,
            integration.Id.Value,
            file.LastModified,
            data);
    }
}

using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Storage;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3;

/// <summary>What a bucket tells topics of its objects. Source: "Amazon S3 Event Notifications" in the S3 user guide.</summary>
internal static class BucketNotifications
{
    private const string Service = "s3.amazonaws.com";
    private const string Subject = "Amazon S3 Notification";
    private static long _sequence;

    /// <summary>Refuses a configuration with a topic that S3 may not publish to, and tells the others that it works.</summary>
    public static void Check(S3Call call, XElement configuration)
    {
        var topics = configuration
            .Children("TopicConfiguration")
            .Select(entry => entry.Text("Topic") ?? throw S3Errors.MalformedXml())
            .Distinct()
            .ToList();
        if (topics.FirstOrDefault(topic => !MayPublish(call, topic)) is { } refused)
            throw S3Errors.InvalidArgument(
                "Unable to validate the following destination configurations",
                refused,
                "Permissions on the destination topic do not allow S3 to publish notifications from this bucket");
        foreach (var topic in topics)
        {
            call.World.Topics.Publish(topic, new JsonObject
            {
                ["Service"] = "Amazon S3",
                ["Event"] = "s3:TestEvent",
                ["Time"] = Time(call),
                ["Bucket"] = call.Settings.Name,
                ["RequestId"] = call.Aws.RequestId,
                ["HostId"] = S3Xml.HostId(call.Aws),
            }.ToJsonString(), Subject);
        }
    }

    /// <summary>Tells of a version that is there now.</summary>
    public static void Created(S3Call call, ObjectVersion version, string how)
    {
        if (call.Settings.Notifications is not { } configured)
            return;
        var name = $"ObjectCreated:{how}";
        foreach (var entry in XElement.Parse(configured).Children("TopicConfiguration"))
        {
            if (
                entry.Text("Topic") is { } topic
                && entry.Children("Event").Any(one => one.Value.Trim() is "s3:ObjectCreated:*" || one.Value.Trim() == $"s3:{name}")
                && Means(entry, version.Key)
                && MayPublish(call, topic))
                call.World.Topics.Publish(topic, Record(call, version, name, entry.Text("Id") ?? "").ToJsonString(), Subject);
        }
    }

    private static bool MayPublish(S3Call call, string topic) =>
        call.World.Topics.MayPublish(call.Aws, Service, topic, call.Settings.Region, call.Settings.Account, call.Settings.Arn);

    private static bool Means(XElement entry, string key) =>
        (entry.Child("Filter")?.Child("S3Key")?.Children("FilterRule") ?? []).All(rule =>
            (rule.Text("Name")?.ToUpperInvariant(), rule.Child("Value")?.Value ?? "") switch
            {
                ("PREFIX", var prefix) => key.StartsWith(prefix, StringComparison.Ordinal),
                ("SUFFIX", var suffix) => key.EndsWith(suffix, StringComparison.Ordinal),
                _ => false,
            });

    private static JsonObject Record(S3Call call, ObjectVersion version, string name, string entry)
    {
        var file = new JsonObject
        {
            ["key"] = WebUtility.UrlEncode(version.Key).Replace("%2F", "/", StringComparison.Ordinal),
            ["size"] = version.Size,
            ["eTag"] = version.ETag,
            ["sequencer"] = Interlocked.Increment(ref _sequence).ToString("X18", CultureInfo.InvariantCulture),
        };
        if (call.Settings.Versioning == "Enabled")
            file["versionId"] = version.VersionId;
        return new JsonObject
        {
            ["Records"] = new JsonArray(
                new JsonObject
                {
                    ["eventVersion"] = "2.1",
                    ["eventSource"] = "aws:s3",
                    ["awsRegion"] = call.Settings.Region,
                    ["eventTime"] = Time(call),
                    ["eventName"] = name,
                    ["userIdentity"] = new JsonObject { ["principalId"] = $"AWS:{call.Aws.Caller?.UserId ?? "ANONYMOUS"}" },
                    ["requestParameters"] = new JsonObject { ["sourceIPAddress"] = $"{call.Aws.Http.Connection.RemoteIpAddress}" },
                    ["responseElements"] = new JsonObject
                    {
                        ["x-amz-request-id"] = call.Aws.RequestId,
                        ["x-amz-id-2"] = S3Xml.HostId(call.Aws),
                    },
                    ["s3"] = new JsonObject
                    {
                        ["s3SchemaVersion"] = "1.0",
                        ["configurationId"] = entry,
                        ["bucket"] = new JsonObject
                        {
                            ["name"] = call.Settings.Name,
                            ["ownerIdentity"] = new JsonObject { ["principalId"] = Identifiers.CanonicalUser(call.Settings.Account) },
                            ["arn"] = call.Settings.Arn,
                        },
                        ["object"] = file,
                    },
                }
            ),
        };
    }

    private static string Time(S3Call call) =>
        call.World.Clock.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}

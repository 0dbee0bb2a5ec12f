using System.Globalization;
using System.Net;
using System.Text.Json;

namespace ServerlessDrives.Integrations.Sns;

/// <summary>One record of S3's notifications. Source: "Event message structure" in the S3 user guide.</summary>
/// <param name="Name">Such as <c>ObjectCreated:Put</c>.</param>
/// <param name="Key">As it is, not as it travels.</param>
/// <param name="VersionId">Null where the bucket keeps no versions.</param>
/// <param name="Sequencer">Hexadecimal; of two records of one key the larger is the later, the shorter one padded with zeros on the
/// right.</param>
/// <param name="At">When S3 finished it.</param>
public sealed record S3Event(string Name, string Bucket, string Key, string? VersionId, string? Sequencer, DateTimeOffset At)
{
    private const int LongestSequencer = 64;

    public bool Creates => Name.StartsWith("ObjectCreated:", StringComparison.Ordinal);

    /// <summary>
    /// The records in the order in which things happened; none for <c>s3:TestEvent</c>, which S3 sends when notifications are set up.
    /// </summary>
    /// <returns>Null when the text is nothing that S3 sends.</returns>
    public static IReadOnlyList<S3Event>? Parse(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            if (root.ValueKind is not JsonValueKind.Object)
                return null;
            if (TextOf(root, "Event") == "s3:TestEvent")
                return [];
            if (!root.TryGetProperty("Records", out var records) || records.ValueKind is not JsonValueKind.Array)
                return null;
            var read = records.EnumerateArray().Select(Read).ToList();
            return read.Contains(null)
                ? null
                :
                [
                    .. read.OfType<S3Event>()
                        .OrderBy(record => record.Sequencer?.PadRight(LongestSequencer, '0'), StringComparer.OrdinalIgnoreCase),
                ];
        }
        // The others: strings in it that are no text, which are noticed when they are read, or all of it is none.
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException or ArgumentException)
        {
            return null;
        }
    }

    private static S3Event? Read(JsonElement record)
    {
        if (
            TextOf(record, "eventSource") != "aws:s3"
            || TextOf(record, "eventName") is not { } name
            || !TryPart(record, "s3", "bucket", out var bucket)
            || !TryPart(record, "s3", "object", out var file)
            || TextOf(bucket, "name") is not { } bucketName
            || TextOf(file, "key") is not { } key
            || !DateTimeOffset.TryParse(
                TextOf(record, "eventTime"),
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out var at))
            return null;
        // Keys travel as form data do: a space as +, everything else that isn't plain as %XX.
        return new(
            name,
            bucketName,
            WebUtility.UrlDecode(key),
            TextOf(file, "versionId") is { Length: > 0 } version and not "null" ? version : null,
            TextOf(file, "sequencer"),
            at);
    }

    private static bool TryPart(JsonElement element, string first, string second, out JsonElement found)
    {
        found = default;
        return element.ValueKind is JsonValueKind.Object
            && element.TryGetProperty(first, out var outer)
            && outer.ValueKind is JsonValueKind.Object
            && outer.TryGetProperty(second, out found);
    }

    private static string? TextOf(JsonElement element, string name) =>
        element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String
            ? value.GetString()
            : null;
}

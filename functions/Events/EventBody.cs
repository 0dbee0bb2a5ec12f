using System.Net.Mime;
using System.Text;
using CloudNative.CloudEvents;
using CloudNative.CloudEvents.SystemTextJson;

namespace ServerlessDrives.Events;

/// <summary>An event as it is sent: CloudEvents 1.0 in JSON. It follows from the event alone, so it is the same for each try.</summary>
internal static class EventBody
{
    /// <summary>How many characters are shown of a body; events are far smaller.</summary>
    public const int MostShown = 16 * 1024;

    private static readonly JsonEventFormatter Formatter = new();

    public static (ReadOnlyMemory<byte> Content, string ContentType) Of(ProductEvent happened)
    {
        var cloudEvent = new CloudEvent(CloudEventsSpecVersion.V1_0)
        {
            Id = happened.Id,
            Type = happened.Type,
            Source = new Uri($"urn:serverless-drives:{happened.Organization}"),
            Subject = happened.Subject,
            Time = happened.At,
            DataContentType = MediaTypeNames.Application.Json,
            Data = happened.Data,
        };
        var content = Formatter.EncodeStructuredModeMessage(cloudEvent, out var contentType);
        return (content, contentType.ToString());
    }

    /// <summary>The same to be read by people, or its beginning where it is longer than <see cref="MostShown"/>.</summary>
    public static (string Text, bool IsCut) Shown(ProductEvent happened)
    {
        var text = Encoding.UTF8.GetString(Of(happened).Content.Span);
        return text.Length <= MostShown ? (text, false) : (text[..MostShown], true);
    }
}

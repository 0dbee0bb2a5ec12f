using System.Diagnostics;
using OpenTelemetry;

namespace ServerlessDrives.Observability;

/// <summary>
/// Takes out of spans what could name a customer's file, or be a secret: the paths and queries of addresses. The route and the host stay.
/// </summary>
internal sealed class UrlRedactionProcessor : BaseProcessor<Activity>
{
    private static readonly string[] Paths = ["url.path", "url.query", "http.target"];
    private static readonly string[] Addresses = ["url.full", "http.url"];

    public override void OnEnd(Activity data)
    {
        ArgumentNullException.ThrowIfNull(data);
        foreach (var name in Paths)
        {
            if (data.GetTagItem(name) is not null)
                data.SetTag(name, null);
        }

        foreach (var name in Addresses)
        {
            if (data.GetTagItem(name) is string text)
                data.SetTag(
                    name,
                    Uri.TryCreate(text, UriKind.Absolute, out var address) ? address.GetLeftPart(UriPartial.Authority) : null);
        }
    }
}

using System.Text.Json;

namespace ServerlessDrives.Tests.Shared;

/// <summary>
/// What a page's files take over the wire, counted from the events of Chromium's <c>Network</c> domain. The API's answers are left out.
/// </summary>
public sealed class FilesOverTheWire
{
    public const string Asked = "Network.requestWillBeSent";
    public const string Finished = "Network.loadingFinished";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, string> _urls = [];
    private readonly Dictionary<string, double> _bytes = [];

    /// <summary>
    /// Compressed, headers included. A file that was fetched ahead and again when it was used counts once: only a browser without a cache
    /// does that.
    /// </summary>
    public double Bytes
    {
        get
        {
            lock (_gate)
                return _bytes.Values.Sum();
        }
    }

    /// <summary>How many requests there were, the API's included.</summary>
    public int Requests
    {
        get
        {
            lock (_gate)
                return _urls.Count;
        }
    }

    /// <param name="method">Of the event; others than <see cref="Asked"/> and <see cref="Finished"/> are passed over.</param>
    public void Hear(string method, JsonElement parameters)
    {
        lock (_gate)
        {
            switch (method)
            {
                case Asked:
                    _urls[parameters.GetProperty("requestId").GetString()!] = parameters
                        .GetProperty("request")
                        .GetProperty("url")
                        .GetString()!;
                    break;
                case Finished
                    when _urls.TryGetValue(parameters.GetProperty("requestId").GetString()!, out var url)
                        && !new Uri(url).AbsolutePath.StartsWith("/api/", StringComparison.Ordinal):
                    _bytes[url] = Math.Max(_bytes.GetValueOrDefault(url), parameters.GetProperty("encodedDataLength").GetDouble());
                    break;
            }
        }
    }
}

namespace ServerlessDrives.Embedded.Cloud.Sandbox;

/// <summary>
/// The body's <c>throttlePrefix</c>: S3 counts the requests of each prefix by itself, and tells those beyond a rate to slow down.
/// </summary>
internal sealed record ThrottledPrefix
{
    public required string Bucket { get; init; }

    /// <summary>How the keys begin, and the prefixes of listings; empty for the whole bucket.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>How many of each second are answered; 0: none.</summary>
    public int RequestsPerSecond { get; init; }
}

/// <summary>Counts the requests of one prefix in each second.</summary>
internal sealed class PrefixThrottle(ThrottledPrefix what)
{
    private long second;
    private int answered;

    public ThrottledPrefix What { get; } = what;

    /// <summary>Whether a request is one too many. Not thread-safe; the faults' lock guards it.</summary>
    public bool Refuses(string bucket, string keyOrPrefix, DateTimeOffset now)
    {
        if (bucket != What.Bucket || !keyOrPrefix.StartsWith(What.Prefix, StringComparison.Ordinal)) return false;
        var current = now.ToUnixTimeSeconds();
        if (current != second) (second, answered) = (current, 0);
        return ++answered > What.RequestsPerSecond;
    }
}

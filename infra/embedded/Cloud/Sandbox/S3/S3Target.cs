using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3;

/// <summary>What a request is about: nothing (the service), a bucket, or an object.</summary>
/// <param name="Bucket">Empty for the service itself.</param>
/// <param name="Key">Empty for a bucket.</param>
/// <param name="EndpointRegion">The region that the host name says (<c>s3.eu-west-1.…</c>), or null.</param>
internal sealed record S3Target(string Bucket, string Key, bool VirtualHosted, string? EndpointRegion)
{
    private const string Accelerate = "s3-accelerate";

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Whether the host name is that of transfer acceleration.</summary>
    public bool Accelerated { get; private init; }

    /// <summary>Whether the path, decoded, isn't UTF-8: no bucket and no key has such a name.</summary>
    public bool Unreadable { get; private init; }

    /// <summary>
    /// Reads path style (<c>/bucket/key</c>) and virtual-host style (<c>bucket.s3.region.host</c>, <c>bucket.localhost</c>). The key is
    /// decoded from the raw request line: Kestrel's path has lost dot segments and kept <c>%2F</c>.
    /// </summary>
    public static S3Target Of(HttpContext http)
    {
        var raw = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var path = raw.StartsWith('/') ? raw : new Uri(raw).AbsolutePath;
        var query = path.IndexOf('?', StringComparison.Ordinal);
        path = (query < 0 ? path : path[..query])[1..];

        var (host, region) = Host(http.Request.Host.Host);
        if (host.Length > 0)
        {
            var accelerated = http.Request.Host.Host[(host.Length + 1)..].StartsWith(Accelerate + '.', StringComparison.OrdinalIgnoreCase);
            return new S3Target(host, Uri.UnescapeDataString(path), VirtualHosted: true, region)
            {
                Accelerated = accelerated,
                Unreadable = !IsUtf8(path),
            };
        }

        var slash = path.IndexOf('/', StringComparison.Ordinal);
        var bucket = Uri.UnescapeDataString(slash < 0 ? path : path[..slash]);
        var key = slash < 0 ? "" : Uri.UnescapeDataString(path[(slash + 1)..]);
        return new S3Target(bucket, key, VirtualHosted: false, region) { Unreadable = !IsUtf8(path) };
    }

    private static bool IsUtf8(string path)
    {
        if (!path.Contains('%', StringComparison.Ordinal)) return true;
        try
        {
            StrictUtf8.GetCharCount(WebUtility.UrlDecodeToBytes(Encoding.UTF8.GetBytes(path), 0, Encoding.UTF8.GetByteCount(path))!);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    /// <summary>The bucket that a host name begins with (empty when none does) and the region it names.</summary>
    private static (string Bucket, string? Region) Host(string host)
    {
        var labels = host.Split('.');
        for (var i = 0; i < labels.Length - 1; i++)
        {
            if (labels[i] is not ("s3" or "s3-fips") && !labels[i].StartsWith("s3-", StringComparison.Ordinal))
                continue;
            if (i == 0 && labels.Length == 1)
                break;
            var region =
                labels[i].StartsWith("s3-", StringComparison.Ordinal) && labels[i] is not ("s3-fips" or Accelerate) ? labels[i][3..]
                : labels[i + 1].Count(c => c == '-') >= 2 ? labels[i + 1]
                : null;
            return (string.Join('.', labels[..i]), region);
        }

        return host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase) ? (host[..^".localhost".Length], null) : ("", null);
    }
}

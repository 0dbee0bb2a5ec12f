using Microsoft.Extensions.Primitives;

namespace ServerlessDrives.Files;

/// <summary>
/// Digests that a writer says the content has: <c>Content-MD5</c>, <c>Content-Digest</c> of RFC 9530 with sha-256 or sha-512, and S3's own
/// <c>x-amz-checksum-…</c>. What is said and can't be checked is refused: whoever says it counts on it.
/// </summary>
public sealed class ContentDigests
{
    /// <summary>Of the headers that say S3's digests; the algorithm's name follows.</summary>
    private const string S3Prefix = "x-amz-checksum-";

    private static readonly string[] NoDigests = [S3Prefix + "type", S3Prefix + "mode", S3Prefix + "algorithm"];

    private readonly IReadOnlyList<Expected> _expected;

    private ContentDigests(IReadOnlyList<Expected> expected) => _expected = expected;

    public static readonly ContentDigests None = new([]);

    public static Result<ContentDigests, Refusal> Parse(IEnumerable<KeyValuePair<string, StringValues>> headers)
    {
        ArgumentNullException.ThrowIfNull(headers);
        var expected = new List<Expected>();
        foreach (var (header, value) in headers)
        {
            var name = header.ToLowerInvariant();
            var refusal = name switch
            {
                "content-md5" => Take(expected, header, DigestAlgorithm.Md5, value.ToString()),
                "content-digest" => TakeAll(expected, header, value.ToString()),
                _ when name.StartsWith(S3Prefix, StringComparison.Ordinal) && !NoDigests.Contains(name) => TakeS3(
                    expected,
                    header,
                    name,
                    value.ToString()),
                _ => null,
            };
            if (refusal is not null)
                return refusal;
        }

        return expected.Count == 0 ? None : new ContentDigests(expected);
    }

    /// <summary>Begins to watch content go by.</summary>
    public Watch Begin() => new(_expected);

    private static Refusal? TakeAll(List<Expected> expected, string header, string value)
    {
        foreach (var part in value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var algorithm = part.Split('=')[0] switch
            {
                "sha-256" => DigestAlgorithm.Sha256,
                "sha-512" => DigestAlgorithm.Sha512,
                _ => null,
            };
            // RFC 9530 has whoever reads it leave out what they don't know.
            if (algorithm is null)
                continue;
            var text = part[(part.IndexOf('=', StringComparison.Ordinal) + 1)..];
            if (text is not [':', .. var base64, ':'] || Take(expected, header, algorithm, base64) is not null)
                return Refusal.Invalid(header, "sha-256 or sha-512 with the digest in base64 between colons was expected.");
        }

        return null;
    }

    private static Refusal? TakeS3(List<Expected> expected, string header, string name, string value) =>
        DigestAlgorithm.OfS3(name[S3Prefix.Length..]) is { } algorithm
            ? Take(expected, header, algorithm, value)
            : Refusal.Invalid(header, $"This checksum isn't known here; {string.Join(", ", DigestAlgorithm.NamesOfS3)} are.");

    private static Refusal? Take(List<Expected> expected, string header, DigestAlgorithm algorithm, string base64)
    {
        var digest = new byte[algorithm.Length];
        if (!Convert.TryFromBase64String(base64.Trim(), digest, out var written) || written != digest.Length)
            return Refusal.Invalid(header, $"{algorithm.Length} bytes in base64 were expected.");
        expected.Add(new(header, algorithm, digest));
        return null;
    }

    internal sealed record Expected(string Header, DigestAlgorithm Algorithm, byte[] Digest);

    /// <summary>Computes the digests while the content goes by.</summary>
    public sealed class Watch : IDisposable
    {
        private readonly IReadOnlyList<(Expected Expected, RunningDigest Running)> _watched;

        internal Watch(IEnumerable<Expected> expected) => _watched = [.. expected.Select(digest => (digest, digest.Algorithm.Begin()))];

        public void See(ReadOnlySpan<byte> content)
        {
            foreach (var (_, running) in _watched)
                running.Append(content);
        }

        /// <summary>Null when the content was what it should be.</summary>
        public Refusal? Check()
        {
            foreach (var (expected, running) in _watched)
            {
                if (!running.Finish().AsSpan().SequenceEqual(expected.Digest))
                    return new(
                        RefusalKind.Malformed,
                        "digest-mismatch",
                        $"The content that arrived doesn't have the digest that {expected.Header} says. Nothing was written; send it again."
                    );
            }

            return null;
        }

        public void Dispose()
        {
            foreach (var (_, running) in _watched)
                running.Dispose();
        }
    }
}

using System.Security.Cryptography;
using Microsoft.Extensions.Primitives;

namespace ServerlessDrives.Files;

/// <summary>Digests that a writer says the content has: <c>Content-MD5</c>, and <c>Content-Digest</c> of RFC 9530 with sha-256 or sha-512.</summary>
public sealed class ContentDigests
{
    private readonly IReadOnlyList<(string Name, HashAlgorithmName Algorithm, byte[] Expected)> _expected;

    private ContentDigests(IReadOnlyList<(string, HashAlgorithmName, byte[])> expected) => _expected = expected;

    public static readonly ContentDigests None = new([]);

    public static Result<ContentDigests> Parse(StringValues contentMd5, StringValues contentDigest)
    {
        var expected = new List<(string, HashAlgorithmName, byte[])>();
        if (contentMd5.Count > 0)
        {
            if (Read(contentMd5.ToString(), 16) is not { } md5)
                return Refusal.Invalid("Content-MD5", "16 bytes in base64 were expected.");
            expected.Add(("Content-MD5", HashAlgorithmName.MD5, md5));
        }

        foreach (var part in contentDigest.ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var (algorithm, bytes) = part.Split('=', 2) switch
            {
                ["sha-256", var text] => (HashAlgorithmName.SHA256, Read(text.Trim(':'), 32)),
                ["sha-512", var text] => (HashAlgorithmName.SHA512, Read(text.Trim(':'), 64)),
                _ => (default, null),
            };
            if (algorithm.Name is null)
                continue;
            if (bytes is null)
                return Refusal.Invalid("Content-Digest", "sha-256 or sha-512 with the digest in base64 between colons was expected.");
            expected.Add(("Content-Digest", algorithm, bytes));
        }

        return expected.Count == 0 ? None : new ContentDigests(expected);
    }

    /// <summary>Begins to watch content go by.</summary>
    public Watch Begin() => new(_expected);

    private static byte[]? Read(string base64, int length)
    {
        var bytes = new byte[length];
        return Convert.TryFromBase64String(base64, bytes, out var written) && written == length ? bytes : null;
    }

    /// <summary>Computes the digests while the content goes by.</summary>
    public sealed class Watch : IDisposable
    {
        private readonly IReadOnlyList<(string Name, IncrementalHash Hash, byte[] Expected)> _watched;

        internal Watch(IReadOnlyList<(string Name, HashAlgorithmName Algorithm, byte[] Expected)> expected) =>
            _watched = [.. expected.Select(digest => (digest.Name, IncrementalHash.CreateHash(digest.Algorithm), digest.Expected))];

        public void See(ReadOnlySpan<byte> content)
        {
            foreach (var (_, hash, _) in _watched)
                hash.AppendData(content);
        }

        /// <summary>Null when the content was what it should be.</summary>
        public Refusal? Check()
        {
            foreach (var (name, hash, expected) in _watched)
            {
                if (!CryptographicOperations.FixedTimeEquals(hash.GetHashAndReset(), expected))
                    return new(RefusalKind.Malformed, "digest-mismatch", $"The content that arrived doesn't have the digest that {name} says. Nothing was written; send it again.");
            }

            return null;
        }

        public void Dispose()
        {
            foreach (var (_, hash, _) in _watched)
                hash.Dispose();
        }
    }
}

using System.IO.Hashing;
using System.Security.Cryptography;

namespace ServerlessDrives.Files;

/// <summary>A way to tell by a few bytes whether content arrived as it was sent.</summary>
/// <param name="Length">Bytes of a digest.</param>
/// <param name="Begin">Begins one.</param>
internal sealed record DigestAlgorithm(int Length, Func<RunningDigest> Begin)
{
    public static readonly DigestAlgorithm Md5 = Cryptographic(16, HashAlgorithmName.MD5);
    public static readonly DigestAlgorithm Sha256 = Cryptographic(32, HashAlgorithmName.SHA256);
    public static readonly DigestAlgorithm Sha512 = Cryptographic(64, HashAlgorithmName.SHA512);

    /// <summary>As S3 names them in <c>x-amz-checksum-…</c>.</summary>
    private static readonly Dictionary<string, DigestAlgorithm> S3 = new(StringComparer.OrdinalIgnoreCase)
    {
        ["crc32"] = Cyclic(4, () => new Crc32()),
        ["crc32c"] = Cyclic(4, () => new Crc32(Crc32ParameterSet.Crc32C)),
        ["crc64nvme"] = Cyclic(8, () => new Crc64(Crc64ParameterSet.Nvme)),
        ["sha1"] = Cryptographic(20, HashAlgorithmName.SHA1),
        ["sha256"] = Sha256,
    };

    public static IEnumerable<string> NamesOfS3 => S3.Keys;

    /// <summary>Null for a name that isn't known.</summary>
    public static DigestAlgorithm? OfS3(string name) => S3.GetValueOrDefault(name);

    private static DigestAlgorithm Cryptographic(int length, HashAlgorithmName name) =>
        new(length, () => new RunningDigest.Cryptographic(IncrementalHash.CreateHash(name)));

    private static DigestAlgorithm Cyclic(int length, Func<NonCryptographicHashAlgorithm> begin) =>
        new(length, () => new RunningDigest.Cyclic(begin()));
}

/// <summary>A digest that grows with what is appended to it.</summary>
internal abstract class RunningDigest : IDisposable
{
    public abstract void Append(ReadOnlySpan<byte> content);

    /// <summary>The digest's bytes, the highest first.</summary>
    public abstract byte[] Finish();

    public abstract void Dispose();

    public sealed class Cryptographic(IncrementalHash hash) : RunningDigest
    {
        public override void Append(ReadOnlySpan<byte> content) => hash.AppendData(content);

        public override byte[] Finish() => hash.GetHashAndReset();

        public override void Dispose() => hash.Dispose();
    }

    public sealed class Cyclic(NonCryptographicHashAlgorithm sum) : RunningDigest
    {
        public override void Append(ReadOnlySpan<byte> content) => sum.Append(content);

        // A reflected CRC is written with its lowest byte first; S3 has it the other way round.
        public override byte[] Finish() => [.. sum.GetHashAndReset().Reverse()];

        public override void Dispose()
        {
        }
    }
}

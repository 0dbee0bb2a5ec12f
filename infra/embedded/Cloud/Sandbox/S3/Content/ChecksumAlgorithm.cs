using System.IO.Hashing;
using System.Security.Cryptography;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3.Content;

/// <summary>One of the checksum algorithms of S3, by the name that <c>x-amz-checksum-algorithm</c> gives it.</summary>
internal sealed record ChecksumAlgorithm(string Name)
{
    public static readonly ChecksumAlgorithm Crc32 = new("CRC32");
    public static readonly ChecksumAlgorithm Crc32C = new("CRC32C");
    public static readonly ChecksumAlgorithm Crc64Nvme = new("CRC64NVME");
    public static readonly ChecksumAlgorithm Sha1 = new("SHA1");
    public static readonly ChecksumAlgorithm Sha256 = new("SHA256");
    public static readonly IReadOnlyList<ChecksumAlgorithm> All = [Crc32, Crc32C, Crc64Nvme, Sha1, Sha256];

    /// <summary>The header or trailer that carries a value: <c>x-amz-checksum-crc32</c>.</summary>
    public string Header { get; } = "x-amz-checksum-" + Name.ToLowerInvariant();

    /// <summary>The XML element that carries a value: <c>ChecksumCRC32</c>.</summary>
    public string Element { get; } = "Checksum" + Name;

    public bool IsCyclic => this == Crc32 || this == Crc32C || this == Crc64Nvme;

    /// <summary>Null when S3 knows no algorithm of that name.</summary>
    public static ChecksumAlgorithm? Named(string? name) =>
        All.FirstOrDefault(a => a.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The algorithm whose header or trailer this is, or null.</summary>
    public static ChecksumAlgorithm? OfHeader(string header) =>
        All.FirstOrDefault(a => a.Header.Equals(header, StringComparison.OrdinalIgnoreCase));

    public RunningChecksum Start() => new(this);
}

/// <summary>A checksum that grows with what is appended to it.</summary>
internal sealed class RunningChecksum(ChecksumAlgorithm algorithm) : IDisposable
{
    private readonly NonCryptographicHashAlgorithm? cyclic =
        algorithm == ChecksumAlgorithm.Crc32 ? new Crc32()
        : algorithm == ChecksumAlgorithm.Crc32C ? new Crc32(Crc32ParameterSet.Crc32C)
        : algorithm == ChecksumAlgorithm.Crc64Nvme ? new Crc64(Crc64ParameterSet.Nvme)
        : null;

    private readonly IncrementalHash? cryptographic =
        algorithm == ChecksumAlgorithm.Sha1 ? IncrementalHash.CreateHash(HashAlgorithmName.SHA1)
        : algorithm == ChecksumAlgorithm.Sha256 ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256)
        : null;

    public ChecksumAlgorithm Algorithm { get; } = algorithm;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        cyclic?.Append(bytes);
        cryptographic?.AppendData(bytes);
    }

    /// <summary>The value as headers and XML carry it: base64 of the big-endian bytes.</summary>
    public string Finish()
    {
        if (cryptographic is not null) return Convert.ToBase64String(cryptographic.GetHashAndReset());
        var bytes = cyclic!.GetHashAndReset();
        return Convert.ToBase64String(BigEndian(bytes));
    }

    public void Dispose() => cryptographic?.Dispose();

    // System.IO.Hashing writes a reflected CRC least significant byte first; S3 the other way round.
    private static byte[] BigEndian(byte[] bytes)
    {
        Array.Reverse(bytes);
        return bytes;
    }
}

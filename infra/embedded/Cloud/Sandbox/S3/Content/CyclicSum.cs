using System.Buffers.Binary;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3.Content;

/// <summary>
/// Puts the CRCs of consecutive pieces together into the CRC of the whole, without reading it again: the arithmetic of zlib's
/// <c>crc32_combine</c>, for 32 and 64 bits.
/// </summary>
internal static class CyclicSum
{
    /// <summary>The base64 checksum of all pieces in a row.</summary>
    public static string Combine(ChecksumAlgorithm algorithm, IEnumerable<(string Checksum, long Length)> pieces)
    {
        var (width, polynomial) = algorithm.Name switch
        {
            "CRC32" => (32, 0xEDB88320UL),
            "CRC32C" => (32, 0x82F63B78UL),
            _ => (64, 0x9A6C9329AC4BC9B5UL),
        };
        var whole = 0UL;
        foreach (var (checksum, length) in pieces)
            whole = Multiply(PowerOfX(length, width, polynomial), whole, width, polynomial) ^ Read(checksum, width);
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, whole);
        return Convert.ToBase64String(bytes, 8 - (width / 8), width / 8);
    }

    private static ulong Read(string checksum, int width)
    {
        var bytes = Convert.FromBase64String(checksum);
        return width == 32 ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt64BigEndian(bytes);
    }

    /// <summary>x to the power of 8 × bytes, modulo the reflected polynomial.</summary>
    private static ulong PowerOfX(long bytes, int width, ulong polynomial)
    {
        var power = 1UL << (width - 1);
        var square = 1UL << (width - 9);
        for (; bytes > 0; bytes >>= 1)
        {
            if ((bytes & 1) != 0) power = Multiply(square, power, width, polynomial);
            square = Multiply(square, square, width, polynomial);
        }

        return power;
    }

    private static ulong Multiply(ulong a, ulong b, int width, ulong polynomial)
    {
        var product = 0UL;
        for (var bit = 1UL << (width - 1); bit != 0; bit >>= 1)
        {
            if ((a & bit) != 0) product ^= b;
            b = (b & 1) != 0 ? (b >> 1) ^ polynomial : b >> 1;
        }

        return product;
    }
}

using System.Buffers.Binary;

namespace ServerlessDrives.Adapters.Aws;

/// <summary>
/// CRC32C as S3 writes it, and the sum of a whole from the sums of its pieces (the arithmetic of zlib's <c>crc32_combine</c>).
/// </summary>
internal static class Crc32C
{
    private const uint Polynomial = 0x82F63B78;

    /// <summary>Base64 of the four bytes, the highest first.</summary>
    public static string Text(uint sum)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, sum);
        return Convert.ToBase64String(bytes);
    }

    /// <summary>The sum of two pieces in a row.</summary>
    /// <param name="length">Bytes of the second piece.</param>
    public static uint Combine(uint first, uint second, long length) => Multiply(PowerOfX(length), first) ^ second;

    /// <summary>x to the power of 8 × bytes, modulo the reflected polynomial.</summary>
    private static uint PowerOfX(long bytes)
    {
        var (power, square) = (1u << 31, 1u << 23);
        for (; bytes > 0; bytes >>= 1)
        {
            if ((bytes & 1) != 0)
                power = Multiply(square, power);
            square = Multiply(square, square);
        }

        return power;
    }

    private static uint Multiply(uint a, uint b)
    {
        var product = 0u;
        for (var bit = 1u << 31; bit != 0; bit >>= 1)
        {
            if ((a & bit) != 0)
                product ^= b;
            b = (b & 1) != 0 ? (b >> 1) ^ Polynomial : b >> 1;
        }

        return product;
    }
}

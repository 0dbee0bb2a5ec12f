namespace ServerlessDrives.Adapters.Aws.Writing;

/// <summary>
/// How large the parts of an upload are: S3 takes 10,000 of at least 5 MiB, so those of long files, or of files that turn out to be long,
/// are larger.
/// </summary>
internal static class PartSizes
{
    public const int MostParts = 10_000;

    private const long Mebibyte = 1024 * 1024;

    /// <summary>The largest file that is streamed through here when its length is known, in bytes.</summary>
    public const long MostBytes = (long)MostParts * PartBuffers.MostBlocksOfAPart * PartBuffers.BlockBytes;

    public static readonly Refusal TooLarge = new(
        RefusalKind.Malformed,
        "content-too-large",
        "The file is too large to be streamed through here. Use a presigned upload (POST …/uploads), which takes up to 48 TiB.");

    /// <summary>Bytes of each part but the last of an upload of this size, in whole MiB: at most 5 GiB for the largest.</summary>
    public static long OfUpload(long size) =>
        Math.Max(16 * Mebibyte, ((size + ((long)MostParts * Mebibyte) - 1) / ((long)MostParts * Mebibyte)) * Mebibyte);

    /// <summary>Blocks of this part.</summary>
    /// <param name="number">From 1 to <see cref="MostParts"/>.</param>
    /// <param name="length">Bytes of the whole file, where they are known.</param>
    public static int BlocksOf(int number, long? length)
    {
        if (length is { } known)
            return (int)Math.Max(1, ((known - 1) / ((long)MostParts * PartBuffers.BlockBytes)) + 1);
        return number switch
        {
            <= 2_000 => 1,
            <= 4_000 => 2,
            <= 7_000 => 4,
            _ => PartBuffers.MostBlocksOfAPart,
        };
    }
}

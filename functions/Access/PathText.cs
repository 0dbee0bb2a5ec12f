using System.Text;

namespace ServerlessDrives.Access;

/// <summary>The rules that drive paths and file paths share.</summary>
internal static class PathText
{
    /// <summary>S3's limit for a key, in bytes of UTF-8.</summary>
    public const int MaxKeyBytes = 1024;

    /// <returns>What is wrong, or null. The text has no leading or trailing slash that is meant to be there.</returns>
    public static string? ProblemOf(string path, string noun, int maxBytes)
    {
        foreach (var rune in path.EnumerateRunes())
        {
            if (rune == Rune.ReplacementChar)
                return $"The {noun} has characters that are not text.";
            // S3 lists keys as XML, which can't name control characters nor U+FFFE and U+FFFF.
            if (Rune.IsControl(rune) || (rune.Value & 0xFFFE) == 0xFFFE)
                return $"The {noun} has a control character (U+{rune.Value:X4}); leave it out.";
        }

        foreach (var range in path.AsSpan().Split('/'))
        {
            var segment = path.AsSpan(range);
            if (segment.Length == 0)
                return $"The {noun} has an empty part (two slashes in a row, or one at an end); S3 would take it for a folder without " +
                    "a name.";
            if (segment is "." or "..")
                return $"The {noun} has the part {Typed.Quote(segment.ToString())}. S3 doesn't resolve it and programs do, so it is " +
                    "refused; write the whole path.";
        }

        var bytes = Encoding.UTF8.GetByteCount(path);
        return bytes > maxBytes ? $"The {noun} has {bytes} bytes in UTF-8; at most {maxBytes} are allowed." : null;
    }
}

using System.IO.Hashing;
using System.Text;

namespace ServerlessDrives.Adapters.Aws;

/// <summary>Where a listing goes on: S3's own token, and which list it belongs to.</summary>
internal static class ListCursor
{
    public static string Write(string token, string prefix, bool recursive) => $"{ListOf(prefix, recursive)}.{token}";

    /// <summary>False when the cursor belongs to another list.</summary>
    /// <param name="token">Null for the beginning.</param>
    public static bool TryRead(string? cursor, string prefix, bool recursive, out string? token)
    {
        var mark = ListOf(prefix, recursive) + ".";
        token = cursor?.StartsWith(mark, StringComparison.Ordinal) == true ? cursor[mark.Length..] : null;
        return cursor is null || token is { Length: > 0 };
    }

    private static string ListOf(string prefix, bool recursive) => XxHash32.HashToUInt32(Encoding.UTF8.GetBytes(prefix + (recursive ? "\n*" : "\n"))).ToString("x8", System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>The order in which S3 lists keys.</summary>
internal static class KeyOrder
{
    /// <summary>By UTF-8 bytes, which is by code point: UTF-16 alone would put U+E000–U+FFFF behind the characters beyond them.</summary>
    public static int Compare(string a, string b)
    {
        var common = a.AsSpan().CommonPrefixLength(b);
        return common == a.Length || common == b.Length ? a.Length.CompareTo(b.Length) : Rank(a[common]).CompareTo(Rank(b[common]));
    }

    private static int Rank(char c) => char.IsSurrogate(c) ? c + 0x10000 : c;
}

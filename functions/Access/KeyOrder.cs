namespace ServerlessDrives.Access;

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

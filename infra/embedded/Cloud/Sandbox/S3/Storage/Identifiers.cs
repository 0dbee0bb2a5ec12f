using System.Security.Cryptography;
using System.Text;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3.Storage;

/// <summary>The opaque ids that S3 hands out.</summary>
internal static class Identifiers
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._";

    private const int VersionLength = 32;
    private const int EndLength = 4;

    /// <summary>Random, safe in URLs and XML.</summary>
    public static string New(int length) => RandomNumberGenerator.GetString(Alphabet, length);

    /// <summary>The id of a version, which can be told from what isn't one: its end follows from the rest.</summary>
    public static string NewVersion()
    {
        var start = New(VersionLength - EndLength);
        return start + EndOf(start);
    }

    public static bool IsVersion(string text) =>
        text == ObjectVersion.NullVersion
        || (text.Length == VersionLength && text.EndsWith(EndOf(text[..^EndLength]), StringComparison.Ordinal));

    private static string EndOf(string start) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(start)))[..EndLength];

    /// <summary>The canonical user id of an account: 64 hexadecimal digits.</summary>
    public static string CanonicalUser(string account) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("canonical-user:" + account)));
}

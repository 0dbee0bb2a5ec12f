using System.Security.Cryptography;
using System.Text;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3.Storage;

/// <summary>The opaque ids that S3 hands out.</summary>
internal static class Identifiers
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._";

    /// <summary>Random, safe in URLs and XML.</summary>
    public static string New(int length) => RandomNumberGenerator.GetString(Alphabet, length);

    /// <summary>The canonical user id of an account: 64 hexadecimal digits.</summary>
    public static string CanonicalUser(string account) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("canonical-user:" + account)));
}

using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace ServerlessDrives.Common;

/// <summary>
/// The part of a link that whoever holds it is known by: what it leads to, 256 random bits, and a check sum, which anybody can make and
/// which tells a link that was cut or changed on its way from one that was never given out.
/// </summary>
public sealed class LinkToken
{
    /// <summary>Characters; a longer text is no token.</summary>
    public const int MaxLength = 400;

    private const int SecretBytes = 32;
    private const int SumBytes = 6;
    private readonly byte[] _secret;

    private LinkToken(string target, byte[] secret) => (Target, _secret) = (target, secret);

    /// <summary>Ids with slashes between them.</summary>
    public string Target { get; }

    /// <summary>SHA-256 of the secret part, base64url: what is stored of it.</summary>
    public string Hash => Base64Url.EncodeToString(SHA256.HashData(_secret));

    public static LinkToken New(string target) => new(target, RandomNumberGenerator.GetBytes(SecretBytes));

    /// <returns>The token, or null when the text was never one of ours or has been cut or changed.</returns>
    public static LinkToken? Parse(string? text)
    {
        if (
            text is not { Length: > 0 and < MaxLength }
            || text.Split('.') is not [var target, var secret, var sum]
            || sum != SumOf($"{target}.{secret}")
            || !Base64Url.IsValid(target)
            || !Base64Url.IsValid(secret))
            return null;
        var bytes = Base64Url.DecodeFromChars(secret);
        return bytes.Length == SecretBytes ? new(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(target)), bytes) : null;
    }

    /// <summary>As it stands in the link; whoever logs or stores this holds the link.</summary>
    public string Reveal()
    {
        var text = $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(Target))}.{Base64Url.EncodeToString(_secret)}";
        return $"{text}.{SumOf(text)}";
    }

    private static string SumOf(string text) => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, SumBytes));

    public override string ToString() => "***";
}

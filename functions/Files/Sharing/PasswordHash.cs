using System.Security.Cryptography;
using System.Text;

namespace ServerlessDrives.Files.Sharing;

/// <summary>
/// A password that can be compared and not read: PBKDF2 with SHA-256, 600,000 rounds as OWASP advises, a salt of its own.
/// </summary>
/// <param name="Salt">Base64.</param>
/// <param name="Hash">Base64.</param>
public sealed record PasswordHash(string Salt, int Rounds, string Hash)
{
    /// <summary>Characters.</summary>
    public const int MinLength = 8;

    public const int MaxLength = 200;
    private const int UsualRounds = 600_000;
    private const int SaltBytes = 16;
    private const int HashBytes = 32;

    public static PasswordHash Of(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return new(Convert.ToBase64String(salt), UsualRounds, Convert.ToBase64String(Derive(password, salt, UsualRounds)));
    }

    public bool Fits(string password) =>
        CryptographicOperations.FixedTimeEquals(Derive(password, Convert.FromBase64String(Salt), Rounds), Convert.FromBase64String(Hash));

    private static byte[] Derive(string password, byte[] salt, int rounds) =>
        Rfc2898DeriveBytes.Pbkdf2(
            Encoding.UTF8.GetBytes(password.Normalize(NormalizationForm.FormC)),
            salt,
            rounds,
            HashAlgorithmName.SHA256,
            HashBytes);

    public override string ToString() => "***";
}

using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using ServerlessDrives.Access;

namespace ServerlessDrives.Integrations.Sns;

/// <summary>S3's notifications of an upstream: the address that SNS is given, and the topic that was confirmed there.</summary>
/// <param name="Hash">SHA-256 of the address's secret part, base64url.</param>
/// <param name="Secret">Where the vault keeps the address, which is shown again as often as the instructions are.</param>
/// <param name="Topic">The only topic that is listened to; null until its subscription is confirmed.</param>
/// <param name="ConfirmedAt">When that was.</param>
public sealed record Notifications(
    string Hash,
    SecretName Secret,
    string SecretVersion,
    TopicArn? Topic = null,
    DateTimeOffset? ConfirmedAt = null);

/// <summary>
/// The part of a notification address that whoever holds it is known by: which integration, 256 random bits, and a check sum, which anybody
/// can make and which spares the table those that were never given out.
/// </summary>
public sealed class NotificationAddress
{
    public const string Path = "/api/notifications/";
    private const int SecretBytes = 32;
    private const int SumBytes = 6;
    private readonly byte[] _secret;

    private NotificationAddress(OrganizationId organization, IntegrationId integration, byte[] secret) =>
        (Organization, Integration, _secret) = (organization, integration, secret);

    public OrganizationId Organization { get; }

    public IntegrationId Integration { get; }

    /// <summary>What the row keeps of it.</summary>
    public string Hash => Base64Url.EncodeToString(SHA256.HashData(_secret));

    public static NotificationAddress New(OrganizationId organization, IntegrationId integration) =>
        new(organization, integration, RandomNumberGenerator.GetBytes(SecretBytes));

    /// <returns>Null when the text was never one of ours, or was cut or changed.</returns>
    public static NotificationAddress? Parse(string? text)
    {
        if (
            text is not { Length: > 0 and < 400 }
            || text.Split('.') is not [var key, var secret, var sum]
            || sum != SumOf($"{key}.{secret}")
            || !Base64Url.IsValid(key)
            || !Base64Url.IsValid(secret))
            return null;
        var bytes = Base64Url.DecodeFromChars(secret);
        return bytes.Length == SecretBytes
            && Encoding.UTF8.GetString(Base64Url.DecodeFromChars(key)).Split('/') is [var organization, var integration]
            && OrganizationId.TryParse(organization, out var organizationId)
            && IntegrationId.TryParse(integration, out var integrationId)
            ? new(organizationId, integrationId, bytes)
            : null;
    }

    /// <summary>Whether this is the address that the row remembers.</summary>
    public bool IsThatOf(Notifications? known) =>
        known is not null && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(known.Hash), Encoding.ASCII.GetBytes(Hash));

    /// <summary>As it stands behind <see cref="Path"/>.</summary>
    public Secret Reveal()
    {
        var text =
            $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{Organization}/{Integration}"))}.{Base64Url.EncodeToString(_secret)}";
        return new($"{text}.{SumOf(text)}");
    }

    private static string SumOf(string text) => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, SumBytes));

    public override string ToString() => "***";
}

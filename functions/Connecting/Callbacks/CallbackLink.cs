using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace ServerlessDrives.Connecting.Callbacks;

/// <summary>What a callback link confirms.</summary>
public enum CallbackStep
{
    TrustPolicy,
    BucketPolicy,

    /// <summary>Trust policy, role policy and bucket policy in one go.</summary>
    All,
}

/// <summary>
/// What the row remembers of a callback link: never the token itself, only its hash. A link for a step is good for one attempt, a link for
/// all of them for every attempt, until it expires, is revoked, or there is nothing left to confirm.
/// </summary>
/// <param name="Hash">SHA-256 of the token's secret part, base64url.</param>
/// <param name="Attempt">The attempt that it was made in.</param>
public sealed record CallbackLink(string Hash, CallbackStep Step, int Attempt, DateTimeOffset ExpiresAt, UserId CreatedBy)
{
    /// <summary>Older ones are forgotten when more are made.</summary>
    public const int MostPerConnection = 20;

    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>
    /// What it was made by: made again after a crash, which nobody heard of, it takes its own place. Null for links of earlier versions and
    /// of scripts.
    /// </summary>
    public Guid? Operation { get; init; }

    /// <summary>The step that it confirms; null where that is whichever is open.</summary>
    [JsonIgnore]
    public ConfirmationStep? ConfirmedStep => Step switch
    {
        CallbackStep.TrustPolicy => ConfirmationStep.TrustPolicy,
        CallbackStep.BucketPolicy => ConfirmationStep.BucketPolicy,
        _ => null,
    };
}

/// <summary>
/// The part of a callback link that whoever holds it is known by: which connection, 256 random bits, and a check sum, which anybody can
/// make and which tells a link that was cut or changed on its way from one that was never given out.
/// </summary>
public sealed record CallbackToken
{
    private const int SecretBytes = 32;
    private const int SumBytes = 6;
    private readonly byte[] _secret;

    private CallbackToken(ConnectionKey key, byte[] secret) => (Key, _secret) = (key, secret);

    public ConnectionKey Key { get; }

    /// <summary>What the row keeps of it.</summary>
    public string Hash => Base64Url.EncodeToString(SHA256.HashData(_secret));

    public static CallbackToken New(ConnectionKey key) => new(key, RandomNumberGenerator.GetBytes(SecretBytes));

    /// <returns>The token, or null when the text was never one of ours or has been cut or changed.</returns>
    public static CallbackToken? Parse(string? text)
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
            && Encoding.UTF8.GetString(Base64Url.DecodeFromChars(key)).Split('/') is [var organization, var connection]
            && Identifier.TryParse<OrganizationId>(organization, out var organizationId)
            && Identifier.TryParse<ConnectionId>(connection, out var connectionId)
            ? new(new(organizationId, connectionId), bytes)
            : null;
    }

    /// <summary>As it stands in the link; whoever logs or stores this holds the link.</summary>
    public string Reveal()
    {
        var text =
            $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{Key.Organization}/{Key.Connection}"))}.{Base64Url.EncodeToString(_secret)}";
        return $"{text}.{SumOf(text)}";
    }

    private static string SumOf(string text) => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, SumBytes));

    public override string ToString() => "***";
}

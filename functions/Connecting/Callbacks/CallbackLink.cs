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

/// <summary>The part of a callback link that whoever holds it is known by, and which connection it is of.</summary>
public sealed record CallbackToken
{
    private readonly LinkToken _token;

    private CallbackToken(ConnectionKey key, LinkToken token) => (Key, _token) = (key, token);

    public ConnectionKey Key { get; }

    /// <inheritdoc cref="LinkToken.Hash"/>
    public string Hash => _token.Hash;

    public static CallbackToken New(ConnectionKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new(key, LinkToken.New($"{key.Organization}/{key.Connection}"));
    }

    /// <inheritdoc cref="LinkToken.Parse"/>
    public static CallbackToken? Parse(string? text) =>
        LinkToken.Parse(text) is { } token
        && token.Target.Split('/') is [var organization, var connection]
        && OrganizationId.TryParse(organization, out var organizationId)
        && ConnectionId.TryParse(connection, out var connectionId)
            ? new(new(organizationId, connectionId), token)
            : null;

    /// <inheritdoc cref="LinkToken.Reveal"/>
    public string Reveal() => _token.Reveal();

    public override string ToString() => "***";
}

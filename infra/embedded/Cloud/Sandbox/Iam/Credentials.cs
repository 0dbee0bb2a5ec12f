using System.Buffers.Text;
using System.Collections.Concurrent;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Iam;

/// <summary>What a session token says, sealed so that only the sandbox reads it: sessions need no storage and outlive a restart.</summary>
/// <param name="RoleId">Null for a user's own session.</param>
internal sealed record SessionTicket(
    string AccessKeyId,
    string Secret,
    string Account,
    string? UserId,
    string? RoleId,
    string? RoleArn,
    string? RoleName,
    string? SessionName,
    IReadOnlyList<string> Policies,
    DateTimeOffset Issued,
    DateTimeOffset Expires)
{
    /// <summary>The session's tags, if any.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    public override string ToString() => $"SessionTicket {{ {AccessKeyId} }}";
}

/// <summary>Access keys of users and the temporary credentials of sessions.</summary>
internal sealed class Credentials(IamStore iam, byte[] sealingKey, TimeProvider clock) : ICredentials
{
    private const int NonceSize = 12;
    private const int TagSize = 16;
    private const int MostOpened = 1024;

    /// <summary>Tokens that were opened before: what they say never changes.</summary>
    private readonly ConcurrentDictionary<string, SessionTicket> _opened = new();

    public CredentialLookup Find(string accessKeyId, string? sessionToken)
    {
        if (sessionToken is not null) return OfSession(accessKeyId, sessionToken);
        var state = iam.Visible;
        return state.AccessKeys.TryGetValue(accessKeyId, out var key) && key.Active && CallerOf(state, key) is { } caller
            ? new CredentialLookup.Found(key.Secret, caller)
            : new CredentialLookup.UnknownKey();
    }

    /// <summary>The session token of a ticket: compressed, encrypted, base64url.</summary>
    public string Seal(SessionTicket ticket)
    {
        using var packed = new MemoryStream();
        using (var brotli = new BrotliStream(packed, CompressionLevel.Optimal, leaveOpen: true)) JsonSerializer.Serialize(brotli, ticket);
        var plain = packed.ToArray();
        var token = new byte[NonceSize + plain.Length + TagSize];
        RandomNumberGenerator.Fill(token.AsSpan(0, NonceSize));
        using var aes = new AesGcm(sealingKey, TagSize);
        aes.Encrypt(token.AsSpan(0, NonceSize), plain, token.AsSpan(NonceSize, plain.Length), token.AsSpan(NonceSize + plain.Length));
        return Base64Url.EncodeToString(token);
    }

    private CredentialLookup OfSession(string accessKeyId, string token)
    {
        if (Open(token) is not { } ticket) return new CredentialLookup.InvalidToken();
        if (ticket.AccessKeyId != accessKeyId) return new CredentialLookup.UnknownKey();
        if (ticket.Expires <= clock.GetUtcNow()) return new CredentialLookup.ExpiredToken();
        if (ticket.RoleId is null)
            return ticket.UserId is { } id && iam.Visible.UserById(id) is { } user
                ? new CredentialLookup.Found(ticket.Secret, new UserCaller(user.Account, user.Arn, user.Id, user.Name))
                : new CredentialLookup.UnknownKey();
        return new CredentialLookup.Found(
            ticket.Secret,
            new RoleSessionCaller(
                ticket.Account,
                $"arn:aws:sts::{ticket.Account}:assumed-role/{ticket.RoleName}/{ticket.SessionName}",
                $"{ticket.RoleId}:{ticket.SessionName}",
                ticket.RoleArn!,
                ticket.RoleId,
                ticket.RoleName!,
                ticket.SessionName!,
                ticket.Policies,
                ticket.Issued)
            {
                Tags = ticket.Tags ?? new Dictionary<string, string>(),
            });
    }

    private SessionTicket? Open(string token)
    {
        if (_opened.TryGetValue(token, out var known)) return known;
        if (Unseal(token) is not { } ticket) return null;
        if (_opened.Count >= MostOpened) _opened.Clear();
        return _opened[token] = ticket;
    }

    private SessionTicket? Unseal(string token)
    {
        try
        {
            var bytes = Base64Url.DecodeFromChars(token);
            if (bytes.Length < NonceSize + TagSize) return null;
            var plain = new byte[bytes.Length - NonceSize - TagSize];
            using var aes = new AesGcm(sealingKey, TagSize);
            aes.Decrypt(bytes.AsSpan(0, NonceSize), bytes.AsSpan(NonceSize, plain.Length), bytes.AsSpan(NonceSize + plain.Length), plain);
            using var brotli = new BrotliStream(new MemoryStream(plain), CompressionMode.Decompress);
            return JsonSerializer.Deserialize<SessionTicket>(brotli);
        }
        catch (Exception forged) when (forged is FormatException or CryptographicException)
        {
            return null;
        }
    }

    private static Caller? CallerOf(IamState state, AccessKey key) =>
        key.UserId == key.Account ? new RootCaller(key.Account)
        : state.UserById(key.UserId) is { } user ? new UserCaller(user.Account, user.Arn, user.Id, user.Name)
        : null;
}

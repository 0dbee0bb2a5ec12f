using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace ServerlessDrives.Embedded.Cloud.SignIn;

/// <summary>Signs tokens with a key that is kept, so that they outlive a restart.</summary>
internal sealed class TokenIssuer(Uri issuer, string keyFile, EmbeddedGroups groups, TimeProvider clock) : IDisposable
{
    public const string Audience = "api://serverlessdrives";
    public const string ClientId = "serverlessdrives-wizard";
    public static readonly TimeSpan Life = TimeSpan.FromHours(1);

    /// <summary>As in Entra ID: a token names so many groups, or none.</summary>
    private const int MostGroups = 200;

    private static readonly JsonWebTokenHandler Handler = new();
    private readonly Lazy<RSA> _key = new(() => KeyOf(keyFile));

    public Uri Issuer => issuer;

    private RsaSecurityKey SigningKey =>
        new(_key.Value) { KeyId = Convert.ToHexStringLower(SHA256.HashData(_key.Value.ExportSubjectPublicKeyInfo()).AsSpan(0, 8)) };

    /// <summary>Reads the key, or makes one.</summary>
    /// <exception cref="EmbeddedCloudException">The file is no key.</exception>
    public void Open() => _ = _key.Value;

    /// <summary>A token for the API.</summary>
    /// <param name="groupsByGraph">Whether it leaves the groups out as if they were too many.</param>
    public string AccessToken(EmbeddedPerson person, string audience, TimeSpan life, bool groupsByGraph = false) =>
        Sign(person, audience, life, GroupClaims(person, groupsByGraph));

    /// <summary>A token that says to the wizard who signed in.</summary>
    public string IdToken(EmbeddedPerson person, string? nonce) =>
        Sign(person, ClientId, Life, nonce is null ? [] : new() { ["nonce"] = nonce });

    /// <summary>The public key as a JSON Web Key Set.</summary>
    public JsonObject KeySet()
    {
        var key = JsonWebKeyConverter.ConvertFromRSASecurityKey(
            new RsaSecurityKey(_key.Value.ExportParameters(false)) { KeyId = SigningKey.KeyId });
        return new()
        {
            ["keys"] = new JsonArray(
                new JsonObject
                {
                    ["kty"] = "RSA",
                    ["use"] = "sig",
                    ["alg"] = "RS256",
                    ["kid"] = key.Kid,
                    ["n"] = key.N,
                    ["e"] = key.E,
                }),
        };
    }

    public void Dispose()
    {
        if (_key.IsValueCreated)
            _key.Value.Dispose();
    }

    /// <summary>The groups; where they are too many, where to ask for them.</summary>
    private Dictionary<string, object> GroupClaims(EmbeddedPerson person, bool groupsByGraph)
    {
        var ids = groups.Of(person.Id);
        if (!groupsByGraph && ids.Count <= MostGroups)
            return ids.Count == 0 ? [] : new() { ["groups"] = ids.ToArray() };
        var endpoint = new Uri(issuer, $"{GraphEndpoints.Path}/v1.0/users/{person.Id}/getMemberObjects").AbsoluteUri;
        return new()
        {
            ["_claim_names"] = new Dictionary<string, object> { ["groups"] = "src1" },
            ["_claim_sources"] = new Dictionary<string, object> { ["src1"] = new Dictionary<string, object> { ["endpoint"] = endpoint } },
        };
    }

    private string Sign(EmbeddedPerson person, string audience, TimeSpan life, Dictionary<string, object> further)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        var claims = new Dictionary<string, object>(further)
        {
            ["sub"] = person.Id,
            ["oid"] = person.Id,
            ["tid"] = person.Tenant,
            ["name"] = person.Name,
            ["preferred_username"] = $"{person.Id}@example.com",
            ["roles"] = new[] { person.Role },
        };
        return Handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer.AbsoluteUri.TrimEnd('/'),
            Audience = audience,
            Claims = claims,
            // A token of the past was issued before it ended.
            NotBefore = life > TimeSpan.Zero ? now.AddSeconds(-5) : now + life - TimeSpan.FromHours(1),
            IssuedAt = life > TimeSpan.Zero ? now : now + life - TimeSpan.FromHours(1),
            Expires = now + life,
            SigningCredentials = new SigningCredentials(SigningKey, SecurityAlgorithms.RsaSha256),
        });
    }

    private static RSA KeyOf(string file)
    {
        var key = RSA.Create(2048);
        if (!File.Exists(file))
            DataFolder.Replace(file, key.ExportPkcs8PrivateKey());
        else
            DataFolder.Read(
                file,
                content =>
                {
                    key.ImportPkcs8PrivateKey(content, out var read);
                    return read == content.Length && key.KeySize >= 2048
                        ? key
                        : throw new CryptographicException("It is not one whole RSA key.");
                });
        return key;
    }
}

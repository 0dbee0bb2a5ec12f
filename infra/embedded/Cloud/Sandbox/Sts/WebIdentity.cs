using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using ServerlessDrives.Embedded.Cloud.Sandbox.Iam;
using ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Sts;

/// <summary>What a token proves.</summary>
internal sealed record ProvenIdentity(OpenIdProvider Provider, string Subject, string Audience);

/// <summary>Checks tokens of OpenID Connect providers that an account has registered, by their published keys.</summary>
internal sealed class WebIdentity(IamStore iam) : IDisposable
{
    private static readonly JsonWebTokenHandler Handler = new() { MapInboundClaims = false };

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(10) };

    public async Task<ProvenIdentity> ReadAsync(string token, string account, CancellationToken cancellation)
    {
        if (!Handler.CanReadToken(token))
            throw new AwsError(
                400,
                "InvalidIdentityToken",
                "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)");
        var read = Handler.ReadJsonWebToken(token);
        var provider =
            iam.Visible.Providers.Values.FirstOrDefault(known =>
                known.Account == account && known.Url.TrimEnd('/') == read.Issuer.TrimEnd('/')
            ) ?? throw new AwsError(400, "InvalidIdentityToken", $"No OpenIDConnect provider found in your account for {read.Issuer}");
        var audience =
            read.Audiences.FirstOrDefault(provider.Audiences.Contains)
            ?? throw new AwsError(400, "InvalidIdentityToken", "Incorrect token audience");
        var result = await Handler.ValidateTokenAsync(
            token,
            new TokenValidationParameters
            {
                ValidIssuer = read.Issuer,
                ValidAudience = audience,
                IssuerSigningKeys = await KeysOfAsync(provider, cancellation),
                ClockSkew = TimeSpan.Zero,
            });
        return result switch
        {
            { IsValid: true } => new(provider, read.Subject, audience),
            { Exception: SecurityTokenExpiredException } => throw new AwsError(400, "ExpiredTokenException", "Token expired"),
            _ => throw new AwsError(400, "InvalidIdentityToken", "The web identity token could not be validated"),
        };
    }

    public void Dispose() => _http.Dispose();

    private async Task<IEnumerable<SecurityKey>> KeysOfAsync(OpenIdProvider provider, CancellationToken cancellation)
    {
        try
        {
            using var discovery = JsonDocument.Parse(
                await _http.GetStringAsync($"{provider.Url.TrimEnd('/')}/.well-known/openid-configuration", cancellation));
            return new JsonWebKeySet(
                await _http.GetStringAsync(discovery.RootElement.GetProperty("jwks_uri").GetString(), cancellation)
            ).GetSigningKeys();
        }
        catch (Exception silent)
            when (silent is HttpRequestException or JsonException or TaskCanceledException && !cancellation.IsCancellationRequested)
        {
            throw new AwsError(400, "IDPCommunicationError", "The identity provider could not be reached.");
        }
    }
}

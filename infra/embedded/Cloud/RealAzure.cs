using Azure.Core;
using Azure.Identity;
using Microsoft.Extensions.Configuration;
using ServerlessDrives.Embedded.Cloud.Vault;

namespace ServerlessDrives.Embedded.Cloud;

/// <summary>What of Azure is not embedded, since the settings say where it is.</summary>
/// <param name="Tables">Whether <c>Tables:Endpoint</c> is set.</param>
/// <param name="Vault">Whether <c>Vault:Uri</c> is set, and not to the embedded one.</param>
internal sealed record RealAzure(bool Tables, bool Vault)
{
    public static readonly RealAzure None = new(Tables: false, Vault: false);

    public static RealAzure Of(IConfiguration configuration) =>
        new(
            configuration["Tables:Endpoint"] is { Length: > 0 },
            configuration["Vault:Uri"] is { Length: > 0 } vault && vault != EmbeddedCloud.VaultAddress.AbsoluteUri);

    public TokenCredential Credential => Tables || Vault ? new ByScope(Vault) : new EmbeddedCredential();

    /// <summary>
    /// Azure's services get the token of whoever is signed in on this machine; those that are embedded take any, and nobody need be signed
    /// in for them.
    /// </summary>
    private sealed class ByScope(bool realVault) : TokenCredential
    {
        private readonly EmbeddedCredential _embedded = new();
        private readonly DefaultAzureCredential _azure = new();

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            For(requestContext).GetToken(requestContext, cancellationToken);

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            For(requestContext).GetTokenAsync(requestContext, cancellationToken);

        private TokenCredential For(TokenRequestContext asked) => asked.Scopes.All(IsEmbedded) ? _embedded : _azure;

        private bool IsEmbedded(string scope) =>
            Uri.TryCreate(scope, UriKind.Absolute, out var resource)
            && (resource.IsLoopback || (!realVault && resource.Host == "vault.azure.net"));
    }
}

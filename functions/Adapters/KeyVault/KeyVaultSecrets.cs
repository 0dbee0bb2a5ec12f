using Azure;
using Azure.Core;
using Azure.Security.KeyVault.Secrets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using ServerlessDrives.Access;
using ServerlessDrives.Http;

namespace ServerlessDrives.Adapters.KeyVault;

/// <summary>The vault over Azure Key Vault.</summary>
internal sealed class KeyVaultSecrets(SecretClient vault) : ISecrets, IDependency
{
    private const string Mark = "mark";

    public string Name => "vault";

    public Outage? Explain(Exception failure) => AzureOutages.Of(failure);

    public async Task<string?> StoreAsync(SecretName name, Secret secret, string? mark, CancellationToken cancellation)
    {
        var version = new KeyVaultSecret(name.Value, secret.Reveal());
        if (mark is not null)
            version.Properties.Tags[Mark] = mark;
        try
        {
            var stored = await vault.SetSecretAsync(version, cancellation);
            return stored.Value.Properties.Version;
        }
        catch (RequestFailedException refused) when (refused.Status == 409)
        {
            // Soft delete keeps the name; nothing can be stored under it any more.
            return null;
        }
    }

    public async Task<Secret?> ReadAsync(SecretName name, string version, CancellationToken cancellation)
    {
        try
        {
            var found = await vault.GetSecretAsync(name.Value, version, cancellation);
            return found.Value.Properties.Enabled is false ? null : new Secret(found.Value.Value);
        }
        catch (RequestFailedException refused)
            when (refused.Status is 404
                || (
                    refused.Status is 403
                    && refused.ErrorCode is "Forbidden"
                    && refused.Message.Contains("disabled", StringComparison.OrdinalIgnoreCase)))
        {
            return null;
        }
    }

    public async Task DisableAsync(SecretName name, string version, CancellationToken cancellation)
    {
        try
        {
            var properties = new SecretProperties(new Uri(vault.VaultUri, $"secrets/{name.Value}/{version}")) { Enabled = false };
            await vault.UpdateSecretPropertiesAsync(properties, cancellation);
        }
        catch (RequestFailedException refused) when (refused.Status == 404)
        {
            // Deleted meanwhile, which is more than disabled.
        }
    }

    public async Task DisableMarkedAsync(SecretName name, string mark, string? except, CancellationToken cancellation)
    {
        try
        {
            await foreach (var version in vault.GetPropertiesOfSecretVersionsAsync(name.Value, cancellation))
            {
                if (
                    version.Enabled is not false
                    && version.Version != except
                    && version.Tags.TryGetValue(Mark, out var marked)
                    && marked == mark)
                    await DisableAsync(name, version.Version, cancellation);
            }
        }
        catch (RequestFailedException refused) when (refused.Status == 404)
        {
            // Deleted meanwhile, or never stored.
        }
    }

    public async Task DeleteAsync(SecretName name, CancellationToken cancellation)
    {
        try
        {
            await vault.StartDeleteSecretAsync(name.Value, cancellation);
        }
        catch (RequestFailedException refused) when (refused.Status is 404 or 409)
        {
            // Not there, or being deleted already.
        }
    }

    public async Task AskAsync(CancellationToken cancellation)
    {
        await foreach (var _ in vault.GetPropertiesOfSecretsAsync(cancellation).AsPages(pageSizeHint: 1))
            return;
    }
}

/// <summary>Where the vault is: <c>Vault:Uri</c>, such as <c>https://name.vault.azure.net</c>.</summary>
public sealed class VaultOptions
{
    public Uri? Uri { get; set; }
}

/// <summary>Composes the vault.</summary>
public static class KeyVaultComposition
{
    public static IServiceCollection AddKeyVault(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services
            .AddOptions<VaultOptions>()
            .Bind(configuration.GetSection("Vault"))
            .Validate(
                options => options.Uri is { IsAbsoluteUri: true },
                "Vault:Uri must be the absolute URL of a Key Vault, such as https://name.vault.azure.net.")
            .ValidateOnStart();
        services.AddSingleton<IOptionsFactory<SecretClientOptions>, SecretClientOptionsFactory>();
        services.AddOptions<SecretClientOptions>().Configure(options =>
        {
            options.Retry.MaxRetries = 5;
            options.Retry.NetworkTimeout = TimeSpan.FromSeconds(20);
            options.Retry.MaxDelay = TimeSpan.FromSeconds(5);
        });
        services.AddSingleton(provider => new SecretClient(
            provider.GetRequiredService<IOptions<VaultOptions>>().Value.Uri,
            provider.GetRequiredService<TokenCredential>(),
            provider.GetRequiredService<IOptions<SecretClientOptions>>().Value));
        services.AddSingleton<KeyVaultSecrets>();
        services.AddSingleton<ISecrets>(provider => provider.GetRequiredService<KeyVaultSecrets>());
        services.AddSingleton<IDependency>(provider => provider.GetRequiredService<KeyVaultSecrets>());
        return services;
    }
}

/// <summary>
/// Creates the SDK's options, whose only constructor takes an optional service version: the default factory wants one without parameters.
/// </summary>
internal sealed class SecretClientOptionsFactory(
    IEnumerable<IConfigureOptions<SecretClientOptions>> setups,
    IEnumerable<IPostConfigureOptions<SecretClientOptions>> postConfigures)
    : OptionsFactory<SecretClientOptions>(setups, postConfigures)
{
    protected override SecretClientOptions CreateInstance(string name) => new();
}

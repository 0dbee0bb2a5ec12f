using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.DataProtection;

namespace ServerlessDrives.Tests.Integration.Connecting;

/// <summary>The embedded vault's files, read with its own keys.</summary>
public static class EmbeddedVault
{
    public static IReadOnlyList<(string Name, bool IsDeleted)> Read(string dataFolder) =>
        [.. SecretsOf(dataFolder).Select(secret => (secret["Name"]!.GetValue<string>(), secret["DeletedAt"] is not null))];

    /// <summary>Of the secret that has this value in one of its versions, which values can be read.</summary>
    public static IReadOnlyList<string> EnabledBeside(string dataFolder, string value) =>
        SecretsOf(dataFolder)
            .Select(secret => secret["Versions"]!.AsArray())
            .Single(versions => versions.Any(version => version!["Value"]!.GetValue<string>() == value))
            .Where(version => version!["Enabled"]!.GetValue<bool>())
            .Select(version => version!["Value"]!.GetValue<string>())
            .ToList();

    private static IReadOnlyList<JsonNode> SecretsOf(string dataFolder)
    {
        var protector = DataProtectionProvider
            .Create(new DirectoryInfo(Path.Combine(dataFolder, "vault-keys")))
            .CreateProtector("ServerlessDrives.Embedded.Vault.v1");
        return
        [
            .. Directory.GetFiles(Path.Combine(dataFolder, "vault"), "*.secret")
                .Select(file => JsonNode.Parse(Encoding.UTF8.GetString(protector.Unprotect(File.ReadAllBytes(file))))!),
        ];
    }
}

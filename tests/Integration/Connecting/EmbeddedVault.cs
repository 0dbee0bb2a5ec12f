using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.DataProtection;

namespace ServerlessDrives.Tests.Integration.Connecting;

/// <summary>The embedded vault's files, read with its own keys.</summary>
public static class EmbeddedVault
{
    public static IReadOnlyList<(string Name, bool IsDeleted)> Read(string dataFolder)
    {
        var protector = DataProtectionProvider.Create(new DirectoryInfo(Path.Combine(dataFolder, "vault-keys"))).CreateProtector("ServerlessDrives.Embedded.Vault.v1");
        return
        [
            .. Directory.GetFiles(Path.Combine(dataFolder, "vault"), "*.secret")
                .Select(file => JsonNode.Parse(Encoding.UTF8.GetString(protector.Unprotect(File.ReadAllBytes(file))))!)
                .Select(secret => (secret["Name"]!.GetValue<string>(), secret["DeletedAt"] is not null)),
        ];
    }
}

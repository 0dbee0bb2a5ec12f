using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;

namespace ServerlessDrives.Embedded.Cloud.Vault;

/// <summary>The secrets, held in memory and kept in a folder: one file per secret, encrypted and replaced whole.</summary>
internal sealed class VaultFiles
{
    private readonly string _folder;
    private readonly IDataProtector _protector;
    private readonly ConcurrentDictionary<string, VaultSecret> _secrets = new(StringComparer.OrdinalIgnoreCase);

    /// <exception cref="EmbeddedCloudException">A file can't be decrypted: its keys are gone.</exception>
    public VaultFiles(string folder, IDataProtectionProvider protection)
    {
        _folder = folder;
        _protector = protection.CreateProtector("ServerlessDrives.Embedded.Vault.v1");
        DataFolder.CreatePrivately(folder);
        foreach (var file in Directory.EnumerateFiles(folder, "*.secret"))
        {
            var secret = Read(file);
            _secrets[secret.Name] = secret;
        }
    }

    public IEnumerable<VaultSecret> All => _secrets.Values;

    public VaultSecret? Find(string name) => _secrets.GetValueOrDefault(name);

    public void Keep(VaultSecret secret)
    {
        DataFolder.Replace(FileOf(secret.Name), _protector.Protect(JsonSerializer.SerializeToUtf8Bytes(secret)));
        _secrets[secret.Name] = secret;
    }

    public void Forget(string name)
    {
        File.Delete(FileOf(name));
        _secrets.TryRemove(name, out _);
    }

    private VaultSecret Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<VaultSecret>(_protector.Unprotect(File.ReadAllBytes(file)))!;
        }
        catch (CryptographicException error)
        {
            throw new EmbeddedCloudException($"The vault file {file} can't be decrypted; the keys that it was written with are gone. Start with --reset to begin anew.", error);
        }
    }

    // Names are letters, digits and hyphens only, so a name is a file name as it is.
    private string FileOf(string name) => Path.Combine(_folder, $"{name.ToLowerInvariant()}.secret");
}

using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;

namespace ServerlessDrives.Embedded.Cloud.Vault;

/// <summary>The secrets, held in memory and kept in a folder: one file per secret, encrypted and replaced whole.</summary>
internal sealed class VaultFiles
{
    private readonly string _folder;
    private readonly IDataProtector _protector;
    private readonly ConcurrentDictionary<string, VaultSecret> _secrets = new(StringComparer.OrdinalIgnoreCase);

    /// <exception cref="EmbeddedCloudException">A file can't be decrypted.</exception>
    public VaultFiles(string folder, VaultKeys keys)
    {
        _folder = folder;
        _protector = keys.Protector("ServerlessDrives.Embedded.Vault.v1");
        Directory.CreateDirectory(folder);
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

    private VaultSecret Read(string file) => DataFolder.Read(file, content =>
        JsonSerializer.Deserialize<VaultSecret>(_protector.Unprotect(content)) ?? throw new JsonException("It holds no secret."));

    // Names are letters, digits and hyphens only, so a name is a file name as it is.
    private string FileOf(string name) => Path.Combine(_folder, $"{name.ToLowerInvariant()}.secret");
}

using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace ServerlessDrives.Embedded.Cloud.Vault;

/// <summary>What a key vault with soft delete does to secrets. Every change is on disk when its call returns.</summary>
internal sealed partial class KeyVault(VaultFiles files, TimeProvider time)
{
    /// <summary>How long a deleted secret can be recovered; Key Vault's own default.</summary>
    public static readonly TimeSpan RecoverableFor = TimeSpan.FromDays(90);

    /// <summary>Key Vault's limit, in bytes of UTF-8.</summary>
    private const int LongestValue = 25 * 1024;

    private readonly Lock _writing = new();

    public sealed record Wish(
        string Value,
        string? ContentType,
        bool? Enabled,
        DateTimeOffset? NotBefore,
        DateTimeOffset? Expires,
        IReadOnlyDictionary<string, string>? Tags);

    public sealed record Change(
        string? ContentType,
        bool? Enabled,
        DateTimeOffset? NotBefore,
        DateTimeOffset? Expires,
        IReadOnlyDictionary<string, string>? Tags);

    public (VaultSecret Secret, SecretVersion Version) Set(string name, Wish wish)
    {
        if (!ValidName().IsMatch(name))
        {
            throw VaultRefusal.BadParameter(
                "The request URI contains an invalid name: only 1 to 127 letters, digits and hyphens are allowed.");
        }

        if (Encoding.UTF8.GetByteCount(wish.Value) > LongestValue)
        {
            throw VaultRefusal.BadParameter($"Secret value must not be longer than {LongestValue} bytes.");
        }

        lock (_writing)
        {
            var present = files.Find(name);
            if (present is { DeletedAt: not null })
            {
                throw VaultRefusal.Deleted(name);
            }

            var version = new SecretVersion
            {
                Version = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)),
                Value = wish.Value,
                ContentType = wish.ContentType,
                Enabled = wish.Enabled ?? true,
                NotBefore = wish.NotBefore,
                Expires = wish.Expires,
                Created = Now(),
                Updated = Now(),
                Tags = wish.Tags,
            };
            var secret = new VaultSecret { Name = present?.Name ?? name, Versions = [.. present?.Versions ?? [], version] };
            files.Keep(secret);
            return (secret, version);
        }
    }

    /// <param name="version">Null for the latest.</param>
    public (VaultSecret Secret, SecretVersion Version) Get(string name, string? version)
    {
        var (secret, found) = Find(name, version);
        if (!found.Enabled)
        {
            throw VaultRefusal.Disabled();
        }

        if (found.NotBefore > Now())
        {
            throw VaultRefusal.NotYetOrNoLonger("not yet valid");
        }

        return found.Expires <= Now() ? throw VaultRefusal.NotYetOrNoLonger("expired") : (secret, found);
    }

    public (VaultSecret Secret, SecretVersion Version) Update(string name, string? version, Change change)
    {
        lock (_writing)
        {
            var (secret, found) = Find(name, version);
            var updated = found with
            {
                ContentType = change.ContentType ?? found.ContentType,
                Enabled = change.Enabled ?? found.Enabled,
                NotBefore = change.NotBefore ?? found.NotBefore,
                Expires = change.Expires ?? found.Expires,
                Tags = change.Tags ?? found.Tags,
                Updated = Now(),
            };
            secret = secret with { Versions = [.. secret.Versions.Select(each => each.Version == updated.Version ? updated : each)] };
            files.Keep(secret);
            return (secret, updated);
        }
    }

    public IEnumerable<VaultSecret> List() =>
        files.All.Where(secret => secret.DeletedAt is null).OrderBy(secret => secret.Name, StringComparer.OrdinalIgnoreCase);

    public VaultSecret Versions(string name) => Present(name);

    public VaultSecret Delete(string name)
    {
        lock (_writing)
        {
            var secret = Present(name) with { DeletedAt = Now() };
            files.Keep(secret);
            return secret;
        }
    }

    public IEnumerable<VaultSecret> ListDeleted()
    {
        PurgeOverdue();
        return files.All.Where(secret => secret.DeletedAt is not null).OrderBy(secret => secret.Name, StringComparer.OrdinalIgnoreCase);
    }

    public VaultSecret GetDeleted(string name)
    {
        PurgeOverdue();
        return files.Find(name) is { DeletedAt: not null } secret ? secret : throw VaultRefusal.NotFound(name);
    }

    public VaultSecret Recover(string name)
    {
        lock (_writing)
        {
            var secret = GetDeleted(name) with { DeletedAt = null };
            files.Keep(secret);
            return secret;
        }
    }

    public void Purge(string name)
    {
        lock (_writing)
        {
            files.Forget(GetDeleted(name).Name);
        }
    }

    private void PurgeOverdue()
    {
        foreach (var overdue in files.All.Where(secret => secret.DeletedAt + RecoverableFor < Now()).ToList())
        {
            files.Forget(overdue.Name);
        }
    }

    private VaultSecret Present(string name) => files.Find(name) is { DeletedAt: null } secret ? secret : throw VaultRefusal.NotFound(name);

    private (VaultSecret Secret, SecretVersion Version) Find(string name, string? version)
    {
        var secret = Present(name);
        var found = version is null ? secret.Latest : secret.Versions.FirstOrDefault(each => each.Version == version);
        return (secret, found ?? throw VaultRefusal.NotFound($"{name}/{version}"));
    }

    // Key Vault's times are whole seconds.
    private DateTimeOffset Now() => DateTimeOffset.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds());

    [GeneratedRegex("^[0-9a-zA-Z-]{1,127}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex ValidName();
}

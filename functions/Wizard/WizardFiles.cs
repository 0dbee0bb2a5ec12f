using System.Collections.Frozen;
using System.Security.Cryptography;

namespace ServerlessDrives.Wizard;

/// <summary>A file of the wizard's build, with the variants that the build compressed.</summary>
/// <param name="Path">As it is asked for: no leading slash, forward slashes.</param>
/// <param name="ETag">Strong, of the uncompressed content.</param>
/// <param name="Encodings">Content codings in the order of preference, and the content in each; the last is <c>identity</c>.</param>
/// <param name="IsHashed">Whether the name holds a hash of the content, so that it never changes.</param>
public sealed record WizardFile(
    string Path,
    string ContentType,
    string ETag,
    IReadOnlyList<(string Coding, ReadOnlyMemory<byte> Content)> Encodings,
    bool IsHashed);

/// <summary>
/// What the wizard's build has laid beside the app: about five megabytes, read when the app starts. A path that isn't in the catalogue
/// doesn't exist, however it is written.
/// </summary>
public sealed class WizardFiles
{
    private static readonly FrozenDictionary<string, string> ContentTypes = new Dictionary<string, string>
    {
        [".html"] = "text/html; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".mjs"] = "text/javascript; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".svg"] = "image/svg+xml",
        [".json"] = "application/json; charset=utf-8",
        [".png"] = "image/png",
        [".woff2"] = "font/woff2",
    }.ToFrozenDictionary();

    private readonly FrozenDictionary<string, WizardFile> _files;

    /// <summary>The files under <c>wizard</c> beside the app; none when it was built without the wizard.</summary>
    public WizardFiles()
        : this(Path.Combine(AppContext.BaseDirectory, "wizard"))
    {
    }

    internal WizardFiles(string folder) => _files = Directory.Exists(folder)
        ? Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(file => ContentTypes.ContainsKey(Path.GetExtension(file)))
            .Select(file => Read(folder, file))
            .ToFrozenDictionary(file => file.Path, StringComparer.Ordinal)
        : FrozenDictionary<string, WizardFile>.Empty;

    /// <summary>The page that every client route shows; null when the app was built without the wizard.</summary>
    public WizardFile? Page => Find("index.html");

    public WizardFile? Find(string path) => _files.GetValueOrDefault(path);

    private static WizardFile Read(string folder, string file)
    {
        var path = Path.GetRelativePath(folder, file).Replace('\\', '/');
        var content = File.ReadAllBytes(file);
        var compressed = ((string Coding, string FullName)[])[("br", $"{file}.br"), ("gzip", $"{file}.gz")];
        return new(
            path,
            ContentTypes[Path.GetExtension(file)],
            $"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 12))}\"",
            [
                .. compressed.Where(variant => File.Exists(variant.FullName))
                    .Select(variant => (variant.Coding, (ReadOnlyMemory<byte>)File.ReadAllBytes(variant.FullName))),
                ("identity", content),
            ],
            IsHashed: path.StartsWith("assets/", StringComparison.Ordinal));
    }
}

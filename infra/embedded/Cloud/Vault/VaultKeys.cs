using System.Xml;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection;

namespace ServerlessDrives.Embedded.Cloud.Vault;

/// <summary>The keys that the vault's files are encrypted with, in a folder.</summary>
internal sealed class VaultKeys(string folder)
{
    /// <exception cref="EmbeddedCloudException">A key's file is damaged. Data Protection would pass over it and take another
    /// key.</exception>
    public IDataProtector Protector(string purpose)
    {
        if (Directory.Exists(folder))
        {
            foreach (var file in Directory.EnumerateFiles(folder, "*.xml"))
                DataFolder.Read(file, Parse);
        }

        return DataProtectionProvider.Create(new DirectoryInfo(folder)).CreateProtector(purpose);
    }

    private static XDocument Parse(byte[] content)
    {
        using var stream = new MemoryStream(content);
        var document = XDocument.Load(stream);
        return document.Root is { Name.LocalName: "key" or "revocation" } ? document : throw new XmlException("It is not a key.");
    }
}

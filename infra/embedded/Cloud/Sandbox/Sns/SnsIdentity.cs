using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Sns;

/// <summary>The certificate that messages are signed with: another after each start, and made when it is first used.</summary>
internal sealed class SnsIdentity(TlsAuthority authority) : IDisposable
{
    private readonly Lazy<Signing> _signing = new(() =>
    {
        var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=sns.amazonaws.com", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return new(key, authority.Issue(request, names => names.AddDnsName("sns.amazonaws.com")));
    });

    public string SigningCertificate => _signing.Value.Certificate.ExportCertificatePem();

    public string SigningCertificatePath => $"/SimpleNotificationService-{_signing.Value.Certificate.Thumbprint.ToLowerInvariant()}.pem";

    public string Sign(string text, string version) =>
#pragma warning disable CA5350 // SNS's version 1 is SHA-1.
        Convert.ToBase64String(
            _signing.Value.Key.SignData(
                Encoding.UTF8.GetBytes(text),
                version == "1" ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256,
                RSASignaturePadding.Pkcs1));
#pragma warning restore CA5350

    public void Dispose()
    {
        if (!_signing.IsValueCreated)
            return;
        _signing.Value.Certificate.Dispose();
        _signing.Value.Key.Dispose();
    }

    private sealed record Signing(RSA Key, X509Certificate2 Certificate);
}

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Sns;

/// <summary>The certificate that messages are signed with. Made anew at each start.</summary>
internal sealed class SnsIdentity : IDisposable
{
    private readonly RSA _signingKey = RSA.Create(2048);
    private readonly X509Certificate2 _signing;

    public SnsIdentity(TlsAuthority authority) => _signing = authority.Issue(
        new("CN=sns.amazonaws.com", _signingKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
        names => names.AddDnsName("sns.amazonaws.com"));

    public string SigningCertificate => _signing.ExportCertificatePem();

    public string SigningCertificatePath => $"/SimpleNotificationService-{_signing.Thumbprint.ToLowerInvariant()}.pem";

    public string Sign(string text, string version) =>
#pragma warning disable CA5350 // SNS's version 1 is SHA-1.
        Convert.ToBase64String(
            _signingKey.SignData(
                Encoding.UTF8.GetBytes(text),
                version == "1" ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256,
                RSASignaturePadding.Pkcs1));
#pragma warning restore CA5350

    public void Dispose()
    {
        _signing.Dispose();
        _signingKey.Dispose();
    }
}

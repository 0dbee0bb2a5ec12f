using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Sns;

/// <summary>The sandbox's authority, and what it vouches for: the TLS of SNS's address, and the certificate that messages are signed with. Made anew at each start.</summary>
internal sealed class SnsIdentity : IDisposable
{
    private readonly ECDsa _authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly RSA _signingKey = RSA.Create(2048);
    private readonly X509Certificate2 _authority;
    private readonly X509Certificate2 _signing;
    private readonly DateTimeOffset _from;

    public SnsIdentity(TimeProvider clock)
    {
        _from = clock.GetUtcNow().AddDays(-1);
        var request = new CertificateRequest("CN=AWS sandbox of this machine", _authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.DigitalSignature, critical: true));
        _authority = request.CreateSelfSigned(_from, _from.AddYears(10));
        _signing = Issue(new("CN=sns.amazonaws.com", _signingKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1), names => names.AddDnsName("sns.amazonaws.com"));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var issued = Issue(new("CN=127.0.0.1", key, HashAlgorithmName.SHA256), names =>
        {
            names.AddIpAddress(IPAddress.Loopback);
            names.AddDnsName("localhost");
        });
        using var whole = issued.CopyWithPrivateKey(key);
        // Some platforms' TLS takes no key that lies in memory only.
        Tls = X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>For the address over https.</summary>
    public X509Certificate2 Tls { get; }

    /// <summary>DER in base64.</summary>
    public string Authority => Convert.ToBase64String(_authority.RawData);

    public string SigningCertificate => _signing.ExportCertificatePem();

    public string SigningCertificatePath => $"/SimpleNotificationService-{_signing.Thumbprint.ToLowerInvariant()}.pem";

    public string Sign(string text, string version) =>
#pragma warning disable CA5350 // SNS's version 1 is SHA-1.
        Convert.ToBase64String(_signingKey.SignData(Encoding.UTF8.GetBytes(text), version == "1" ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
#pragma warning restore CA5350

    public void Dispose()
    {
        Tls.Dispose();
        _signing.Dispose();
        _authority.Dispose();
        _signingKey.Dispose();
        _authorityKey.Dispose();
    }

    private X509Certificate2 Issue(CertificateRequest request, Action<SubjectAlternativeNameBuilder> name)
    {
        var names = new SubjectAlternativeNameBuilder();
        name(names);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        return request.Create(_authority.SubjectName, X509SignatureGenerator.CreateForECDsa(_authorityKey), _from, _from.AddYears(5), RandomNumberGenerator.GetBytes(12));
    }
}

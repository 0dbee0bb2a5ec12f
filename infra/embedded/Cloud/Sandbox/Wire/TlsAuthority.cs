using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

/// <summary>
/// The sandbox's certificate authority, made at the first start and kept in the data folder, and the certificate of its address over https.
/// </summary>
internal sealed class TlsAuthority : IDisposable
{
    private const int Years = 10;
    private readonly X509Certificate2 _authority;
    private readonly ECDsa _key;
    private readonly DateTimeOffset _from;

    public TlsAuthority(string folder, TimeProvider clock)
    {
        _from = clock.GetUtcNow().AddDays(-1);
        (CertificateFile, var keyFile) = (Path.Combine(folder, "authority.pem"), Path.Combine(folder, "authority.key"));
        (_authority, _key) = Open(CertificateFile, keyFile, clock) ?? Make(CertificateFile, keyFile);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var issued = Issue(new("CN=127.0.0.1", key, HashAlgorithmName.SHA256), names =>
        {
            names.AddIpAddress(IPAddress.Loopback);
            names.AddDnsName("localhost");
            names.AddDnsName("*.localhost");
        });
        using var whole = issued.CopyWithPrivateKey(key);
        // Some platforms' TLS takes no key that lies in memory only.
        Server = X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>For the address over https.</summary>
    public X509Certificate2 Server { get; }

    /// <summary>Who vouches for it, as a PEM file: what <c>AWS_CA_BUNDLE</c> takes.</summary>
    public string CertificateFile { get; }

    /// <summary>The same, DER in base64.</summary>
    public string Certificate => Convert.ToBase64String(_authority.RawData);

    public X509Certificate2 Issue(CertificateRequest request, Action<SubjectAlternativeNameBuilder> name)
    {
        var names = new SubjectAlternativeNameBuilder();
        name(names);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        var until = _from.AddYears(Years / 2);
        return request.Create(
            _authority.SubjectName,
            X509SignatureGenerator.CreateForECDsa(_key),
            _from,
            until < _authority.NotAfter ? until : _authority.NotAfter,
            RandomNumberGenerator.GetBytes(12));
    }

    public void Dispose()
    {
        Server.Dispose();
        _authority.Dispose();
        _key.Dispose();
    }

    /// <summary>Null when there is none, or the one that there is won't last.</summary>
    private static (X509Certificate2, ECDsa)? Open(string certificateFile, string keyFile, TimeProvider clock)
    {
        if (!File.Exists(certificateFile) || !File.Exists(keyFile)) return null;
        var certificate = X509CertificateLoader.LoadCertificateFromFile(certificateFile);
        var now = clock.GetUtcNow();
        if (certificate.NotAfter < now.AddYears(1) || certificate.NotBefore > now.AddDays(-1).AddMinutes(1))
        {
            certificate.Dispose();
            return null;
        }

        var key = ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(keyFile));
        return (certificate, key);
    }

    private (X509Certificate2, ECDsa) Make(string certificateFile, string keyFile)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        // With a serial number in the name, so that of two sandboxes' authorities nobody takes one for the other.
        var request = new CertificateRequest(
            $"CN=AWS sandbox of this machine {RandomNumberGenerator.GetHexString(8)}",
            key,
            HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(
                certificateAuthority: true,
                hasPathLengthConstraint: true,
                pathLengthConstraint: 0,
                critical: true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.DigitalSignature, critical: true));
        var certificate = request.CreateSelfSigned(_from, _from.AddYears(Years));
        // The folder is its owner's only.
        DataFolder.Replace(keyFile, System.Text.Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem()));
        DataFolder.Replace(certificateFile, System.Text.Encoding.ASCII.GetBytes(certificate.ExportCertificatePem()));
        return (certificate, key);
    }
}

using System.Collections.Concurrent;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using System.Web;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ServerlessDrives.Access;
using ServerlessDrives.Integrations.Sns;

namespace ServerlessDrives.Adapters.Aws;

/// <summary>
/// Whether Amazon SNS signed a message: the certificate comes from SNS's own host in the topic's region, over https, is issued to SNS by
/// somebody whom this machine trusts, and is valid now. Source: "Verifying the signatures of Amazon SNS messages" in the SNS developer
/// guide.
/// </summary>
internal sealed partial class SnsSignatureVerifier : ISns, IDisposable
{
    private const int MostCertificateBytes = 32 * 1024;
    private const int MostAnswerBytes = 64 * 1024;
    private const int MostCertificates = 64;
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Kept = TimeSpan.FromHours(12);

    private readonly ConcurrentDictionary<Uri, (X509Certificate2 Certificate, DateTimeOffset Until)> _certificates = new();
    private readonly Uri? _endpoint;
    private readonly X509Certificate2? _authority;
    private readonly HttpClient _http;
    private readonly TimeProvider _clock;
    private readonly ILogger<SnsSignatureVerifier> _log;

    public SnsSignatureVerifier(IOptions<AwsOptions> options, TimeProvider clock, ILogger<SnsSignatureVerifier> log)
    {
        _endpoint = options.Value.SnsEndpoint;
        _authority = options.Value.SnsAuthority is { } authority ? AwsOptions.CertificateOf(authority) : null;
        _clock = clock;
        _log = log;
        _http = new(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = TimeLimit,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = ChainPolicy() },
        })
        {
            Timeout = TimeLimit,
            MaxResponseContentBufferSize = MostAnswerBytes,
        };
    }

    public async Task<bool?> SignedAsync(SnsMessage message, CancellationToken cancellation)
    {
        if (
            !IsAt(message.SigningCertUrl, message.Topic)
            || message.SigningCertUrl.Query.Length > 0
            || !CertificatePath().IsMatch(message.SigningCertUrl.AbsolutePath))
            return false;
        if (await CertificateAsync(message, cancellation) is not { } certificate)
            return null;
        using var key = certificate.GetRSAPublicKey();
        // Version 1 is SHA-1, and what topics are made with that nobody has set otherwise.
#pragma warning disable CA5350
        var algorithm = message.SignatureVersion == 1 ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256;
#pragma warning restore CA5350
        return key is not null
            && IsIssuedToSns(certificate, message.Topic)
            && key.VerifyData(message.Signed, message.Signature, algorithm, RSASignaturePadding.Pkcs1);
    }

    public async Task<bool?> ConfirmAsync(SnsMessage message, CancellationToken cancellation)
    {
        if (message.SubscribeUrl is not { } url || !IsAt(url, message.Topic))
            return false;
        var asked = HttpUtility.ParseQueryString(url.Query);
        if (asked["Action"] != "ConfirmSubscription" || asked["TopicArn"] != message.Topic.Value || asked["Token"] != message.Token)
            return false;
        try
        {
            using var answer = await _http.GetAsync(url, cancellation);
            return answer.IsSuccessStatusCode ? true : (int)answer.StatusCode >= 500 ? null : false;
        }
        catch (Exception failure)
            when (failure is HttpRequestException || (failure is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            _log.LogWarning(failure, "The subscription of {Topic} could not be confirmed.", message.Topic);
            return null;
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _authority?.Dispose();
    }

    /// <summary>SNS's own host in the topic's region over https, or the server that takes its place by the settings.</summary>
    private bool IsAt(Uri url, TopicArn topic) =>
        url.Scheme == Uri.UriSchemeHttps
        && url.UserInfo.Length == 0
        && (
            _endpoint is null
                ? url.IsDefaultPort && url.IdnHost == $"sns.{topic.Region}.{topic.Region.Partition.DnsSuffix}"
                : url.Authority == _endpoint.Authority);

    /// <returns>Null when it can't be fetched now.</returns>
    private async Task<X509Certificate2?> CertificateAsync(SnsMessage message, CancellationToken cancellation)
    {
        var (url, now) = (message.SigningCertUrl, _clock.GetUtcNow());
        if (_certificates.TryGetValue(url, out var known) && now < known.Until)
            return known.Certificate;
        try
        {
            using var answer = await _http.GetAsync(url, cancellation);
            answer.EnsureSuccessStatusCode();
            var pem = await answer.Content.ReadAsStringAsync(cancellation);
            if (pem.Length > MostCertificateBytes)
                return null;
            var certificate = X509Certificate2.CreateFromPem(pem);
            if (_certificates.Count >= MostCertificates)
                _certificates.Clear();
            _certificates[url] = (certificate, now + Kept);
            return certificate;
        }
        catch (Exception failure)
            when (failure is HttpRequestException or CryptographicException
                || (failure is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            _log.LogWarning(failure, "The certificate at {Url} could not be fetched.", url);
            return null;
        }
    }

    private bool IsIssuedToSns(X509Certificate2 certificate, TopicArn topic)
    {
        var (region, suffix) = (topic.Region.Code, topic.Region.Partition.DnsSuffix);
        string[] names =
        [
            "sns.amazonaws.com", $"sns.{region}.{suffix}", $"sns-signing.{region}.{suffix}", $"sns-{region}.{suffix}",
            .. topic.Region.Partition == Partition.GovCloud ? new[] { "sns-us-gov-west-1.amazonaws.com" } : [],
        ];
        if (!names.Any(name => certificate.MatchesHostname(name)))
            return false;
        using var chain = new X509Chain { ChainPolicy = ChainPolicy() };
        chain.ChainPolicy.VerificationTime = _clock.GetUtcNow().UtcDateTime;
        var trusted = chain.Build(certificate);
        if (!trusted)
            _log.LogWarning(
                "The certificate {Subject} isn't trusted: {Reasons}.",
                certificate.Subject,
                string.Join(", ", chain.ChainStatus.Select(status => status.Status)));
        foreach (var element in chain.ChainElements)
            element.Certificate.Dispose();
        return trusted;
    }

    /// <summary>This machine's authorities; for a server that takes SNS's place, the one that the settings name and no other.</summary>
    private X509ChainPolicy ChainPolicy()
    {
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, UrlRetrievalTimeout = TimeLimit };
        if (_authority is not null)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.Add(_authority);
        }

        return policy;
    }

    [GeneratedRegex(@"^/SimpleNotificationService-[0-9A-Za-z]{1,64}\.pem\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CertificatePath();
}

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;
using ServerlessDrives.Access;

namespace ServerlessDrives.Adapters.Aws;

/// <summary>Where AWS is and who we are there. Section <c>Aws</c>.</summary>
public sealed class AwsOptions
{
    public const string Section = "Aws";

    /// <summary>Whether AWS is the sandbox at <see cref="SandboxEndpoint"/>.</summary>
    public bool Sandbox { get; set; }

    /// <summary>One address for S3 and STS of the sandbox.</summary>
    public Uri? SandboxEndpoint { get; set; }

    /// <summary>
    /// The authority that vouches for the sandbox over https: an X.509 certificate, DER in base64. No other is trusted then.
    /// </summary>
    public string? SandboxAuthority { get; set; }

    /// <summary>An S3-compatible server in place of AWS's S3; path style then.</summary>
    public Uri? S3Endpoint { get; set; }

    /// <summary>The STS that goes with <see cref="S3Endpoint"/>.</summary>
    public Uri? StsEndpoint { get; set; }

    /// <summary>A server in place of Amazon SNS, over https; its messages are held to <see cref="SnsAuthority"/>.</summary>
    public Uri? SnsEndpoint { get; set; }

    /// <summary>
    /// The authority that vouches for that server and for what it signs: an X.509 certificate, DER in base64. No other is trusted then.
    /// </summary>
    public string? SnsAuthority { get; set; }

    /// <summary>Who we are, by partition (<c>aws</c>, <c>aws-cn</c>…).</summary>
    public Dictionary<string, AwsPrincipalOptions> Principals { get; } = [];

    public AwsWebIdentityOptions WebIdentity { get; } = new();

    /// <summary>How long a session with a customer's role lasts. AWS allows 15 minutes to one hour for a role assumed by a role.</summary>
    public TimeSpan SessionDuration { get; set; } = TimeSpan.FromHours(1);

    /// <summary>For one try of a call that moves no file.</summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>For one try of a call that moves a part of a file, and for the beginning of one that reads it.</summary>
    public TimeSpan TransferTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long S3, or whoever sends a file, may be silent in the middle of it.</summary>
    public TimeSpan SilenceTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// The SDK's tries of a call after the first one; it backs off between them and corrects the clock where AWS says that it is wrong.
    /// </summary>
    internal int Retries { get; set; } = 2;

    /// <summary>How many drives' clients are kept; the one unused for longest goes first.</summary>
    public int MaxClients { get; set; } = 256;

    /// <summary>How many drives' credentials are kept, some hundred bytes each; those unused for longest go first.</summary>
    public int MaxSessions { get; set; } = 20_000;

    /// <summary>Whether S3 is AWS's own, or the sandbox, which answers as AWS does.</summary>
    internal bool IsAws => Sandbox || S3Endpoint is null;

    /// <summary>The server that takes the place of AWS, if one does.</summary>
    internal Uri? OtherS3 => Sandbox ? SandboxEndpoint : S3Endpoint;

    internal Uri? OtherSts => Sandbox ? SandboxEndpoint : StsEndpoint;

    /// <returns>Null when the text is no certificate.</returns>
    internal static X509Certificate2? CertificateOf(string text)
    {
        try
        {
            return X509CertificateLoader.LoadCertificate(Convert.FromBase64String(text));
        }
        catch (Exception wrong) when (wrong is FormatException or CryptographicException)
        {
            return null;
        }
    }
}

/// <summary>Our principal in one partition.</summary>
public sealed class AwsPrincipalOptions
{
    /// <summary>What customers' roles trust.</summary>
    public string Arn { get; set; } = "";

    /// <summary>
    /// An access key of the principal; without one, the managed identity's token is exchanged for the role (<see
    /// cref="AwsOptions.WebIdentity"/>).
    /// </summary>
    public string? AccessKeyId { get; set; }

    public string? SecretAccessKey { get; set; }
}

/// <summary>How our managed identity becomes our role in AWS.</summary>
public sealed class AwsWebIdentityOptions
{
    /// <summary>The audience of the token, as the role's identity provider in AWS names it: <c>api://…</c>.</summary>
    public string? Audience { get; set; }
}

/// <summary>Says which key of the settings is wrong before anything starts.</summary>
internal sealed class AwsOptionsValidation : IValidateOptions<AwsOptions>
{
    public ValidateOptionsResult Validate(string? name, AwsOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var problems = new List<string>();
        if (options is { Sandbox: true, SandboxEndpoint: null })
            problems.Add(
                "Aws:SandboxEndpoint is missing: Aws:Sandbox is true, so the address of the sandbox is needed. Only the embedded " +
                "runtime has one; set Aws:Sandbox to false elsewhere."
            );
        if (options.Sandbox && (options.S3Endpoint ?? options.StsEndpoint) is not null)
            problems.Add(
                "Aws:S3Endpoint and Aws:StsEndpoint are for servers other than the sandbox; set Aws:Sandbox to false to use them.");
        CheckAddress(problems, "Aws:SandboxEndpoint", options.SandboxEndpoint);
        CheckAddress(problems, "Aws:S3Endpoint", options.S3Endpoint);
        CheckAddress(problems, "Aws:StsEndpoint", options.StsEndpoint);
        if (options.SandboxAuthority is not null && options.SandboxEndpoint is not { IsAbsoluteUri: true, Scheme: "https" })
            problems.Add("Aws:SandboxAuthority goes with an Aws:SandboxEndpoint that begins with https://.");
        CheckAuthority(problems, "Aws:SandboxAuthority", options.SandboxAuthority);
        CheckSns(problems, options);
        foreach (var (partition, principal) in options.Principals)
            CheckPrincipal(problems, $"Aws:Principals:{partition}", partition, principal, options);
        CheckRange(problems, "Aws:SessionDuration", options.SessionDuration, TimeSpan.FromMinutes(15), TimeSpan.FromHours(1));
        CheckRange(problems, "Aws:CallTimeout", options.CallTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(2));
        CheckRange(problems, "Aws:TransferTimeout", options.TransferTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromHours(12));
        CheckRange(problems, "Aws:SilenceTimeout", options.SilenceTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(30));
        if (options.MaxClients < 1)
            problems.Add("Aws:MaxClients must be at least 1.");
        if (options.MaxSessions < 1)
            problems.Add("Aws:MaxSessions must be at least 1.");
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private static void CheckPrincipal(
        List<string> problems,
        string key,
        string partition,
        AwsPrincipalOptions principal,
        AwsOptions options)
    {
        if (!Partition.Parse(partition).TryGet(out var known, out var problem))
        {
            problems.Add($"{key}: {problem}");
            return;
        }

        if (!PrincipalArn.Parse(principal.Arn).TryGet(out var arn, out problem))
            problems.Add($"{key}:Arn: {problem}");
        else if (arn.Partition != known)
            problems.Add($"{key}:Arn is of the partition {arn.Partition}.");

        if (principal.AccessKeyId is null != principal.SecretAccessKey is null)
            problems.Add($"{key}: AccessKeyId and SecretAccessKey go together; give both or none.");
        else if (principal.AccessKeyId is null && options.WebIdentity.Audience is null)
            problems.Add(
                $"{key}: give AccessKeyId and SecretAccessKey, or set Aws:WebIdentity:Audience so that the managed identity becomes " +
                $"{principal.Arn}."
            );
        else if (principal.AccessKeyId is null && !principal.Arn.Contains(":role/", StringComparison.Ordinal))
            problems.Add($"{key}:Arn must be a role's for a managed identity to become it.");
    }

    private static void CheckSns(List<string> problems, AwsOptions options)
    {
        if (options.SnsEndpoint is null != options.SnsAuthority is null)
            problems.Add("Aws:SnsEndpoint and Aws:SnsAuthority go together; give both or none.");
        if (options.SnsEndpoint is { } endpoint && !(endpoint.IsAbsoluteUri && endpoint.Scheme == Uri.UriSchemeHttps))
            problems.Add("Aws:SnsEndpoint must be an address that begins with https://.");
        CheckAuthority(problems, "Aws:SnsAuthority", options.SnsAuthority);
    }

    private static void CheckAuthority(List<string> problems, string key, string? authority)
    {
        if (authority is null)
            return;
        using var certificate = AwsOptions.CertificateOf(authority);
        if (certificate is null)
            problems.Add($"{key} must be an X.509 certificate, DER in base64.");
    }

    private static void CheckAddress(List<string> problems, string key, Uri? address)
    {
        if (
            address is not null
            && (!address.IsAbsoluteUri || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps)))
            problems.Add($"{key} must be an address that begins with http:// or https://.");
    }

    private static void CheckRange(List<string> problems, string key, TimeSpan value, TimeSpan least, TimeSpan most)
    {
        if (value < least || value > most)
            problems.Add($"{key} must be between {least} and {most}.");
    }
}

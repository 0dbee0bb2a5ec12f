using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Shouldly;

namespace ServerlessDrives.Tests.Integration.Sandbox;

/// <summary>The real clients, pointed at the sandbox.</summary>
internal static class S3Clients
{
    /// <summary>The SDK as it comes, but for the address; path style, as no name server knows the buckets.</summary>
    public static AmazonS3Client Client(
        this S3Fixture sandbox,
        AWSCredentials? who = null,
        string region = "us-east-1",
        Action<AmazonS3Config>? configure = null)
    {
        var config = new AmazonS3Config
        {
            ServiceURL = sandbox.Endpoint.ToString(),
            ForcePathStyle = true,
            AuthenticationRegion = region,
            MaxErrorRetry = 0,
        };
        configure?.Invoke(config);
        return new AmazonS3Client(who ?? sandbox.Owner, config);
    }

    /// <summary>The same over https, which holds the sandbox to its authority and to nothing else.</summary>
    public static AmazonS3Client TlsClient(this S3Fixture sandbox, AWSCredentials? who = null, Action<AmazonS3Config>? configure = null) =>
        sandbox.Client(
            who,
            configure: c =>
            {
                c.ServiceURL = sandbox.TlsEndpoint.ToString();
                c.HttpClientFactory = new Trusting(X509CertificateLoader.LoadCertificateFromFile(sandbox.AuthorityFile));
                configure?.Invoke(c);
            });

    /// <summary>A client that puts the bucket in the host name; every name is resolved to the loopback.</summary>
    public static AmazonS3Client VirtualHostClient(this S3Fixture sandbox, string region = "us-east-1", string host = "s3") =>
        sandbox.Client(
            region: region,
            configure: c =>
            {
                c.ServiceURL = $"http://{host}.localhost:{sandbox.Endpoint.Port}";
                c.ForcePathStyle = false;
                c.HttpClientFactory = new Loopback(sandbox.Endpoint.Port);
            });

    public static async Task<string> NewBucketAsync(this IAmazonS3 s3, bool versioned = false, string? ownership = null)
    {
        var name = "bucket-" + Guid.NewGuid().ToString("n");
        await s3.PutBucketAsync(
            new PutBucketRequest { BucketName = name, ObjectOwnership = ownership is null ? null : ObjectOwnership.FindValue(ownership) });
        if (versioned)
            await s3.PutBucketVersioningAsync(
                new PutBucketVersioningRequest
                {
                    BucketName = name,
                    VersioningConfig = new S3BucketVersioningConfig { Status = VersionStatus.Enabled },
                });
        return name;
    }

    public static Task<PutObjectResponse> PutTextAsync(
        this IAmazonS3 s3,
        string bucket,
        string key,
        string text,
        Action<PutObjectRequest>? with = null)
    {
        var request = new PutObjectRequest { BucketName = bucket, Key = key, ContentBody = text };
        with?.Invoke(request);
        return s3.PutObjectAsync(request);
    }

    public static async Task<string> GetTextAsync(
        this IAmazonS3 s3,
        string bucket,
        string key,
        string? versionId = null,
        Action<GetObjectRequest>? with = null)
    {
        var request = new GetObjectRequest { BucketName = bucket, Key = key, VersionId = versionId };
        with?.Invoke(request);
        using var answer = await s3.GetObjectAsync(request);
        using var reader = new StreamReader(answer.ResponseStream, Encoding.UTF8);
        return await reader.ReadToEndAsync();
    }

    public static async Task<AmazonS3Exception> ShouldBeRefusedAsync(this Task call, HttpStatusCode status, string code)
    {
        var refusal = await call.ShouldThrowAsync<AmazonS3Exception>();
        refusal.ErrorCode.ShouldBe(code, refusal.Message);
        refusal.StatusCode.ShouldBe(status);
        return refusal;
    }

    /// <summary>
    /// Presigning, the command still signs by Signature Version 2 for its oldest regions unless told otherwise; buckets made since 2020
    /// refuse that.
    /// </summary>
    private static Lazy<string> ConfigFile { get; } = new(() =>
    {
        var file = Path.Combine(Path.GetTempPath(), "serverless-drives-tests-aws-config");
        File.WriteAllText(file, "[default]\ns3 =\n    signature_version = s3v4\n");
        return file;
    });

    /// <summary>Runs the real <c>aws</c> command; answers its exit code and what it wrote.</summary>
    public static Task<(int Exit, string Output)> AwsAsync(this S3Fixture sandbox, params string[] arguments) => AwsCommand.RunAsync(
        // Debian's command is from before AWS_ENDPOINT_URL: the address is an argument.
        ["--endpoint-url", sandbox.Endpoint.ToString(), .. arguments],
        new Dictionary<string, string>
        {
            ["AWS_ACCESS_KEY_ID"] = sandbox.AccessKeyId,
            ["AWS_SECRET_ACCESS_KEY"] = sandbox.SecretAccessKey,
            ["AWS_DEFAULT_REGION"] = "us-east-1",
            ["AWS_EC2_METADATA_DISABLED"] = "true",
            ["AWS_CONFIG_FILE"] = ConfigFile.Value,
            ["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/null",
            ["AWS_PAGER"] = "",
            ["AWS_DEFAULT_OUTPUT"] = "text",
        });

    /// <summary>Runs the real <c>aws</c> command, which must succeed.</summary>
    public static async Task<string> AwsOkAsync(this S3Fixture sandbox, params string[] arguments)
    {
        var (exit, output) = await sandbox.AwsAsync(arguments);
        exit.ShouldBe(0, output);
        return output;
    }

    private sealed class Trusting(X509Certificate2 authority) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) =>
            new(
                new SocketsHttpHandler
                {
                    SslOptions = new()
                    {
                        CertificateChainPolicy = new X509ChainPolicy
                        {
                            TrustMode = X509ChainTrustMode.CustomRootTrust,
                            CustomTrustStore = { authority },
                            RevocationMode = X509RevocationMode.NoCheck,
                        },
                    },
                });
    }

    private sealed class Loopback(int port) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancelled) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancelled);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
    }
}

using System.Text.Json.Nodes;
using Amazon.KeyManagementService;
using Amazon.Runtime;
using Amazon.SecurityToken;
using Microsoft.Extensions.Logging.Abstractions;
using ServerlessDrives.Embedded.Cloud;
using ServerlessDrives.Embedded.Cloud.Sandbox;
using ServerlessDrives.Embedded.Cloud.Sandbox.Iam;
using ServerlessDrives.Tests.Shared;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Sandbox;

/// <summary>The AWS sandbox by itself, seeded, with its administrator and a stranger of another account.</summary>
public sealed class S3Fixture : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("serverless-drives-aws-").FullName;
    private readonly int _port = FreePort.Take(1)[0];
    private AwsSandbox _sandbox = null!;
    private SeededCloud _seeded = null!;

    public Uri Endpoint => _sandbox.Endpoint;

    public Uri TlsEndpoint => _sandbox.TlsEndpoint;

    /// <summary>A PEM file.</summary>
    public string AuthorityFile => _sandbox.AuthorityFile;

    public AWSCredentials Root => new BasicAWSCredentials(_seeded.Root.AccessKeyId, _seeded.Root.SecretAccessKey);

    public string AccessKeyId => _seeded.Administrator.AccessKeyId;

    public string SecretAccessKey => _seeded.Administrator.SecretAccessKey;

    public string StrangersAccount => Seed.OurAccount;

    public AWSCredentials Owner => new BasicAWSCredentials(AccessKeyId, SecretAccessKey);

    /// <summary>An administrator of the other account: what is refused to it, the bucket's side refuses.</summary>
    public AWSCredentials Stranger { get; private set; } = null!;

    /// <summary>What goes wrong on demand.</summary>
    internal AwsFaults Faults => _sandbox.Faults;

    /// <summary>What IAM keeps, for what would take many calls to plant.</summary>
    internal IamStore Iam => _sandbox.Iam;

    internal SeededCloud Seeded => _seeded;

    /// <summary>The sandbox's clock, which a test may set apart from everybody else's.</summary>
    public ShiftedClock Clock { get; } = new();

    /// <summary>The customer's administrator, by IAM's API.</summary>
    public AwsAdministrator Administrator => new(new JsonObject
    {
        ["aws"] = new JsonObject
        {
            ["endpoint"] = Endpoint.AbsoluteUri,
            ["accounts"] = new JsonObject
            {
                [AwsAdministrator.Account] = new JsonObject
                {
                    ["administrator"] = KeyOf(_seeded.Administrator),
                    ["driveUser"] = KeyOf(_seeded.DriveUser),
                    ["kmsKeyArn"] = _seeded.KmsKeyArn,
                },
            },
        },
    });

    public AmazonSecurityTokenServiceClient Sts(AWSCredentials? who = null, string region = "us-east-1", int retries = 0) =>
        new(
            who ?? Owner,
            new AmazonSecurityTokenServiceConfig
            {
                ServiceURL = Endpoint.ToString(),
                AuthenticationRegion = region,
                MaxErrorRetry = retries,
            });

    public AmazonKeyManagementServiceClient Kms(AWSCredentials? who = null, int retries = 0) =>
        new(
            who ?? Owner,
            new AmazonKeyManagementServiceConfig
            {
                ServiceURL = Endpoint.ToString(),
                AuthenticationRegion = "us-east-1",
                MaxErrorRetry = retries,
            });

    public async ValueTask InitializeAsync()
    {
        _sandbox = new AwsSandbox(_folder, _port, NullLogger.Instance, Clock);
        _seeded = _sandbox.Plant();
        Stranger = AdministratorOf(StrangersAccount);
        await _sandbox.StartAsync(TestContext.Current.CancellationToken);
    }

    public async Task RestartAsync()
    {
        await _sandbox.DisposeAsync();
        await InitializeAsync();
    }

    private static JsonObject KeyOf(SeededKey key) =>
        new()
        {
            ["accessKeyId"] = key.AccessKeyId,
            ["secretAccessKey"] = key.SecretAccessKey,
            ["userName"] = key.UserName,
        };

    /// <summary>A new user of an account, with just this policy.</summary>
    public BasicAWSCredentials UserOf(string account, string policy)
    {
        var user = new User
        {
            Account = account,
            Name = "user-" + Guid.NewGuid().ToString("n"),
            Path = "/",
            Id = IamIds.User(),
            Created = DateTimeOffset.UtcNow,
        };
        var key = new AccessKey
        {
            Id = IamIds.AccessKey(),
            Secret = IamIds.Secret(),
            Account = account,
            UserId = user.Id,
            Created = user.Created,
        };
        _sandbox.Iam.Change(state =>
            state.With(user with { Inline = user.Inline.Add("policy", policy) }) with
            {
                AccessKeys = state.AccessKeys.Add(key.Id, key),
            });
        return new BasicAWSCredentials(key.Id, key.Secret);
    }

    private BasicAWSCredentials AdministratorOf(string account) =>
        UserOf(account, """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}""");

    public async ValueTask DisposeAsync()
    {
        await _sandbox.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>The system's clock, ahead or behind by a set time.</summary>
public sealed class ShiftedClock : TimeProvider
{
    public TimeSpan Ahead { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;
}

using Amazon.Runtime;
using Microsoft.Extensions.Logging.Abstractions;
using ServerlessDrives.Embedded.Cloud;
using ServerlessDrives.Embedded.Cloud.Sandbox;
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

    public string AccessKeyId => _seeded.Administrator.AccessKeyId;

    public string SecretAccessKey => _seeded.Administrator.SecretAccessKey;

    public string StrangersAccount => Seed.OurAccount;

    public AWSCredentials Owner => new BasicAWSCredentials(AccessKeyId, SecretAccessKey);

    public AWSCredentials Stranger => new BasicAWSCredentials(_seeded.Principal.AccessKeyId, _seeded.Principal.SecretAccessKey);

    public async ValueTask InitializeAsync()
    {
        _sandbox = new AwsSandbox(_folder, _port, NullLogger.Instance, TimeProvider.System);
        _seeded = _sandbox.Plant();
        await _sandbox.StartAsync(TestContext.Current.CancellationToken);
    }

    public async Task RestartAsync()
    {
        await _sandbox.DisposeAsync();
        await InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _sandbox.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

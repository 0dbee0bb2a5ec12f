using ServerlessDrives.Drives;
using ServerlessDrives.Health;
using ServerlessDrives.Verification;

namespace ServerlessDrives.Adapters.Aws;

/// <summary>Looks at drives with one cheap call, or two to try writing.</summary>
internal sealed class S3HealthProbe(DriveClients clients) : IHealthProbe
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public Task<HealthOutcome> LookAsync(Drive drive, CancellationToken cancellation) => TryAsync(drive, KnownCheck.ObjectsListable, async patience =>
    {
        using var lease = clients.Lease(drive);
        await lease.S3.ListObjectsV2Async(new() { BucketName = drive.Bucket.Value, Prefix = drive.Path.Prefix, MaxKeys = 1, ExpectedBucketOwner = drive.BucketOwner?.Value }, patience);
        return true;
    }, cancellation);

    public async Task<HealthOutcome> WriteAsync(Drive drive, CancellationToken cancellation)
    {
        var key = $"{drive.Path.Prefix}.serverless-drives/health-{Guid.NewGuid():N}";
        var written = await TryAsync(drive, KnownCheck.ObjectWritable, async patience =>
        {
            using var lease = clients.Lease(drive);
            using var content = new MemoryStream("ServerlessDrives health check"u8.ToArray(), writable: false);
            await lease.S3.PutObjectAsync(
                new Amazon.S3.Model.PutObjectRequest { BucketName = drive.Bucket.Value, Key = key, InputStream = content, IfNoneMatch = "*", ExpectedBucketOwner = drive.BucketOwner?.Value }.Encrypted(drive), patience);
            return true;
        }, cancellation);
        if (written is not HealthOutcome.Reachable)
            return written;
        return await TryAsync(drive, KnownCheck.ObjectDeletable, async patience =>
        {
            using var lease = clients.Lease(drive);
            await lease.S3.DeleteObjectAsync(new() { BucketName = drive.Bucket.Value, Key = key, ExpectedBucketOwner = drive.BucketOwner?.Value }, patience);
            return true;
        }, cancellation);
    }

    private static async Task<HealthOutcome> TryAsync(Drive drive, KnownCheck tried, Func<CancellationToken, Task<bool>> call, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        var answer = await AwsAnswers.AnswerAsync(() => call(patience.Token), cancellation);
        return answer.Fault switch
        {
            null => new HealthOutcome.Reachable(),
            Fault.Refused { Code: "IDPCommunicationError" or "InvalidIdentityToken" or "ExpiredTokenException" or "RequestTimeTooSkewed" } ours => new HealthOutcome.NotLooked(S3Refusals.Explain(drive, tried, ours)),
            Fault.Refused { IsPassing: true } => new HealthOutcome.Throttled(),
            var fault => new HealthOutcome.Refused(S3Refusals.Explain(drive, tried, fault)),
        };
    }
}

using System.Collections.Concurrent;
using Amazon.S3;
using Microsoft.Extensions.Options;
using ServerlessDrives.Access;
using ServerlessDrives.Access.Policies;
using ServerlessDrives.Adapters.Aws.Sessions;
using ServerlessDrives.Adapters.Aws.Writing;
using ServerlessDrives.Drives;
using ServerlessDrives.Files;
using ServerlessDrives.Health;
using ServerlessDrives.Usage;
using ServerlessDrives.Verification.Reports;

namespace ServerlessDrives.Adapters.Aws.Probing;

/// <summary>
/// Looks at drives with one cheap call, or two to try writing. All drives of a region share one client, so that a sweep neither makes
/// thousands of clients nor drives those of people's transfers out of their cache.
/// </summary>
internal sealed class S3HealthProbe(AwsClients clients, DriveKeyring keyring, DriveMeters meters, IOptions<AwsOptions> options)
    : IHealthProbe,
        IDisposable
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(30);

    private readonly CredentialsInScope _credentials = new();
    private readonly ConcurrentDictionary<(Region Region, bool PathStyle), Lazy<AmazonS3Client>> _clients = new();

    public Task<HealthOutcome> LookAsync(LookTarget target, CancellationToken cancellation) =>
        TryAsync(
            target,
            KnownCheck.ObjectsListable,
            (s3, patience) =>
                s3.ListObjectsV2Async(S3Bucket.Of(target.Access, target.Owner).List(target.Access.Path.Prefix, "/", size: 1), patience),
            cancellation);

    public async Task<HealthOutcome> WriteAsync(Drive drive, CancellationToken cancellation)
    {
        var (target, key) = (LookTarget.Of(drive), $"{drive.Path.Prefix}{S3ProbeLeftovers.Folder}health-{drive.Id}");
        // The same name each time: what a probe that was killed left there is written over and deleted by the next.
        string? version = null;
        var written = await TryAsync(
            target,
            KnownCheck.ObjectWritable,
            async (s3, patience) =>
            {
                using var content = PartBuffer.Of("ServerlessDrives health check"u8);
                var answer = await s3.PutObjectAsync(
                    S3Bucket.Of(drive).Put(key, content.Read(), content.Sum(), ContentKind.PlainText, s3),
                    patience);
                version = S3DriveFiles.VersionOf(answer.VersionId);
                return answer;
            },
            cancellation);
        if (written is not HealthOutcome.Reachable)
            return written;
        // Where there are versions, the one that was written goes, if the drive may delete versions; otherwise it is hidden behind a delete
        // marker.
        var deleted = version is null ? null : await DeleteAsync(version);
        return deleted is HealthOutcome.Reachable ? deleted : await DeleteAsync(null);

        Task<HealthOutcome> DeleteAsync(string? one) => TryAsync(
            target,
            KnownCheck.ObjectDeletable,
            (s3, patience) => s3.DeleteObjectAsync(S3Bucket.Of(drive).Delete(key, one), patience),
            cancellation);
    }

    public void Dispose()
    {
        foreach (var client in _clients.Values.Where(client => client.IsValueCreated))
            client.Value.Dispose();
    }

    private async Task<HealthOutcome> TryAsync<T>(
        LookTarget target,
        KnownCheck tried,
        Func<AmazonS3Client, CancellationToken, Task<T>> call,
        CancellationToken cancellation)
        where T : notnull
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(TimeLimit);
        var credentials = keyring.Of(target.Drive, target.Credentials, target.Access);
        try
        {
            // Fetched by themselves, so that a refusal of them is told from one of the call.
            var fetched = await AwsAnswers.AnswerAsync(credentials.GetCredentialsAsync, cancellation);
            if (fetched.Error is { } refused)
                return target.Credentials is DriveCredentials.Role
                    ? OutcomeOf(target, KnownCheck.TrustAccepted, refused)
                    : new HealthOutcome.NotLooked(OurFault);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // The vault, or our own identity: that says nothing about the drive.
            return new HealthOutcome.NotLooked(OurFault);
        }

        _credentials.Enter(credentials);
        meters.EnterHealthCheck(target.Organization, target.Drive);
        var answer = await AwsAnswers.AnswerAsync(() => call(ClientOf(target.Access), patience.Token), cancellation);
        if (answer.Error is Fault.Refused { Status: 400 or 401 or 403 })
            credentials.Drop();
        return answer.Error is { } fault ? OutcomeOf(target, tried, fault) : new HealthOutcome.Reachable();
    }

    private AmazonS3Client ClientOf(BucketAccess access) =>
        _clients.TryGetValue((access.Region, access.Bucket.HasDots), out var known)
            ? known.Value
            : _clients
                .GetOrAdd(
                    (access.Region, access.Bucket.HasDots),
                    _ => new(() => clients.S3(_credentials, access.Bucket, access.Region, options.Value.CallTimeout)))
                .Value;

    private static HealthOutcome OutcomeOf(LookTarget target, KnownCheck tried, Fault fault) =>
        fault switch
        {
            Fault.Refused
            {
                Code: "IDPCommunicationError" or "InvalidIdentityToken" or "ExpiredTokenException" or "RequestTimeTooSkewed"
            } => new HealthOutcome.NotLooked(S3Refusals.Explain(target.Credentials, target.Access, tried, fault)),
            _ when S3Refusals.ExplanationOf(target.Credentials, target.Access, tried, fault) is { IsOurs: true } ours =>
                new HealthOutcome.NotLooked($"{ours.Text} {ours.Fix}"),
            Fault.Refused { Status: 429 or 503 }
            or Fault.Refused { Code: "SlowDown" or "Throttling" or "ThrottlingException" or "RequestLimitExceeded" } =>
                new HealthOutcome.Throttled(),
            _ => new HealthOutcome.Refused(S3Refusals.Explain(target.Credentials, target.Access, tried, fault)),
        };

    private const string OurFault =
        "The check could not be made: the drive's credentials could not be fetched on our side. Nothing has to be changed in AWS.";
}

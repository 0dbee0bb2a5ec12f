using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.SecurityToken.Model;
using Microsoft.Extensions.Options;
using ServerlessDrives.Access;
using ServerlessDrives.Access.Policies;
using ServerlessDrives.Adapters.Aws.Sessions;
using ServerlessDrives.Verification;

namespace ServerlessDrives.Adapters.Aws.Probing;

/// <summary>Verification's calls, made with the SDK. Nothing is cached: a proof of yesterday proves nothing.</summary>
internal sealed class AwsProbe(AwsClients clients, RoleSessions sessions, ISecrets secrets, IOptions<AwsOptions> options)
    : IProbe,
        IDisposable
{
    private readonly HttpClient _http = new(SandboxTls.Handler(options.Value))
    {
        Timeout = options.Value.CallTimeout,
    };

    public bool IsAws => options.Value.IsAws;

    public Task<Result<ProbeIdentity, Fault>> AssumeRoleAsync(
        RoleArn role,
        ExternalId? externalId,
        Region region,
        string sessionName,
        BucketAccess? scope,
        SessionTags? tags,
        CancellationToken cancellation
    ) =>
        AwsAnswers.AnswerAsync<ProbeIdentity>(
            async () =>
            {
                var session = await sessions.AssumeAsync(role, externalId, region, sessionName, scope, tags, cancellation);
                return new AwsIdentity(session.Credentials) { IsCut = session.IsCut };
            },
            cancellation);

    public Task<Result<ProbeIdentity, Fault>> AssumeForOwnerDigitAsync(
        DriveCredentials.Role role,
        BucketAccess access,
        int position,
        string sessionName,
        CancellationToken cancellation
    ) =>
        AwsAnswers.AnswerAsync<ProbeIdentity>(
            async () =>
                new AwsIdentity(
                    (
                        await sessions.AssumeAsync(
                            role.Arn,
                            role.ExternalId,
                            access.Region,
                            sessionName,
                            SessionPolicy.ForOwnerDigit(access, position),
                            cancellation)
                    ).Credentials),
            cancellation);

    public async Task<Result<ProbeIdentity, Fault>> TakeKeyAsync(DriveCredentials.AccessKey key, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(key);
        return await secrets.ReadAsync(key.Secret, key.SecretVersion, cancellation) is { } secret
            ? new AwsIdentity(new BasicAWSCredentials(key.Id.Value, secret.Reveal()))
            : new Fault.Refused(404, "SecretUnavailable", "The vault has no such secret.", RequestId: null);
    }

    public Task<Result<AccountId, Fault>> AccountOfAsync(ProbeIdentity identity, Region region, CancellationToken cancellation) =>
        options.Value is { Sandbox: false, S3Endpoint: not null, StsEndpoint: null }
            ? Task.FromResult<Result<AccountId, Fault>>(
                new Fault.Refused(
                    501,
                    "NotImplemented",
                    "The server was set up without an STS, and AWS's own knows nothing of its keys.",
                    RequestId: null))
            : AwsAnswers.AnswerAsync(
                async () =>
                {
                    using var sts = clients.Sts(CredentialsOf(identity), region);
                    var caller = await sts.GetCallerIdentityAsync(new GetCallerIdentityRequest(), cancellation);
                    return AccountId.ParseOfAnyServer(caller.Account).TryGet(out var account, out var problem)
                        ? account
                        : throw new AmazonClientException(problem.Message);
                },
                cancellation);

    public Task<Result<BucketPlace, Fault>> LocateAsync(BucketName bucket, Region guess, CancellationToken cancellation) =>
        LocateAsync(clients.AddressOf(bucket, guess), cancellation);

    private async Task<Result<BucketPlace, Fault>> LocateAsync(Uri address, CancellationToken cancellation)
    {
        var asked = await AwsAnswers.AnswerAsync(
            async () =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Head, address);
                using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
                return (
                    response.StatusCode,
                    Region: Header(response, "x-amz-bucket-region"),
                    RequestId: Header(response, "x-amz-request-id"));
            },
            cancellation);
        if (!asked.TryGet(out var answer, out var fault))
            return fault;
        if (answer.Region is { } code && Region.Parse(code).TryGet(out var region, out _))
            return new BucketPlace(region);
        return answer.StatusCode switch
        {
            HttpStatusCode.NotFound => new Fault.Refused(404, "NoSuchBucket", "There is no such bucket.", answer.RequestId),
            HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError => new Fault.Refused(
                (int)answer.StatusCode,
                answer.StatusCode.ToString(),
                "",
                answer.RequestId),
            _ => new BucketPlace(Region: null),
        };
    }

    public Task<Result<BucketPlace, Fault>> LocateAsync(
        ProbeIdentity identity,
        BucketName bucket,
        Region guess,
        CancellationToken cancellation
    ) =>
        AwsAnswers.AnswerAsync(
            async () =>
            {
                ArgumentNullException.ThrowIfNull(bucket);
                using var s3 = clients.S3(CredentialsOf(identity), bucket, guess, options.Value.CallTimeout);
                string? told;
                try
                {
                    told = (await s3.HeadBucketAsync(S3Bucket.Locate(bucket), cancellation)).BucketRegion;
                }
                catch (AmazonS3Exception refused) when ((int)refused.StatusCode is >= 300 and < 500)
                {
                    told = AwsAnswers.HeaderOf(refused, "x-amz-bucket-region");
                }

                return new BucketPlace(Region.Parse(told).TryGet(out var region, out _) ? region : null);
            },
            cancellation
        );

    public IBucketProbe Open(ProbeIdentity identity, BucketAccess access)
    {
        ArgumentNullException.ThrowIfNull(access);
        var (credentials, timeout) = (CredentialsOf(identity), options.Value.CallTimeout);
        return new AwsBucketProbe(
            clients.S3(credentials, access.Bucket, access.Region, timeout),
            clients.OnceS3(credentials, access.Bucket, access.Region, timeout),
            access);
    }

    public void Dispose() => _http.Dispose();

    private static AWSCredentials CredentialsOf(ProbeIdentity identity) => ((AwsIdentity)identity).Credentials;

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    private sealed class AwsIdentity(AWSCredentials credentials) : ProbeIdentity
    {
        public AWSCredentials Credentials { get; } = credentials;
    }
}

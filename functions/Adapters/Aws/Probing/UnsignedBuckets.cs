using System.Net;
using Microsoft.Extensions.Options;
using ServerlessDrives.Access;
using ServerlessDrives.Adapters.Aws.Sessions;
using ServerlessDrives.Connecting.Buckets;

namespace ServerlessDrives.Adapters.Aws.Probing;

/// <summary>
/// Asks S3 for a bucket without a signature. AWS answers anybody whether a name is taken in a partition, and by which region; another
/// server's answer says nothing, since to many of them a stranger's bucket isn't there.
/// </summary>
internal sealed class UnsignedBuckets(AwsClients clients, IOptions<AwsOptions> options) : IBucketDirectory, IDisposable
{
    /// <summary>Somebody is typing: later than this an answer helps nobody.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    private readonly HttpClient _http = new(SandboxTls.Handler(options.Value))
    {
        Timeout = Timeout,
    };

    public async Task<BucketPresence> LookUpAsync(BucketName bucket, CancellationToken cancellation)
    {
        if (options.Value is { Sandbox: false, S3Endpoint: not null })
            return BucketPresence.Unknown;
        var answers = await Task.WhenAll(
            Partitions().Select(partition => AskAsync(clients.AddressOf(bucket, StsRegions.HomeOf(partition)), cancellation)));
        if (answers.FirstOrDefault(answer => answer.Exists is true) is { } found)
            return found;
        return answers.All(answer => answer.Exists is false) ? BucketPresence.Absent : BucketPresence.Unknown;
    }

    public void Dispose() => _http.Dispose();

    /// <summary>
    /// Those that have a principal of ours; with access keys alone, the commercial one. The sandbox is one server for all.
    /// </summary>
    private IReadOnlyList<Partition> Partitions()
    {
        var configured = options
            .Value.Principals.Keys.Select(name => Partition.Parse(name).TryGet(out var partition, out _) ? partition : Partition.Aws)
            .Distinct()
            .ToList();
        return options.Value.Sandbox || configured.Count == 0 ? [Partition.Aws] : configured;
    }

    private async Task<BucketPresence> AskAsync(Uri address, CancellationToken cancellation)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Head, address);
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (
                response.Headers.TryGetValues("x-amz-bucket-region", out var codes)
                && Region.Parse(codes.FirstOrDefault()).TryGet(out var region, out _))
                return new(true, region);
            return response.StatusCode switch
            {
                HttpStatusCode.NotFound => BucketPresence.Absent,
                HttpStatusCode.OK or HttpStatusCode.Forbidden or HttpStatusCode.MovedPermanently => new(true, null),
                _ => BucketPresence.Unknown,
            };
        }
        catch (Exception passing)
            when (passing is HttpRequestException || (passing is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return BucketPresence.Unknown;
        }
    }
}

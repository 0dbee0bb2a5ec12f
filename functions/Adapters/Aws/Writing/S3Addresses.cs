using Microsoft.Extensions.Options;
using ServerlessDrives.Files.Uploads;

namespace ServerlessDrives.Adapters.Aws.Writing;

/// <summary>
/// S3 as a browser sees it: one server's address, or AWS's, whose hosts begin with the bucket's name and end alike in each partition.
/// </summary>
internal sealed class S3Addresses(IOptions<AwsOptions> options) : IDirectTransfers
{
    public IReadOnlyList<string> Sources { get; } = options.Value.OtherS3 is { } other
        ? [other.GetLeftPart(UriPartial.Authority)]
        : ["https://*.amazonaws.com", "https://*.amazonaws.com.cn"];
}

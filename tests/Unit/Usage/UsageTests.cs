using Amazon.Runtime;
using Amazon.S3.Model;
using ServerlessDrives.Adapters.Aws;
using ServerlessDrives.Usage;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Unit.Usage;

public sealed class UsageTests
{
    /// <summary>As AWS's usage reports sort them: Requests-Tier1, Requests-Tier2, and what is free.</summary>
    public static TheoryData<AmazonWebServiceRequest, string> Requests => new()
    {
        { new PutObjectRequest(), "Write" },
        { new CopyObjectRequest(), "Write" },
        { new UploadPartRequest(), "Write" },
        { new InitiateMultipartUploadRequest(), "Write" },
        { new CompleteMultipartUploadRequest(), "Write" },
        { new ListObjectsV2Request(), "List" },
        { new ListVersionsRequest(), "List" },
        { new ListMultipartUploadsRequest(), "List" },
        { new GetObjectRequest(), "Read" },
        { new GetObjectMetadataRequest(), "Read" },
        { new HeadBucketRequest(), "Read" },
        { new DeleteObjectRequest(), "Delete" },
        { new AbortMultipartUploadRequest(), "Delete" },
    };

    [Theory]
    [MemberData(nameof(Requests), DisableDiscoveryEnumeration = true)]
    public void A_request_is_of_the_kind_that_it_is_paid_as(AmazonWebServiceRequest request, string kind) =>
        S3CallMetering.KindOf(request).ToString().ShouldBe(kind);

    [Fact]
    public void The_estimate_counts_lists_as_writes_and_deletions_as_nothing()
    {
        var counts = new UsageCounts { Writes = 600, Lists = 400, Reads = 1_000, Deletes = 1_000_000, BytesOut = 1L << 30 };
        var estimate = UsageEstimate.Of(counts, new S3Prices());
        estimate.Requests.ShouldBe(0.0054m);
        estimate.Transfer.ShouldBe(0.09m);
        estimate.Total.ShouldBe(0.0954m);
    }

    [Fact]
    public void Prices_of_a_region_take_the_place_of_the_usual_ones_there()
    {
        var options = new UsageOptions { RegionPrices = { ["eu-central-1"] = new() { PerThousandWrites = 0.0054m } } };
        options.PricesOf("eu-central-1").PerThousandWrites.ShouldBe(0.0054m);
        options.PricesOf("us-east-1").PerThousandWrites.ShouldBe(0.005m);
    }
}

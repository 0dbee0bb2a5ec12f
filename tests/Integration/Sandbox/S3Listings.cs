using System.Net;
using System.Text;
using Amazon.S3;
using Amazon.S3.Model;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Sandbox;

public sealed class S3Listings(S3Fixture sandbox) : IClassFixture<S3Fixture>
{
    private readonly AmazonS3Client s3 = sandbox.Client();

    [Fact]
    public async Task Keys_are_listed_in_the_order_of_their_utf8_bytes()
    {
        string[] keys = ["a", "B", "b/", "b", "é", "\uFFFD", "🎉", "a b", "a+b", "~", "日本"];
        var bucket = await Filled(keys);
        var listed = (await s3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = bucket })).S3Objects.ConvertAll(o => o.Key);
        listed.ShouldBe(keys.OrderBy(k => Convert.ToHexString(Encoding.UTF8.GetBytes(k)), StringComparer.Ordinal));
    }

    [Fact]
    public async Task Folders_are_rolled_up_behind_their_delimiter()
    {
        var bucket = await Filled("a/1", "a/2", "a/sub/3", "b", "c/1");
        var root = await s3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = bucket, Delimiter = "/" });
        root.CommonPrefixes.ShouldBe(["a/", "c/"]);
        root.S3Objects.ShouldHaveSingleItem().Key.ShouldBe("b");
        var inside = await s3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = bucket, Prefix = "a/", Delimiter = "/" });
        inside.CommonPrefixes.ShouldBe(["a/sub/"]);
        inside.S3Objects.ConvertAll(o => o.Key).ShouldBe(["a/1", "a/2"]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    public async Task Pages_of_any_size_come_to_the_whole(int pageSize)
    {
        var bucket = await Filled("a/1", "a/2", "b", "c/1", "c/2", "c/3", "d", "e/", "f");
        var second = new List<string>();
        var request = new ListObjectsV2Request { BucketName = bucket, Delimiter = "/", MaxKeys = pageSize };
        ListObjectsV2Response page;
        do
        {
            page = await s3.ListObjectsV2Async(request);
            second.AddRange((page.CommonPrefixes ?? []).Concat((page.S3Objects ?? []).Select(o => o.Key)));
            request.ContinuationToken = page.NextContinuationToken;
        }
        while (page.IsTruncated == true);
        second.Order(StringComparer.Ordinal).ShouldBe(["a/", "b", "c/", "d", "e/", "f"]);

        var first = new List<string>();
        var old = new ListObjectsRequest { BucketName = bucket, Delimiter = "/", MaxKeys = pageSize };
        ListObjectsResponse oldPage;
        do
        {
            oldPage = await s3.ListObjectsAsync(old);
            first.AddRange((oldPage.CommonPrefixes ?? []).Concat((oldPage.S3Objects ?? []).Select(o => o.Key)));
            old.Marker = oldPage.NextMarker;
        }
        while (oldPage.IsTruncated == true);
        first.Order(StringComparer.Ordinal).ShouldBe(["a/", "b", "c/", "d", "e/", "f"]);
    }

    [Fact]
    public async Task A_listing_starts_after_any_key()
    {
        var bucket = await Filled("a", "b", "c");
        (await s3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = bucket, StartAfter = "a" }))
            .S3Objects.ConvertAll(o => o.Key)
            .ShouldBe(["b", "c"]);
        (await s3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = bucket, StartAfter = "aa" }))
            .S3Objects.ConvertAll(o => o.Key)
            .ShouldBe(["b", "c"]);
        var none = await s3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = bucket, MaxKeys = 0 });
        none.IsTruncated.ShouldBe(false);
        none.KeyCount.ShouldBe(0);
    }

    [Fact]
    public async Task Keys_can_be_encoded_for_the_sake_of_xml()
    {
        var bucket = await Filled("a b+c/é");
        var listed = await s3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = bucket, Encoding = EncodingType.Url });
        listed.S3Objects.ShouldHaveSingleItem().Key.ShouldBeOneOf("a+b%2Bc/%C3%A9", "a b+c/é");
    }

    [Fact]
    public async Task A_token_that_was_never_given_out_is_refused()
    {
        var bucket = await Filled("a");
        await s3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = bucket, ContinuationToken = "!!" })
            .ShouldBeRefusedAsync(HttpStatusCode.BadRequest, "InvalidArgument");
    }

    private async Task<string> Filled(params string[] keys)
    {
        var bucket = await s3.NewBucketAsync();
        foreach (var key in keys) await s3.PutTextAsync(bucket, key, "x");
        return bucket;
    }
}

using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Sandbox;

public sealed class S3Versions(S3Fixture sandbox) : IClassFixture<S3Fixture>
{
    private readonly AmazonS3Client s3 = sandbox.Client();

    [Fact]
    public async Task Every_version_can_be_read_until_it_is_deleted()
    {
        var bucket = await s3.NewBucketAsync(versioned: true);
        var first = (await s3.PutTextAsync(bucket, "a", "1")).VersionId;
        var second = (await s3.PutTextAsync(bucket, "a", "2")).VersionId;
        (await s3.GetTextAsync(bucket, "a", first)).ShouldBe("1");
        (await s3.GetTextAsync(bucket, "a")).ShouldBe("2");
        await s3.DeleteObjectAsync(bucket, "a", second);
        (await s3.GetTextAsync(bucket, "a")).ShouldBe("1");
        await s3.GetTextAsync(bucket, "a", second).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "NoSuchVersion");
    }

    [Fact]
    public async Task A_deletion_leaves_a_marker_that_can_be_taken_away()
    {
        var bucket = await s3.NewBucketAsync(versioned: true);
        await s3.PutTextAsync(bucket, "a", "1");
        var deletion = await s3.DeleteObjectAsync(bucket, "a");
        deletion.DeleteMarker.ShouldBe("true");
        await s3.GetTextAsync(bucket, "a").ShouldBeRefusedAsync(HttpStatusCode.NotFound, "NoSuchKey");
        await s3.GetTextAsync(bucket, "a", deletion.VersionId).ShouldBeRefusedAsync(HttpStatusCode.MethodNotAllowed, "MethodNotAllowed");
        await s3.CopyObjectAsync(
            new CopyObjectRequest
            {
                SourceBucket = bucket,
                SourceKey = "a",
                SourceVersionId = deletion.VersionId,
                DestinationBucket = bucket,
                DestinationKey = "b",
            })
            .ShouldBeRefusedAsync(HttpStatusCode.BadRequest, "InvalidRequest");
        (await s3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = bucket })).KeyCount.ShouldBe(0);
        await s3.DeleteObjectAsync(bucket, "a", deletion.VersionId);
        (await s3.GetTextAsync(bucket, "a")).ShouldBe("1");
    }

    [Fact]
    public async Task Suspended_versioning_overwrites_the_null_version_only()
    {
        var bucket = await s3.NewBucketAsync(versioned: true);
        var kept = (await s3.PutTextAsync(bucket, "a", "1")).VersionId;
        await s3.PutBucketVersioningAsync(
            new PutBucketVersioningRequest
            {
                BucketName = bucket,
                VersioningConfig = new S3BucketVersioningConfig { Status = VersionStatus.Suspended },
            });
        // PutObject doesn't name the version that it makes, as CopyObject and whoever reads does.
        (await s3.PutTextAsync(bucket, "a", "2")).VersionId.ShouldBeNull();
        (await s3.GetObjectMetadataAsync(bucket, "a")).VersionId.ShouldBe("null");
        (await s3.CopyObjectAsync(bucket, "a", bucket, "b")).VersionId.ShouldBe("null");
        (await s3.DeleteObjectAsync(bucket, "b", "null")).VersionId.ShouldBe("null");
        await s3.PutTextAsync(bucket, "a", "3");
        (await s3.ListVersionsAsync(bucket)).Versions.Select(v => v.VersionId).ShouldBe(["null", kept]);
        (await s3.GetTextAsync(bucket, "a", "null")).ShouldBe("3");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(100)]
    public async Task Versions_and_markers_are_listed_in_pages_the_newest_first(int pageSize)
    {
        var bucket = await s3.NewBucketAsync(versioned: true);
        var expected = new List<string>();
        foreach (var key in new[] { "a", "b", "c" })
        {
            var one = (await s3.PutTextAsync(bucket, key, "1")).VersionId;
            var two = (await s3.PutTextAsync(bucket, key, "2")).VersionId;
            var marker = (await s3.DeleteObjectAsync(bucket, key)).VersionId;
            expected.AddRange([marker, two, one]);
        }

        var listed = new List<string>();
        var request = new ListVersionsRequest { BucketName = bucket, MaxKeys = pageSize };
        ListVersionsResponse page;
        do
        {
            page = await s3.ListVersionsAsync(request);
            listed.AddRange(page.Versions.Select(v => v.VersionId));
            (request.KeyMarker, request.VersionIdMarker) = (page.NextKeyMarker, page.NextVersionIdMarker);
        }
        while (page.IsTruncated == true);
        listed.ShouldBe(expected);
    }

    [Fact]
    public async Task A_bucket_is_empty_only_without_its_versions()
    {
        var bucket = await s3.NewBucketAsync(versioned: true);
        var version = (await s3.PutTextAsync(bucket, "a", "1")).VersionId;
        var marker = (await s3.DeleteObjectAsync(bucket, "a")).VersionId;
        await s3.DeleteBucketAsync(bucket).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "BucketNotEmpty");
        await s3.DeleteObjectsAsync(
            new DeleteObjectsRequest
            {
                BucketName = bucket,
                Objects = [new KeyVersion { Key = "a", VersionId = version }, new KeyVersion { Key = "a", VersionId = marker }],
            });
        await s3.DeleteBucketAsync(bucket);
    }

    [Fact]
    public async Task A_copy_reads_the_version_that_it_names()
    {
        var bucket = await s3.NewBucketAsync(versioned: true);
        var first = (await s3.PutTextAsync(bucket, "a", "1")).VersionId;
        await s3.PutTextAsync(bucket, "a", "2");
        var copy = await s3.CopyObjectAsync(
            new CopyObjectRequest
            {
                SourceBucket = bucket,
                SourceKey = "a",
                SourceVersionId = first,
                DestinationBucket = bucket,
                DestinationKey = "b",
            });
        copy.SourceVersionId.ShouldBe(first);
        (await s3.GetTextAsync(bucket, "b")).ShouldBe("1");
    }
}

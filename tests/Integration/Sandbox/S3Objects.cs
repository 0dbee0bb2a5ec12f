using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Amazon.S3;
using Amazon.S3.Model;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Sandbox;

public sealed class S3Objects(S3Fixture sandbox) : IClassFixture<S3Fixture>, IAsyncLifetime
{
    private static readonly HttpClient Http = new();
    private readonly AmazonS3Client s3 = sandbox.Client();
    private string bucket = "";

    public async ValueTask InitializeAsync() => bucket = await s3.NewBucketAsync();

    public ValueTask DisposeAsync()
    {
        s3.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task What_is_put_comes_back_with_its_headers_and_metadata()
    {
        var put = await s3.PutTextAsync(bucket, "a/b.txt", "hello", r =>
        {
            r.ContentType = "text/plain";
            r.Headers.CacheControl = "no-store";
            r.Metadata["Colour"] = "blue";
        });
        put.ETag.ShouldBe($"\"{Convert.ToHexStringLower(MD5.HashData("hello"u8))}\"");
        put.ServerSideEncryptionMethod.ShouldBe(ServerSideEncryptionMethod.AES256);
        using var got = await s3.GetObjectAsync(bucket, "a/b.txt");
        got.Headers.ContentType.ShouldBe("text/plain");
        got.Headers.CacheControl.ShouldBe("no-store");
        got.Metadata["colour"].ShouldBe("blue");
        got.ETag.ShouldBe(put.ETag);
        new StreamReader(got.ResponseStream).ReadToEnd().ShouldBe("hello");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(512 * 1024)]
    [InlineData((3 * 1024 * 1024) + 17)]
    public async Task Bodies_of_any_length_survive_the_sdks_chunks_and_trailers(int length)
    {
        var bytes = RandomNumberGenerator.GetBytes(length);
        await s3.PutObjectAsync(
            new PutObjectRequest
            {
                BucketName = bucket,
                Key = "bytes",
                InputStream = new MemoryStream(bytes),
            });
        using var got = await s3.GetObjectAsync(
            new GetObjectRequest
            {
                BucketName = bucket,
                Key = "bytes",
                ChecksumMode = ChecksumMode.ENABLED,
            });
        var read = new MemoryStream();
        await got.ResponseStream.CopyToAsync(read);
        read.ToArray().ShouldBe(bytes);
        got.ChecksumCRC32.ShouldNotBeNull();
        got.ChecksumType.ShouldBe(ChecksumType.FULL_OBJECT);
    }

    [Theory]
    [InlineData("with space and + plus")]
    [InlineData("per%25cent/%2F")]
    [InlineData("quote'\"<&>")]
    [InlineData("unicode/é/日本/🎉")]
    [InlineData("trailing/")]
    [InlineData("a//b/./../c")]
    [InlineData("query?x=1&y#z")]
    public async Task Odd_keys_are_kept_as_they_are(string key)
    {
        using var client = sandbox.Client();
        await client.PutTextAsync(bucket, key, "x");
        (await client.GetTextAsync(bucket, key)).ShouldBe("x");
        (await client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = bucket }))
            .S3Objects.ShouldHaveSingleItem()
            .Key.ShouldBe(key);
    }

    [Theory]
    [InlineData("bytes=0-0", "0", "bytes 0-0/10")]
    [InlineData("bytes=3-5", "345", "bytes 3-5/10")]
    [InlineData("bytes=7-", "789", "bytes 7-9/10")]
    [InlineData("bytes=-2", "89", "bytes 8-9/10")]
    [InlineData("bytes=-200", "0123456789", "bytes 0-9/10")]
    [InlineData("bytes=8-200", "89", "bytes 8-9/10")]
    public async Task A_range_gives_those_bytes(string range, string expected, string contentRange)
    {
        await s3.PutTextAsync(bucket, "digits", "0123456789");
        using var request = new HttpRequestMessage(HttpMethod.Get, Link("digits"));
        request.Headers.Add("Range", range);
        using var answer = await Http.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.PartialContent);
        answer.Content.Headers.ContentRange!.ToString().ShouldBe(contentRange);
        (await answer.Content.ReadAsStringAsync()).ShouldBe(expected);
    }

    [Theory]
    [InlineData("bytes=10-")]
    [InlineData("bytes=-0")]
    public async Task A_range_beyond_the_end_cannot_be_satisfied(string range)
    {
        await s3.PutTextAsync(bucket, "digits", "0123456789");
        using var request = new HttpRequestMessage(HttpMethod.Get, Link("digits"));
        request.Headers.Add("Range", range);
        using var answer = await Http.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.RequestedRangeNotSatisfiable);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("<Code>InvalidRange</Code>");
    }

    [Fact]
    public async Task A_copy_that_is_still_good_is_not_sent_again()
    {
        var put = await s3.PutTextAsync(bucket, "a", "x");
        using var same = new HttpRequestMessage(HttpMethod.Get, Link("a"));
        same.Headers.IfNoneMatch.Add(new EntityTagHeaderValue(put.ETag));
        (await Http.SendAsync(same)).StatusCode.ShouldBe(HttpStatusCode.NotModified);
        using var since = new HttpRequestMessage(HttpMethod.Get, Link("a"));
        since.Headers.IfModifiedSince = DateTimeOffset.UtcNow.AddMinutes(1);
        (await Http.SendAsync(since)).StatusCode.ShouldBe(HttpStatusCode.NotModified);
        await s3.GetTextAsync(bucket, "a", with: r => r.EtagToMatch = "\"other\"")
            .ShouldBeRefusedAsync(HttpStatusCode.PreconditionFailed, "PreconditionFailed");
    }

    [Fact]
    public async Task Only_one_of_many_first_writers_wins()
    {
        var attempts = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            try
            {
                await s3.PutTextAsync(bucket, "once", $"writer {i}", r => r.IfNoneMatch = "*");
                return HttpStatusCode.OK;
            }
            catch (AmazonS3Exception refusal)
            {
                return refusal.StatusCode;
            }
        }));
        attempts.Count(a => a == HttpStatusCode.OK).ShouldBe(1);
        attempts.Count(a => a == HttpStatusCode.PreconditionFailed).ShouldBe(19);
    }

    [Fact]
    public async Task A_write_on_condition_of_an_etag_needs_that_etag()
    {
        var put = await s3.PutTextAsync(bucket, "a", "1");
        await s3.PutTextAsync(bucket, "a", "2", r => r.IfMatch = put.ETag);
        await s3.PutTextAsync(bucket, "a", "3", r => r.IfMatch = put.ETag)
            .ShouldBeRefusedAsync(HttpStatusCode.PreconditionFailed, "PreconditionFailed");
        await s3.PutTextAsync(bucket, "missing", "3", r => r.IfMatch = put.ETag).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "NoSuchKey");
        (await s3.GetTextAsync(bucket, "a")).ShouldBe("2");
    }

    [Fact]
    public async Task Bytes_that_are_not_what_was_declared_are_refused_and_not_kept()
    {
        await s3.PutTextAsync(bucket, "a", "hello", r => r.MD5Digest = Convert.ToBase64String(MD5.HashData("other"u8)))
            .ShouldBeRefusedAsync(HttpStatusCode.BadRequest, "BadDigest");
        await s3.PutTextAsync(bucket, "a", "hello", r => r.ChecksumCRC32 = "AAAAAA==")
            .ShouldBeRefusedAsync(HttpStatusCode.BadRequest, "BadDigest");
        await s3.GetTextAsync(bucket, "a").ShouldBeRefusedAsync(HttpStatusCode.NotFound, "NoSuchKey");
    }

    [Theory]
    [InlineData("CRC32", "NhCmhg==")]
    [InlineData("CRC32C", "mnG7TA==")]
    [InlineData("CRC64NVME", "M3eFcAZSQlc=")]
    [InlineData("SHA1", "qvTGHdzF6KLavt4PO0gs2a6pQ00=")]
    [InlineData("SHA256", "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=")]
    public async Task The_checksum_that_was_asked_for_is_kept(string algorithm, string ofHello)
    {
        await s3.PutTextAsync(bucket, "a", "hello", r => r.ChecksumAlgorithm = ChecksumAlgorithm.FindValue(algorithm));
        var attributes = await s3.GetObjectAttributesAsync(
            new GetObjectAttributesRequest
            {
                BucketName = bucket,
                Key = "a",
                ObjectAttributes = [ObjectAttributes.Checksum, ObjectAttributes.ObjectSize],
            });
        attributes.ObjectSize.ShouldBe(5);
        var checksum = attributes.Checksum;
        (
            checksum.ChecksumCRC32
            ?? checksum.ChecksumCRC32C
            ?? checksum.ChecksumCRC64NVME
            ?? checksum.ChecksumSHA1
            ?? checksum.ChecksumSHA256
        ).ShouldBe(ofHello);
    }

    [Fact]
    public async Task Presigned_links_read_and_write()
    {
        using var put = await Http.PutAsync(Link("linked", HttpVerb.PUT), new StringContent("by link", Encoding.UTF8));
        put.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await Http.GetStringAsync(Link("linked"))).ShouldBe("by link");
        var named = s3.GetPreSignedURL(
            new GetPreSignedUrlRequest
            {
                BucketName = bucket,
                Key = "linked",
                Expires = DateTime.UtcNow.AddMinutes(5),
                Protocol = Protocol.HTTP,
                ResponseHeaderOverrides = new ResponseHeaderOverrides
                {
                    ContentDisposition = "attachment; filename=\"a.txt\"",
                    ContentType = "text/csv",
                },
            });
        using var got = await Http.GetAsync(named);
        got.Content.Headers.ContentDisposition!.FileName.ShouldBe("a.txt");
        got.Content.Headers.ContentType!.MediaType.ShouldBe("text/csv");
    }

    [Fact]
    public async Task Copies_take_bytes_and_metadata_along_unless_told_otherwise()
    {
        await s3.PutTextAsync(bucket, "from é", "text", r => r.Metadata["a"] = "1");
        await s3.CopyObjectAsync(bucket, "from é", bucket, "to");
        (await s3.GetObjectMetadataAsync(bucket, "to")).Metadata["a"].ShouldBe("1");
        var replace = new CopyObjectRequest
        {
            SourceBucket = bucket,
            SourceKey = "to",
            DestinationBucket = bucket,
            DestinationKey = "to",
            MetadataDirective = S3MetadataDirective.REPLACE,
        };
        replace.Metadata["a"] = "2";
        await s3.CopyObjectAsync(replace);
        (await s3.GetObjectMetadataAsync(bucket, "to")).Metadata["a"].ShouldBe("2");
        await s3.DeleteObjectAsync(bucket, "from é");
        (await s3.GetTextAsync(bucket, "to")).ShouldBe("text");
        await s3.CopyObjectAsync(bucket, "to", bucket, "to").ShouldBeRefusedAsync(HttpStatusCode.BadRequest, "InvalidRequest");
    }

    [Fact]
    public async Task Many_objects_are_deleted_in_one_call()
    {
        foreach (var key in new[] { "1", "2", "3" })
            await s3.PutTextAsync(bucket, key, key);
        var answer = await s3.DeleteObjectsAsync(
            new DeleteObjectsRequest
            {
                BucketName = bucket,
                Objects = [new KeyVersion { Key = "1" }, new KeyVersion { Key = "3" }, new KeyVersion { Key = "missing" }],
            });
        answer.DeletedObjects.Count.ShouldBe(3);
        (await s3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = bucket })).S3Objects.ShouldHaveSingleItem().Key.ShouldBe("2");
    }

    [Fact]
    public async Task Keys_and_metadata_have_their_limits()
    {
        await s3.PutTextAsync(bucket, new string('k', 1025), "x").ShouldBeRefusedAsync(HttpStatusCode.BadRequest, "KeyTooLongError");
        await s3.PutTextAsync(bucket, "a", "x", r => r.Metadata["big"] = new string('m', 2048))
            .ShouldBeRefusedAsync(HttpStatusCode.BadRequest, "MetadataTooLarge");
        await s3.PutTextAsync(bucket, new string('k', 1024), "x");
    }

    [Fact]
    public async Task An_archived_object_must_be_restored_before_it_is_read()
    {
        await s3.PutTextAsync(bucket, "cold", "x", r => r.StorageClass = S3StorageClass.Glacier);
        await s3.GetTextAsync(bucket, "cold").ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "InvalidObjectState");
        (await s3.GetObjectMetadataAsync(bucket, "cold")).StorageClass.ShouldBe(S3StorageClass.Glacier);
        await s3.RestoreObjectAsync(bucket, "cold", 1);
        (await s3.GetTextAsync(bucket, "cold")).ShouldBe("x");
    }

    [Fact]
    public async Task Tags_come_and_go()
    {
        await s3.PutTextAsync(bucket, "a", "x", r => r.TagSet = [new Tag { Key = "team", Value = "claims" }]);
        (await s3.GetObjectTaggingAsync(new GetObjectTaggingRequest { BucketName = bucket, Key = "a" }))
            .Tagging.ShouldHaveSingleItem()
            .Value.ShouldBe("claims");
        await s3.DeleteObjectTaggingAsync(new DeleteObjectTaggingRequest { BucketName = bucket, Key = "a" });
        (await s3.GetObjectTaggingAsync(new GetObjectTaggingRequest { BucketName = bucket, Key = "a" })).Tagging.ShouldBeNull();
    }

    private string Link(string key, HttpVerb verb = HttpVerb.GET) =>
        s3.GetPreSignedURL(
            new GetPreSignedUrlRequest
            {
                BucketName = bucket,
                Key = key,
                Verb = verb,
                Expires = DateTime.UtcNow.AddMinutes(5),
                Protocol = Protocol.HTTP,
            });
}

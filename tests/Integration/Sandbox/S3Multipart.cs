using System.IO.Hashing;
using System.Net;
using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;
using Amazon.S3.Transfer;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Sandbox;

public sealed class S3Multipart(S3Fixture sandbox) : IClassFixture<S3Fixture>, IAsyncLifetime
{
    private const int PartSize = 5 * 1024 * 1024;
    private readonly AmazonS3Client s3 = sandbox.Client();
    private string bucket = "";

    public async ValueTask InitializeAsync() => bucket = await s3.NewBucketAsync();

    public ValueTask DisposeAsync()
    {
        s3.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task The_transfer_utility_uploads_in_parts_and_reads_back_the_same()
    {
        var bytes = RandomNumberGenerator.GetBytes((3 * PartSize) + 12_345);
        using (var transfer = new TransferUtility(s3, new TransferUtilityConfig { MinSizeBeforePartUpload = PartSize }))
            await transfer.UploadAsync(
                new TransferUtilityUploadRequest
                {
                    BucketName = bucket,
                    Key = "large",
                    InputStream = new MemoryStream(bytes),
                    PartSize = PartSize,
                });
        using var got = await s3.GetObjectAsync(new GetObjectRequest { BucketName = bucket, Key = "large" });
        got.ETag.ShouldEndWith("-4\"");
        var read = new MemoryStream();
        await got.ResponseStream.CopyToAsync(read);
        read.ToArray().AsSpan().SequenceEqual(bytes).ShouldBeTrue();

        using var across = await s3.GetObjectAsync(
            new GetObjectRequest
            {
                BucketName = bucket,
                Key = "large",
                ByteRange = new ByteRange(PartSize - 3, PartSize + 2),
            });
        var middle = new byte[6];
        await across.ResponseStream.ReadExactlyAsync(middle);
        middle.ShouldBe(bytes[(PartSize - 3)..(PartSize + 3)]);
        using var second = await s3.GetObjectAsync(new GetObjectRequest { BucketName = bucket, Key = "large", PartNumber = 2 });
        second.ContentLength.ShouldBe(PartSize);
        second.PartsCount.ShouldBe(4);
    }

    [Theory]
    [InlineData("CRC64NVME", "FULL_OBJECT")]
    [InlineData("CRC32", "FULL_OBJECT")]
    [InlineData("CRC32C", "FULL_OBJECT")]
    [InlineData("CRC32", "COMPOSITE")]
    [InlineData("SHA256", "COMPOSITE")]
    public async Task The_checksum_of_the_whole_follows_from_those_of_the_parts(string algorithm, string type)
    {
        byte[][] parts =
        [
            RandomNumberGenerator.GetBytes(PartSize),
            RandomNumberGenerator.GetBytes(PartSize + 1),
            RandomNumberGenerator.GetBytes(77),
        ];
        var upload = await s3.InitiateMultipartUploadAsync(
            new InitiateMultipartUploadRequest
            {
                BucketName = bucket,
                Key = "sum",
                ChecksumAlgorithm = ChecksumAlgorithm.FindValue(algorithm),
                ChecksumType = ChecksumType.FindValue(type),
            });
        var uploaded = new List<PartETag>();
        for (var i = 0; i < parts.Length; i++)
        {
            var part = await s3.UploadPartAsync(new UploadPartRequest
            {
                BucketName = bucket,
                Key = "sum",
                UploadId = upload.UploadId,
                PartNumber = i + 1,
                InputStream = new MemoryStream(parts[i]),
                ChecksumAlgorithm = ChecksumAlgorithm.FindValue(algorithm),
            });
            uploaded.Add(new PartETag(i + 1, part.ETag)
            {
                ChecksumCRC32 = part.ChecksumCRC32,
                ChecksumCRC32C = part.ChecksumCRC32C,
                ChecksumCRC64NVME = part.ChecksumCRC64NVME,
                ChecksumSHA256 = part.ChecksumSHA256,
            });
        }

        var whole = await s3.CompleteMultipartUploadAsync(
            new CompleteMultipartUploadRequest
            {
                BucketName = bucket,
                Key = "sum",
                UploadId = upload.UploadId,
                PartETags = uploaded,
                ChecksumType = ChecksumType.FindValue(type),
            }
        );
        var given = whole.ChecksumCRC64NVME ?? whole.ChecksumCRC32 ?? whole.ChecksumCRC32C ?? whole.ChecksumSHA256;
        given.ShouldBe(type == "COMPOSITE"
            ? Convert.ToBase64String(Sum(algorithm, parts.SelectMany(p => Sum(algorithm, p)))) + "-3"
            : Convert.ToBase64String(Sum(algorithm, parts.SelectMany(p => p))));
    }

    [Fact]
    public async Task Parts_too_small_missing_or_out_of_order_do_not_make_an_object()
    {
        var upload = (await s3.InitiateMultipartUploadAsync(bucket, "a")).UploadId;
        var one = await PartAsync(upload, 1, 100);
        var two = await PartAsync(upload, 2, 100);
        await CompleteAsync(upload, one, two).ShouldBeRefusedAsync(HttpStatusCode.BadRequest, "EntityTooSmall");
        // The SDK sorts the parts before it sends them.
        var (_, refusal) = await sandbox.AwsAsync(
            "s3api",
            "complete-multipart-upload",
            "--bucket",
            bucket,
            "--key",
            "a",
            "--upload-id",
            upload,
            "--multipart-upload",
            $"Parts=[{{PartNumber=2,ETag={two.ETag}}},{{PartNumber=1,ETag={one.ETag}}}]");
        refusal.ShouldContain("InvalidPartOrder");
        await CompleteAsync(upload, new PartETag(3, one.ETag)).ShouldBeRefusedAsync(HttpStatusCode.BadRequest, "InvalidPart");
        await CompleteAsync(upload, two);
        (await s3.GetObjectMetadataAsync(bucket, "a")).ContentLength.ShouldBe(100);
    }

    [Fact]
    public async Task A_completion_that_is_repeated_is_answered_as_the_first_while_the_object_is_there()
    {
        var upload = (await s3.InitiateMultipartUploadAsync(bucket, "a")).UploadId;
        var one = await PartAsync(upload, 1, 100);
        var two = await PartAsync(upload, 2, 100);
        var first = await CompleteAsync(upload, one);
        var again = await CompleteAsync(upload, one);
        (again.ETag, again.ChecksumCRC64NVME).ShouldBe((first.ETag, first.ChecksumCRC64NVME));
        (await s3.ListMultipartUploadsAsync(bucket)).MultipartUploads.ShouldBeNull();
        await CompleteAsync(upload, two).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "NoSuchUpload");
        await s3.DeleteObjectAsync(bucket, "a");
        await CompleteAsync(upload, one).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "NoSuchUpload");
    }

    [Fact]
    public async Task What_a_completion_says_of_checksums_has_to_be_true()
    {
        var plain = (await s3.InitiateMultipartUploadAsync(bucket, "a")).UploadId;
        var one = await PartAsync(plain, 1, 100);
        await s3.CompleteMultipartUploadAsync(Completion(plain, one.ETag, part => part.ChecksumCRC32C = "45fn2Q=="))
            .ShouldBeRefusedAsync(HttpStatusCode.BadRequest, "InvalidPart");
        await s3.CompleteMultipartUploadAsync(Completion(plain, one.ETag, type: ChecksumType.FULL_OBJECT))
            .ShouldBeRefusedAsync(HttpStatusCode.BadRequest, "InvalidRequest");

        var summed = (await s3.InitiateMultipartUploadAsync(
            new InitiateMultipartUploadRequest
            {
                BucketName = bucket,
                Key = "a",
                ChecksumAlgorithm = ChecksumAlgorithm.CRC32C,
                ChecksumType = ChecksumType.COMPOSITE,
            })).UploadId;
        var part = await s3.UploadPartAsync(
            new UploadPartRequest
            {
                BucketName = bucket,
                Key = "a",
                UploadId = summed,
                PartNumber = 1,
                InputStream = new MemoryStream(new byte[100]),
                ChecksumAlgorithm = ChecksumAlgorithm.CRC32C,
            });
        await s3.CompleteMultipartUploadAsync(Completion(summed, part.ETag, sum => sum.ChecksumCRC32C = "45fn2Q=="))
            .ShouldBeRefusedAsync(HttpStatusCode.BadRequest, "BadDigest");
        await s3.CompleteMultipartUploadAsync(
            Completion(summed, part.ETag, sum => sum.ChecksumCRC32C = part.ChecksumCRC32C, ChecksumType.FULL_OBJECT))
            .ShouldBeRefusedAsync(HttpStatusCode.BadRequest, "InvalidRequest");
        await s3.CompleteMultipartUploadAsync(
            Completion(summed, part.ETag, sum => sum.ChecksumCRC32C = part.ChecksumCRC32C, ChecksumType.COMPOSITE));
    }

    [Fact]
    public async Task An_aborted_upload_leaves_nothing()
    {
        var upload = (await s3.InitiateMultipartUploadAsync(bucket, "a/b")).UploadId;
        await PartAsync(upload, 7, 10, "a/b");
        var parts = await s3.ListPartsAsync(bucket, "a/b", upload);
        parts.Parts.ShouldHaveSingleItem().PartNumber.ShouldBe(7);
        (parts.IsTruncated, parts.NextPartNumberMarker).ShouldBe((false, 7));
        var uploads = await s3.ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = bucket, Prefix = "a/" });
        uploads.MultipartUploads.ShouldHaveSingleItem().UploadId.ShouldBe(upload);
        (uploads.IsTruncated, uploads.NextKeyMarker, uploads.NextUploadIdMarker).ShouldBe((false, "a/b", upload));
        await s3.AbortMultipartUploadAsync(bucket, "a/b", upload);
        await s3.ListPartsAsync(bucket, "a/b", upload).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "NoSuchUpload");
        (await s3.ListMultipartUploadsAsync(bucket)).MultipartUploads.ShouldBeNull();
    }

    [Fact]
    public async Task Parts_can_be_copied_from_ranges_of_objects()
    {
        var bytes = RandomNumberGenerator.GetBytes(PartSize + 10);
        await s3.PutObjectAsync(new PutObjectRequest { BucketName = bucket, Key = "source", InputStream = new MemoryStream(bytes) });
        var upload = (await s3.InitiateMultipartUploadAsync(bucket, "copy")).UploadId;
        var one = await CopyPartAsync(upload, 1, 10, PartSize + 9);
        var two = await CopyPartAsync(upload, 2, 0, 9);
        await CopyPartAsync(upload, 1, PartSize + 10, PartSize + 11).ShouldBeRefusedAsync(HttpStatusCode.BadRequest, "InvalidRequest");
        await CopyPartAsync(upload, 1, 0, PartSize + 10).ShouldBeRefusedAsync(HttpStatusCode.BadRequest, "InvalidArgument");
        await s3.CompleteMultipartUploadAsync(
            new CompleteMultipartUploadRequest
            {
                BucketName = bucket,
                Key = "copy",
                UploadId = upload,
                PartETags = [one, two],
            });
        await s3.DeleteObjectAsync(bucket, "source");
        using var got = await s3.GetObjectAsync(bucket, "copy");
        var read = new MemoryStream();
        await got.ResponseStream.CopyToAsync(read);
        read.ToArray().AsSpan().SequenceEqual([.. bytes[10..], .. bytes[..10]]).ShouldBeTrue();
    }

    [Fact]
    public async Task A_completion_on_condition_finds_the_key_taken()
    {
        var upload = (await s3.InitiateMultipartUploadAsync(bucket, "a")).UploadId;
        var part = await PartAsync(upload, 1, 10);
        await s3.PutTextAsync(bucket, "a", "first");
        await s3.CompleteMultipartUploadAsync(
                new CompleteMultipartUploadRequest
                {
                    BucketName = bucket,
                    Key = "a",
                    UploadId = upload,
                    PartETags = [part],
                    IfNoneMatch = "*",
                })
            .ShouldBeRefusedAsync(HttpStatusCode.PreconditionFailed, "PreconditionFailed");
        (await s3.GetTextAsync(bucket, "a")).ShouldBe("first");
    }

    private async Task<PartETag> PartAsync(string upload, int number, int size, string key = "a") =>
        new(
            await s3.UploadPartAsync(
                new UploadPartRequest
                {
                    BucketName = bucket,
                    Key = key,
                    UploadId = upload,
                    PartNumber = number,
                    InputStream = new MemoryStream(RandomNumberGenerator.GetBytes(size)),
                }));

    private async Task<PartETag> CopyPartAsync(string upload, int number, long first, long last)
    {
        var part = await s3.CopyPartAsync(new CopyPartRequest
        {
            SourceBucket = bucket,
            SourceKey = "source",
            DestinationBucket = bucket,
            DestinationKey = "copy",
            UploadId = upload,
            PartNumber = number,
            FirstByte = first,
            LastByte = last,
        });
        // An upload that was begun without a checksum doesn't tell those of its parts.
        part.ChecksumCRC64NVME.ShouldBeNull();
        return new PartETag(part);
    }

    private Task<CompleteMultipartUploadResponse> CompleteAsync(string upload, params PartETag[] parts) =>
        s3.CompleteMultipartUploadAsync(
            new CompleteMultipartUploadRequest
            {
                BucketName = bucket,
                Key = "a",
                UploadId = upload,
                PartETags = [.. parts],
            });

    private CompleteMultipartUploadRequest Completion(
        string upload,
        string etag,
        Action<PartETag>? with = null,
        ChecksumType? type = null)
    {
        var part = new PartETag(1, etag);
        with?.Invoke(part);
        return new CompleteMultipartUploadRequest
        {
            BucketName = bucket,
            Key = "a",
            UploadId = upload,
            PartETags = [part],
            ChecksumType = type,
        };
    }

    private static byte[] Sum(string algorithm, IEnumerable<byte> bytes)
    {
        byte[] whole = [.. bytes];
        return algorithm switch
        {
            "CRC32" => Reversed(new Crc32(), whole),
            "CRC32C" => Reversed(new Crc32(Crc32ParameterSet.Crc32C), whole),
            "CRC64NVME" => Reversed(new Crc64(Crc64ParameterSet.Nvme), whole),
            _ => SHA256.HashData(whole),
        };
    }

    private static byte[] Reversed(NonCryptographicHashAlgorithm hash, byte[] bytes)
    {
        hash.Append(bytes);
        return [.. hash.GetCurrentHash().Reverse()];
    }
}

using System.Net;
using System.Net.Sockets;
using System.Text;
using Amazon.S3;
using Amazon.S3.Model;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Sandbox;

public sealed class S3Durability(S3Fixture sandbox) : IClassFixture<S3Fixture>
{
    [Fact]
    public async Task All_that_was_answered_is_there_after_a_restart()
    {
        string bucket, upload, part;
        var versions = new List<string>();
        using (var before = sandbox.Client())
        {
            bucket = await before.NewBucketAsync(versioned: true);
            versions.Add((await before.PutTextAsync(bucket, "a", "1")).VersionId);
            versions.Add((await before.PutTextAsync(bucket, "a", "2", r => r.Metadata["k"] = "v")).VersionId);
            versions.Add((await before.DeleteObjectAsync(bucket, "a")).VersionId);
            await before.PutTextAsync(bucket, "gone", "x");
            await before.DeleteObjectAsync(bucket, "gone", (await before.ListVersionsAsync(bucket, "gone")).Versions[0].VersionId);
            upload = (await before.InitiateMultipartUploadAsync(bucket, "b")).UploadId;
            part = (
                await before.UploadPartAsync(
                    new UploadPartRequest
                    {
                        BucketName = bucket,
                        Key = "b",
                        UploadId = upload,
                        PartNumber = 1,
                        InputStream = new MemoryStream([1, 2, 3]),
                    })
            ).ETag;
        }

        await sandbox.RestartAsync();
        using var after = sandbox.Client();
        (await after.GetBucketVersioningAsync(bucket)).VersioningConfig.Status.ShouldBe(VersionStatus.Enabled);
        (await after.ListVersionsAsync(bucket)).Versions.Select(v => v.VersionId).ShouldBe(Enumerable.Reverse(versions));
        (await after.GetTextAsync(bucket, "a", versions[1])).ShouldBe("2");
        await after.CompleteMultipartUploadAsync(
            new CompleteMultipartUploadRequest
            {
                BucketName = bucket,
                Key = "b",
                UploadId = upload,
                PartETags = [new PartETag(1, part)],
            });
        (await after.GetObjectMetadataAsync(bucket, "b")).ContentLength.ShouldBe(3);
    }

    [Fact]
    public async Task A_client_that_vanishes_midway_leaves_nothing()
    {
        using var s3 = sandbox.Client();
        var bucket = await s3.NewBucketAsync();
        var link = new Uri(
            s3.GetPreSignedURL(
                new GetPreSignedUrlRequest
                {
                    BucketName = bucket,
                    Key = "half",
                    Verb = HttpVerb.PUT,
                    Expires = DateTime.UtcNow.AddMinutes(5),
                    Protocol = Protocol.HTTP,
                }));
        using (var socket = new Socket(SocketType.Stream, ProtocolType.Tcp))
        {
            await socket.ConnectAsync(sandbox.Endpoint.Host, sandbox.Endpoint.Port);
            await socket.SendAsync(
                Encoding.ASCII.GetBytes($"PUT {link.PathAndQuery} HTTP/1.1\r\nHost: {link.Authority}\r\nContent-Length: 1000000\r\n\r\n"));
            await socket.SendAsync(new byte[500_000]);
            socket.Close(0);
        }

        await s3.GetTextAsync(bucket, "half").ShouldBeRefusedAsync(HttpStatusCode.NotFound, "NoSuchKey");
        await s3.DeleteBucketAsync(bucket);
    }
}

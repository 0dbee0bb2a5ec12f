using System.Buffers.Binary;
using System.IO.Hashing;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Amazon.S3;
using Amazon.S3.Model;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Files;

/// <summary>Writing files: whole or not at all, as the drive and the conditions say.</summary>
[Collection(FilesApp.Name)]
public sealed class WritingFiles(FilesApp running)
{
    private const int MiB = 1024 * 1024;
    private readonly EmbeddedApp _app = running.App;

    [Theory]
    [InlineData(1)]
    [InlineData((5 * MiB) - 1)]
    [InlineData(5 * MiB)]
    [InlineData((5 * MiB) + 1)]
    [InlineData(23 * MiB)]
    public async Task What_is_written_reads_back_with_known_length_and_without(int size)
    {
        var drive = await TestDrive.SharedAsync(_app);
        var content = TestDrive.Bytes(size, size);
        foreach (var known in new[] { true, false })
        {
            var path = $"write/size-{size}-{known}";
            using HttpContent body = known ? new ByteArrayContent(content) : new Chunked(content);
            using var put = await drive.PutAsync(path, body);
            put.StatusCode.ShouldBe(HttpStatusCode.Created, await put.Content.ReadAsStringAsync());
            (await TestDrive.JsonAsync(put))["size"]!.GetValue<long>().ShouldBe(size);
            SHA256.HashData(await drive.Http.GetByteArrayAsync(drive.FileUrl(path))).ShouldBe(SHA256.HashData(content));
        }

        (await drive.KeysAsync("write/size-")).ShouldNotContain(key => key.StartsWith("upload:", StringComparison.Ordinal));
        using var s3 = _app.Administrator().S3();
        var stored = await s3.GetObjectMetadataAsync(
            new GetObjectMetadataRequest
            {
                BucketName = TestDrive.Bucket,
                Key = $"{drive.Path}/write/size-{size}-False",
                ChecksumMode = ChecksumMode.ENABLED,
            });
        stored.ChecksumCRC32C.ShouldNotBeNullOrEmpty();
        stored.ChecksumType.ShouldBe(ChecksumType.FULL_OBJECT);
    }

    [Fact]
    public async Task A_write_says_whether_it_created_or_replaced_and_heeds_conditions()
    {
        var drive = await TestDrive.SharedAsync(_app);
        using var first = await drive.PutAsync("write/conditions", [1], ("If-None-Match", "*"));
        first.StatusCode.ShouldBe(HttpStatusCode.Created);
        using var again = await drive.PutAsync("write/conditions", [2], ("If-None-Match", "*"));
        again.StatusCode.ShouldBe(HttpStatusCode.PreconditionFailed);
        (await TestDrive.JsonAsync(again)).Text("code").ShouldBe("changed");
        using var replaced = await drive.PutAsync("write/conditions", [3]);
        replaced.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var stale = await drive.PutAsync("write/conditions", [4], ("If-Match", first.Headers.ETag!.ToString()));
        stale.StatusCode.ShouldBe(HttpStatusCode.PreconditionFailed);
        using var weak = await drive.PutAsync("write/conditions", [4], ("If-Match", $"W/{replaced.Headers.ETag!}"));
        weak.StatusCode.ShouldBe(HttpStatusCode.PreconditionFailed);
        using var matched = await drive.PutAsync("write/conditions", [5], ("If-Match", replaced.Headers.ETag!.ToString()));
        matched.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var any = await drive.PutAsync("write/conditions", [6], ("If-Match", "*"));
        any.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var none = await drive.PutAsync("write/conditions-none", [7], ("If-Match", "*"));
        none.StatusCode.ShouldBe(HttpStatusCode.PreconditionFailed);
        using var missing = await drive.PutAsync("write/conditions-none", [7], ("If-Match", "\"x\""));
        missing.StatusCode.ShouldBe(HttpStatusCode.PreconditionFailed);
        using var wrong = await drive.PutAsync("write/conditions", [8], ("If-None-Match", "\"x\""));
        wrong.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await drive.Http.GetByteArrayAsync(drive.FileUrl("write/conditions"))).ShouldBe([6]);

        using var big = new Chunked(TestDrive.Bytes(11 * MiB));
        using var bigAgain = await drive.PutAsync("write/conditions", big, ("If-None-Match", "*"));
        bigAgain.StatusCode.ShouldBe(HttpStatusCode.PreconditionFailed);
        (await drive.KeysAsync("write/conditions")).ShouldBe([$"{drive.Path}/write/conditions"]);
    }

    [Fact]
    public async Task Of_writers_who_race_for_a_new_name_one_wins()
    {
        var drive = await TestDrive.SharedAsync(_app);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            using var put = await drive.PutAsync("write/race", TestDrive.Bytes(i % 2 == 0 ? 100 : 6 * MiB, i), ("If-None-Match", "*"));
            return put.StatusCode;
        }));
        answers.Count(status => status == HttpStatusCode.Created).ShouldBe(1);
        answers
            .Where(status => status != HttpStatusCode.Created)
            .ShouldAllBe(status => status == HttpStatusCode.PreconditionFailed || status == HttpStatusCode.Conflict);
        (await drive.KeysAsync("write/race")).ShouldBe([$"{drive.Path}/write/race"]);
    }

    [Fact]
    public async Task Content_that_is_not_what_its_digest_says_is_not_written()
    {
        var drive = await TestDrive.SharedAsync(_app);
        foreach (var size in new[] { 1000, 12 * MiB })
        {
            var content = TestDrive.Bytes(size);
            using var wrong = await drive.PutAsync("write/digest", content, ("Content-MD5", Convert.ToBase64String(new byte[16])));
            wrong.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            (await TestDrive.JsonAsync(wrong)).Text("code").ShouldBe("digest-mismatch");
            (await drive.KeysAsync("write/digest")).ShouldBeEmpty();
#pragma warning disable CA5351 // Content-MD5 is MD5.
            using var right = await drive.PutAsync(
                "write/digest",
                content,
                ("Content-MD5", Convert.ToBase64String(MD5.HashData(content))),
                ("Content-Digest", $"sha-256=:{Convert.ToBase64String(SHA256.HashData(content))}:"));
#pragma warning restore CA5351
            right.StatusCode.ShouldBe(HttpStatusCode.Created);
            using var otherwise = await drive.PutAsync(
                "write/digest",
                content,
                ("x-amz-checksum-crc64nvme", Convert.ToBase64String(new byte[8])));
            otherwise.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            using var summed = await drive.PutAsync(
                "write/digest",
                content,
                ("x-amz-checksum-sha256", Convert.ToBase64String(SHA256.HashData(content))),
                ("x-amz-checksum-crc32c", Crc32CText(content)));
            summed.StatusCode.ShouldBe(HttpStatusCode.OK);
            using var gone = await drive.Http.DeleteAsync(drive.FileUrl("write/digest"));
        }
    }

    [Theory]
    [InlineData("Content-Type", "not a type;;;")]
    [InlineData("Content-Encoding", "aws-chunked")]
    [InlineData("Content-Encoding", "gzip, aws-chunked")]
    [InlineData("Content-Digest", "sha-256=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("x-amz-checksum-crc32", "AAA=")]
    [InlineData("x-amz-checksum-xxhash", "AAAAAA==")]
    public async Task A_header_that_could_not_be_kept_to_is_refused_by_its_name(string name, string value)
    {
        var drive = await TestDrive.SharedAsync(_app);
        using var refused = await drive.PutAsync("write/header", [1, 2, 3], (name, value));
        refused.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await TestDrive.JsonAsync(refused))["errors"]!.AsObject().ShouldContainKey(name);
        (await drive.KeysAsync("write/header")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("text/plain\r\nx-amz-acl: public-read")]
    [InlineData("text/plän")]
    [InlineData("no type")]
    public async Task A_presigned_upload_of_a_type_that_is_none_is_refused(string type)
    {
        var drive = await TestDrive.SharedAsync(_app);
        var refused = await drive.Http.PostAsync(
            $"{drive.Root}/uploads",
            new
            {
                path = "write/type",
                size = 3,
                contentType = type,
            },
            HttpStatusCode.UnprocessableEntity);
        refused["errors"]!.AsObject().ShouldContainKey("contentType");
    }

    [Theory]
    [InlineData("sse-s3", "AES256")]
    [InlineData("sse-kms", "aws:kms")]
    public async Task Every_way_of_writing_encrypts_as_the_drive_says(string encryption, string expected)
    {
        var drive = await TestDrive.SharedAsync(_app, encryption);
        using var small = await drive.PutAsync("small", [1, 2]);
        small.StatusCode.ShouldBe(HttpStatusCode.Created, await small.Content.ReadAsStringAsync());
        using var large = await drive.PutAsync("large", TestDrive.Bytes(6 * MiB));
        large.StatusCode.ShouldBe(HttpStatusCode.Created, await large.Content.ReadAsStringAsync());
        var upload = await drive.Http.PostAsync($"{drive.Root}/uploads", new { path = "presigned", size = 3 }, HttpStatusCode.Created);
        using var bare = new HttpClient();
        using var part = await bare.PutAsync(upload["parts"]![0]!.Text("url"), new ByteArrayContent([1, 2, 3]));
        part.StatusCode.ShouldBe(HttpStatusCode.OK, await part.Content.ReadAsStringAsync());
        await drive.Http.PostAsync($"{drive.Root}/uploads/{upload.Text("id")}/complete", new { }, HttpStatusCode.OK);

        using var s3 = _app.Administrator().S3();
        foreach (var name in new[] { "small", "large", "presigned" })
        {
            var stored = await s3.GetObjectMetadataAsync(TestDrive.Bucket, $"{drive.Path}/{name}");
            stored.ServerSideEncryptionMethod.Value.ShouldBe(expected, name);
            if (encryption == "sse-kms")
                stored.ServerSideEncryptionKeyManagementServiceKeyId.ShouldBe(_app.Administrator().KmsKeyArn);
        }
    }

    [Theory]
    [InlineData(200_000, 100_000)]
    [InlineData(40 * MiB, 17 * MiB)]
    public async Task A_client_that_vanishes_midway_leaves_nothing(int announced, int sent)
    {
        var drive = await TestDrive.SharedAsync(_app);
        using (var tcp = new TcpClient())
        {
            await tcp.ConnectAsync(_app.Address.Host, _app.Address.Port);
            await using var stream = tcp.GetStream();
            await stream.WriteAsync(
                Encoding.ASCII.GetBytes(
                    $"PUT {drive.FileUrl("write/vanished")} HTTP/1.1\r\nHost: {_app.Address.Authority}\r\nAuthorization: " +
                    $"{drive.Http.DefaultRequestHeaders.Authorization}\r\nContent-Length: {announced}\r\n\r\n"
                ));
            await stream.WriteAsync(TestDrive.Bytes(sent));
            if (sent > 10 * MiB)
                await UntilAsync(async () => (await drive.KeysAsync("write/vanished")).Count == 1, "The upload begins.");
            tcp.Client.LingerState = new LingerOption(enable: true, seconds: 0);
        }

        await UntilAsync(async () => (await drive.KeysAsync("write/vanished")).Count == 0, "Nothing is left.");
        using var after = await drive.GetAsync("write/vanished");
        after.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_drive_that_is_removed_meanwhile_takes_no_file_any_more()
    {
        var drive = await TestDrive.ConnectAsync(_app);
        var gate = new TaskCompletionSource();
        using var body = new Chunked(TestDrive.Bytes(12 * MiB), stopAt: 11 * MiB, gate.Task);
        var writing = drive.PutAsync("during", body);
        await UntilAsync(async () => (await drive.KeysAsync()).Count == 1, "The upload begins.");
        var name = (await drive.Http.GetAsync(drive.Root, HttpStatusCode.OK)).Text("displayName");
        await drive.Http.SendAsync(HttpMethod.Delete, drive.Root, new { confirmation = name }, HttpStatusCode.Accepted);
        gate.SetResult();
        using var answer = await writing;
        answer.StatusCode.ShouldBe(HttpStatusCode.Gone, await answer.Content.ReadAsStringAsync());
        (await TestDrive.JsonAsync(answer)).Text("code").ShouldBe("drive-removed");
        await UntilAsync(async () => (await drive.KeysAsync()).Count == 0, "Nothing is left.");
    }

    internal static async Task UntilAsync(Func<Task<bool>> holds, string what)
    {
        for (var until = DateTime.UtcNow.AddSeconds(60); !await holds();)
        {
            DateTime.UtcNow.ShouldBeLessThan(until, what);
            await Task.Delay(50);
        }
    }

    /// <summary>A body that doesn't say how long it is.</summary>
    internal sealed class Chunked(byte[] bytes, int stopAt = int.MaxValue, Task? until = null) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            for (var at = 0; at < bytes.Length; at += 64 * 1024)
            {
                if (at >= stopAt && until is not null)
                {
                    await stream.FlushAsync();
                    await until;
                }

                await stream.WriteAsync(bytes.AsMemory(at, Math.Min(64 * 1024, bytes.Length - at)));
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    private static string Crc32CText(byte[] content)
    {
        var bytes = new byte[4];
        var sum = new Crc32(Crc32ParameterSet.Crc32C);
        sum.Append(content);
        BinaryPrimitives.WriteUInt32BigEndian(bytes, sum.GetCurrentHashAsUInt32());
        return Convert.ToBase64String(bytes);
    }
}

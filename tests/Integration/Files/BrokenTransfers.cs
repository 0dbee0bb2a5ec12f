using System.Net;
using Amazon.S3.Model;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Files;

/// <summary>
/// Whatever breaks between us and S3: the client gets a clear outcome, the bucket holds all or nothing, and no upload stays behind.
/// </summary>
[Collection(FilesApp.Name)]
public sealed class BrokenTransfers(FilesApp running)
{
    /// <summary>Three parts, the last of them short.</summary>
    private const int Large = (10 * 1024 * 1024) + 200_000;
    private readonly EmbeddedApp _app = running.App;

    public static TheoryData<string, string, int, int> Passing => new()
    {
        // action, fault, how often, after how many
        { "PutObject", "ConnectionReset", 1, 0 },
        { "PutObject", "ConnectionRefused", 1, 0 },
        { "PutObject", "InternalError", 2, 0 },
        { "PutObject", "SlowDown", 2, 0 },
        { "PutObject", "ExpiredToken", 1, 0 },
        { "CreateMultipartUpload", "ConnectionReset", 1, 0 },
        { "CreateMultipartUpload", "ConnectionRefused", 1, 0 },
        { "CreateMultipartUpload", "TruncatedAnswer", 1, 0 },
        { "UploadPart", "ConnectionReset", 1, 0 },
        { "UploadPart", "ConnectionReset", 1, 1 },
        { "UploadPart", "ConnectionRefused", 1, 2 },
        { "UploadPart", "SlowDown", 2, 0 },
        { "UploadPart", "ServiceUnavailable", 1, 1 },
        { "UploadPart", "RequestTimeout", 1, 0 },
        { "UploadPart", "ExpiredToken", 1, 1 },
        { "CompleteMultipartUpload", "ConnectionReset", 1, 0 },
        { "CompleteMultipartUpload", "ConnectionRefused", 1, 0 },
        { "CompleteMultipartUpload", "TruncatedAnswer", 1, 0 },
        { "CompleteMultipartUpload", "InternalError", 1, 0 },
    };

    public static TheoryData<string, string> Lasting => new()
    {
        { "PutObject", "ServiceUnavailable" },
        { "PutObject", "AccessDenied" },
        { "PutObject", "ConnectionRefused" },
        { "CreateMultipartUpload", "AccessDenied" },
        { "CreateMultipartUpload", "SlowDown" },
        { "UploadPart", "ConnectionReset" },
        { "UploadPart", "AccessDenied" },
        { "UploadPart", "InternalError" },
        { "UploadPart", "NoSuchUpload" },
        { "CompleteMultipartUpload", "AccessDenied" },
        { "CompleteMultipartUpload", "ConnectionRefused" },
        { "CompleteMultipartUpload", "InternalError" },
    };

    [Theory]
    [MemberData(nameof(Passing))]
    public async Task What_passes_is_got_over(string action, string code, int count, int after)
    {
        var drive = await TestDrive.SharedAsync(_app);
        var (path, content) = ($"broken/{action}-{code}-{after}", TestDrive.Bytes(action == "PutObject" ? 1000 : Large));
        await drive.FaultAsync(action, code, count, after);
        try
        {
            using var put = await drive.PutAsync(path, content);
            put.StatusCode.ShouldBe(HttpStatusCode.Created, await put.Content.ReadAsStringAsync());
        }
        finally
        {
            await drive.ClearFaultsAsync();
        }

        (await drive.Http.GetByteArrayAsync(drive.FileUrl(path))).AsSpan().SequenceEqual(content).ShouldBeTrue();
        (await drive.KeysAsync(path)).ShouldBe([$"{drive.Path}/{path}"]);
    }

    [Theory]
    [MemberData(nameof(Lasting))]
    public async Task What_lasts_is_said_and_leaves_nothing(string action, string code)
    {
        var drive = await TestDrive.SharedAsync(_app);
        var path = $"broken/lasting-{action}-{code}";
        await drive.FaultAsync(action, code, 100);
        try
        {
            using var put = await drive.PutAsync(path, TestDrive.Bytes(action == "PutObject" ? 1000 : Large));
            put.StatusCode.ShouldBeOneOf(HttpStatusCode.BadGateway, HttpStatusCode.ServiceUnavailable, HttpStatusCode.Conflict);
            (await TestDrive.JsonAsync(put)).Text("detail").ShouldNotBeEmpty();
        }
        finally
        {
            await drive.ClearFaultsAsync();
        }

        await WritingFiles.UntilAsync(async () => (await drive.KeysAsync(path)).Count == 0, $"Nothing is left of {path}.");
    }

    [Fact]
    public async Task A_conditional_write_whose_answer_is_lost_never_claims_what_it_does_not_know()
    {
        var drive = await TestDrive.SharedAsync(_app);
        await drive.FaultAsync("PutObject", "ConnectionReset");
        using var put = await drive.PutAsync("broken/conditional", [1, 2, 3], ("If-None-Match", "*"));
        await drive.ClearFaultsAsync();
        put.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await TestDrive.JsonAsync(put)).Text("code").ShouldBe("outcome-unknown");
        (await drive.Http.GetByteArrayAsync(drive.FileUrl("broken/conditional"))).ShouldBe([1, 2, 3]);

        await drive.FaultAsync("CompleteMultipartUpload", "ConnectionReset");
        using var large = await drive.PutAsync("broken/conditional-large", TestDrive.Bytes(Large), ("If-None-Match", "*"));
        await drive.ClearFaultsAsync();
        large.StatusCode.ShouldBe(HttpStatusCode.Created, await large.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Uploads_of_an_app_that_was_killed_are_aborted_when_it_is_back()
    {
        await using var app = await EmbeddedApp.StartAsync(new() { ["ServerlessDrives__Webhooks__AllowPrivateTargets"] = "true" });
        var drive = await TestDrive.ConnectAsync(app);
        var never = new TaskCompletionSource();
        using var body = new WritingFiles.Chunked(TestDrive.Bytes(Large), stopAt: Large - 100_000, never.Task);
        var writing = drive.PutAsync("killed", body);
        using var s3 = app.Administrator().S3();
        await WritingFiles.UntilAsync(
            async () =>
                (
                    await s3.ListMultipartUploadsAsync(
                        new ListMultipartUploadsRequest { BucketName = TestDrive.Bucket, Prefix = drive.Path })
                ).MultipartUploads
                    is [var upload]
                && (
                    await s3.ListPartsAsync(
                        new ListPartsRequest
                        {
                            BucketName = TestDrive.Bucket,
                            Key = upload.Key,
                            UploadId = upload.UploadId,
                        })
                ).Parts
                    is { Count: > 0 },
            "A part arrives.");
        await app.KillAsync();
        never.SetResult();
        await Should.ThrowAsync<HttpRequestException>(() => writing);
        await app.StartAgainAsync();
        (await drive.KeysAsync()).ShouldBe([$"upload:{drive.Path}/killed"]);
        // It is noted; whether anybody still works on it is known only after a while, which is not waited for here.
        var name = (await (await app.SignInAsync("mia")).GetAsync($"/api/drives/{drive.Id}", HttpStatusCode.OK)).Text("displayName");
        await (await app.SignInAsync("mia")).SendAsync(
            HttpMethod.Delete,
            $"/api/drives/{drive.Id}",
            new { confirmation = name },
            HttpStatusCode.Accepted);
        await WritingFiles.UntilAsync(async () => (await drive.KeysAsync()).Count == 0, "The removal aborts what is noted.");
    }
}

using System.Diagnostics;
using System.Net;
using Amazon.KeyManagementService.Model;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Amazon.SecurityToken.Model;
using ServerlessDrives.Embedded.Cloud.Sandbox;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Sandbox;

/// <summary>What goes wrong on demand, as the real SDK sees it.</summary>
public sealed class Faults(S3Fixture sandbox) : IClassFixture<S3Fixture>, IAsyncLifetime
{
    private const int Size = 200_000;

    // A connection that breaks is tried again below the SDK's own retries.
    private const int EveryTry = 100;
    private readonly AmazonS3Client s3 = sandbox.Client();
    private readonly AmazonS3Client patient = sandbox.Client(configure: config => config.MaxErrorRetry = 4);
    private string bucket = "";

    public async ValueTask InitializeAsync()
    {
        sandbox.Faults.Clear();
        bucket = await s3.NewBucketAsync();
        await s3.PutObjectAsync(
            new PutObjectRequest
            {
                BucketName = bucket,
                Key = "large",
                InputStream = new MemoryStream(new byte[Size]),
            });
        sandbox.Faults.Clear();
    }

    public ValueTask DisposeAsync()
    {
        sandbox.Faults.Clear();
        s3.Dispose();
        patient.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("SlowDown", 503)]
    [InlineData("InternalError", 500)]
    [InlineData("ServiceUnavailable", 503)]
    [InlineData("AccessDenied", 403)]
    public async Task A_call_fails_as_asked_and_has_no_effect(string code, int status)
    {
        Fail(new FailNext { Service = "s3", Action = "PutObject", Code = code });
        await s3.PutTextAsync(bucket, "a", "x").ShouldBeRefusedAsync((HttpStatusCode)status, code);
        await s3.GetTextAsync(bucket, "a").ShouldBeRefusedAsync(HttpStatusCode.NotFound, "NoSuchKey");
        await s3.PutTextAsync(bucket, "a", "x");
    }

    [Fact]
    public async Task The_sdk_outlasts_what_passes()
    {
        Fail(new FailNext { Action = "PutObject", Code = "InternalError", Count = 2 });
        await patient.PutTextAsync(bucket, "a", "x");
        sandbox
            .Faults.Calls.Select(call => (call.Action, call.Status, call.Fault))
            .ShouldBe([("PutObject", 500, "InternalError"), ("PutObject", 500, "InternalError"), ("PutObject", 200, null)]);
    }

    [Fact]
    public async Task An_error_can_be_a_lie()
    {
        Fail(new FailNext { Action = "PutObject", Code = "InternalError", AfterEffect = true });
        await s3.PutTextAsync(bucket, "a", "x").ShouldBeRefusedAsync(HttpStatusCode.InternalServerError, "InternalError");
        (await s3.GetTextAsync(bucket, "a")).ShouldBe("x");
    }

    [Fact]
    public async Task A_connection_breaks_before_anything_happens()
    {
        Fail(new FailNext { Action = "PutObject", Code = FailNext.ConnectionRefused, Count = EveryTry });
        await ShouldBreakAsync(s3.PutTextAsync(bucket, "a", "x"));
        await s3.GetTextAsync(bucket, "a").ShouldBeRefusedAsync(HttpStatusCode.NotFound, "NoSuchKey");
    }

    [Fact]
    public async Task A_connection_breaks_in_the_middle_of_an_upload()
    {
        Fail(
            new FailNext
            {
                Action = "PutObject",
                Code = FailNext.UploadReset,
                Count = EveryTry,
            });
        await ShouldBreakAsync(
            s3.PutObjectAsync(
                new PutObjectRequest
                {
                    BucketName = bucket,
                    Key = "a",
                    InputStream = new MemoryStream(new byte[2_000_000]),
                }));
        await s3.GetTextAsync(bucket, "a").ShouldBeRefusedAsync(HttpStatusCode.NotFound, "NoSuchKey");
    }

    [Fact]
    public async Task An_answer_is_lost_after_the_call_had_its_effect()
    {
        Fail(new FailNext { Action = "PutObject", Code = FailNext.AnswerLost, Count = EveryTry });
        await ShouldBreakAsync(s3.PutTextAsync(bucket, "a", "x"));
        (await s3.GetTextAsync(bucket, "a")).ShouldBe("x");
    }

    [Fact]
    public async Task A_connection_breaks_in_the_middle_of_a_download()
    {
        Fail(new FailNext { Action = "GetObject", Code = FailNext.ConnectionReset });
        var got = 0L;
        await Should.ThrowAsync<Exception>(async () => got = await ReadAsync());
        got.ShouldBe(0);
    }

    [Fact]
    public async Task An_answer_that_ends_early_is_not_taken_for_whole()
    {
        Fail(new FailNext { Action = "GetObject", Code = FailNext.TruncatedAnswer });
        var got = 0L;
        var failure = await Record.ExceptionAsync(async () => got = await ReadAsync());
        (failure is not null || got < Size).ShouldBeTrue();
        Fail(new FailNext { Action = "ListObjectsV2", Code = FailNext.TruncatedAnswer });
        await Should.ThrowAsync<Exception>(s3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = bucket }));
        (await ReadAsync()).ShouldBe(Size);
    }

    [Fact]
    public async Task Every_service_says_in_its_own_words_that_it_is_called_too_often()
    {
        sandbox.Faults.Apply(new FaultWish(Throttle: true));
        await s3.ListBucketsAsync().ShouldBeRefusedAsync(HttpStatusCode.ServiceUnavailable, "SlowDown");
        using var sts = sandbox.Sts();
        (await sts.GetCallerIdentityAsync(new GetCallerIdentityRequest()).ShouldThrowAsync<AmazonServiceException>()).ErrorCode.ShouldBe(
            "Throttling");
        using var kms = sandbox.Kms();
        (await kms.ListKeysAsync(new ListKeysRequest()).ShouldThrowAsync<AmazonServiceException>()).ErrorCode.ShouldBe(
            "ThrottlingException");
    }

    [Fact]
    public async Task One_call_or_all_can_be_late()
    {
        sandbox.Faults.OnCall = call => call.Number == 2 ? new FailNext { Code = FailNext.Late, LatencyMs = 400 } : null;
        await s3.ListBucketsAsync();
        (await TimeAsync()).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromMilliseconds(395));
        sandbox.Faults.Calls.Select(call => call.Status).ShouldBe([200, 200]);
        sandbox.Faults.Clear();
        sandbox.Faults.Apply(new FaultWish(LatencyMs: 200));
        (await TimeAsync()).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromMilliseconds(195));

        async Task<TimeSpan> TimeAsync()
        {
            var watch = Stopwatch.StartNew();
            await s3.ListBucketsAsync();
            return watch.Elapsed;
        }
    }

    [Fact]
    public async Task Any_call_of_a_sequence_can_fail_in_turn()
    {
        await SequenceAsync();
        var calls = sandbox.Faults.Calls;
        calls.Select(call => call.Action).ShouldBe(["PutObject", "HeadObject", "ListObjectsV2", "DeleteObject"]);
        calls.ShouldAllBe(call => call.Service == "s3" && call.AccessKeyId == sandbox.AccessKeyId && call.Status < 300);
        for (var number = 1; number <= calls.Count; number++)
        {
            sandbox.Faults.Clear();
            var due = number;
            sandbox.Faults.OnCall = call => call.Number == due ? new FailNext { Code = "InternalError" } : null;
            await Should.ThrowAsync<AmazonS3Exception>(SequenceAsync);
            sandbox.Faults.CallCount.ShouldBe(number);
        }

        async Task SequenceAsync()
        {
            await s3.PutTextAsync(bucket, "a", "x");
            await s3.GetObjectMetadataAsync(bucket, "a");
            await s3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = bucket });
            await s3.DeleteObjectAsync(bucket, "a");
        }
    }

    [Fact]
    public async Task Changes_in_iam_are_seen_only_after_their_delay()
    {
        sandbox.Faults.Apply(new FaultWish(PropagationMs: 600_000));
        var answer = await sandbox.Administrator.IamAsync("CreateAccessKey", ("UserName", sandbox.Seeded.DriveUser.UserName));
        using var fresh = sandbox.Client(new BasicAWSCredentials(Between(answer, "AccessKeyId"), Between(answer, "SecretAccessKey")));
        try
        {
            await fresh
                .ListObjectsV2Async(new ListObjectsV2Request { BucketName = "acme-documents" })
                .ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "InvalidAccessKeyId");
            sandbox.Faults.Apply(new FaultWish(PropagationMs: 0));
            await fresh.ListObjectsV2Async(new ListObjectsV2Request { BucketName = "acme-documents" });
        }
        finally
        {
            await sandbox.Administrator.IamAsync(
                "DeleteAccessKey",
                ("UserName", sandbox.Seeded.DriveUser.UserName),
                ("AccessKeyId", Between(answer, "AccessKeyId")));
        }
    }

    private void Fail(FailNext fault) => sandbox.Faults.Apply(new FaultWish(FailNext: fault));

    private async Task<long> ReadAsync()
    {
        using var answer = await s3.GetObjectAsync(bucket, "large");
        var read = new MemoryStream();
        await answer.ResponseStream.CopyToAsync(read);
        return read.Length;
    }

    /// <summary>A broken connection, not a refusal.</summary>
    private static async Task ShouldBreakAsync(Task call)
    {
        var failure = await Should.ThrowAsync<Exception>(call);
        (failure is AmazonS3Exception { ErrorCode: "AccessDenied" or "InternalError" or "SlowDown" }).ShouldBeFalse(failure.ToString());
    }

    private static string Between(string xml, string element) => xml.Split($"<{element}>")[1].Split($"</{element}>")[0];
}

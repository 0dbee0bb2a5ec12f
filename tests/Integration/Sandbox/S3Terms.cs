using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using ServerlessDrives.Embedded.Cloud.Sandbox;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Sandbox;

/// <summary>On which terms S3 serves at all: who pays, how fast, over what transport, with whose keys.</summary>
public sealed class S3Terms(S3Fixture sandbox) : IClassFixture<S3Fixture>, IDisposable
{
    private readonly AmazonS3Client s3 = sandbox.Client();

    public void Dispose()
    {
        sandbox.Faults.Clear();
        s3.Dispose();
    }

    [Fact]
    public async Task Where_the_requester_pays_a_stranger_says_so_or_is_refused_copies_included()
    {
        var bucket = await s3.NewBucketAsync();
        await s3.PutTextAsync(bucket, "a", "x");
        await s3.PutBucketPolicyAsync(bucket, $$"""
            {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"{{sandbox.StrangersAccount}}"},"Action":"s3:*",
             "Resource":["arn:aws:s3:::{{bucket}}","arn:aws:s3:::{{bucket}}/*"]}]}
            """);
        await s3.PutBucketRequestPaymentAsync(
            new PutBucketRequestPaymentRequest
            {
                BucketName = bucket,
                RequestPaymentConfiguration = new() { Payer = "Requester" },
            });
        using var stranger = sandbox.Client(sandbox.Stranger);
        await stranger.GetTextAsync(bucket, "a").ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "AccessDenied");
        (await stranger.GetTextAsync(bucket, "a", with: r => r.RequestPayer = RequestPayer.Requester)).ShouldBe("x");
        var own = await stranger.NewBucketAsync();
        var copy = new CopyObjectRequest { SourceBucket = bucket, SourceKey = "a", DestinationBucket = own, DestinationKey = "a" };
        await stranger.CopyObjectAsync(copy).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "AccessDenied");
        copy.RequestPayer = RequestPayer.Requester;
        await stranger.CopyObjectAsync(copy);
        (await s3.GetTextAsync(bucket, "a")).ShouldBe("x");
    }

    [Fact]
    public async Task A_connection_has_the_bandwidth_that_it_is_given()
    {
        var bucket = await s3.NewBucketAsync();
        var content = new byte[600_000];
        sandbox.Faults.Apply(new FaultWish(BandwidthPerConnection: 400_000));
        var watch = Stopwatch.StartNew();
        await s3.PutObjectAsync(new PutObjectRequest { BucketName = bucket, Key = "a", InputStream = new MemoryStream(content) });
        watch.Elapsed.ShouldBeGreaterThan(TimeSpan.FromSeconds(1.2));
        watch.Restart();
        (await s3.GetTextAsync(bucket, "a")).Length.ShouldBe(content.Length);
        watch.Elapsed.ShouldBeGreaterThan(TimeSpan.FromSeconds(1.2));
        sandbox.Faults.Clear();
        watch.Restart();
        await s3.GetTextAsync(bucket, "a");
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(1.2));
    }

    [Fact]
    public async Task A_prefix_with_too_many_requests_is_told_to_slow_down_and_no_other()
    {
        var bucket = await s3.NewBucketAsync();
        await s3.PutTextAsync(bucket, "busy/a", "x");
        await s3.PutTextAsync(bucket, "idle/a", "x");
        sandbox.Faults.Apply(new FaultWish(ThrottlePrefix: new ThrottledPrefix { Bucket = bucket, Prefix = "busy/" }));
        await s3.GetTextAsync(bucket, "busy/a").ShouldBeRefusedAsync(HttpStatusCode.ServiceUnavailable, "SlowDown");
        await s3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = bucket, Prefix = "busy/" })
            .ShouldBeRefusedAsync(HttpStatusCode.ServiceUnavailable, "SlowDown");
        await s3.GetTextAsync(bucket, "idle/a");
        sandbox.Faults.Clear();
        sandbox.Faults.Apply(
            new FaultWish(
                ThrottlePrefix: new ThrottledPrefix
                {
                    Bucket = bucket,
                    Prefix = "busy/",
                    RequestsPerSecond = 2,
                }));
        var outcomes = await Task.WhenAll(
            Enumerable
                .Range(0, 40)
                .Select(async _ =>
                {
                    try
                    {
                        await s3.GetTextAsync(bucket, "busy/a");
                        return true;
                    }
                    catch (AmazonS3Exception slow) when (slow.ErrorCode == "SlowDown")
                    {
                        return false;
                    }
                }));
        outcomes.ShouldContain(true);
        outcomes.ShouldContain(false);
    }

    [Fact]
    public async Task A_policy_against_unsigned_content_shows_over_tls()
    {
        var bucket = await s3.NewBucketAsync();
        await s3.PutBucketPolicyAsync(bucket, $$"""
            {"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:PutObject",
             "Resource":"arn:aws:s3:::{{bucket}}/*","Condition":{"StringEquals":{"s3:x-amz-content-sha256":"UNSIGNED-PAYLOAD"} } }]}
            """);
        using var overTls = sandbox.TlsClient(configure: c => c.RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED);
        PutObjectRequest Unsigned() =>
            new()
            {
                BucketName = bucket,
                Key = "a",
                InputStream = new MemoryStream([1]),
                DisablePayloadSigning = true,
                UseChunkEncoding = false,
            };
        (await overTls.PutObjectAsync(Unsigned()).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "AccessDenied")).Message.ShouldContain(
            "explicit deny in a resource-based policy");
        await overTls.PutTextAsync(bucket, "a", "x");
        await s3.DeleteBucketPolicyAsync(bucket);
        await overTls.PutObjectAsync(Unsigned());
    }

    [Fact]
    public async Task The_authority_outlives_a_restart()
    {
        var before = await File.ReadAllTextAsync(sandbox.AuthorityFile, TestContext.Current.CancellationToken);
        await sandbox.RestartAsync();
        (await File.ReadAllTextAsync(sandbox.AuthorityFile, TestContext.Current.CancellationToken)).ShouldBe(before);
        using var overTls = sandbox.TlsClient();
        (await overTls.ListBucketsAsync()).Buckets.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Keys_of_the_customers_own_are_refused_until_the_bucket_unblocks_them()
    {
        var bucket = await s3.NewBucketAsync();
        var key = Convert.ToBase64String(new byte[32]);
        using var overTls = sandbox.TlsClient();
        Task<PutObjectResponse> PutAsync() =>
            overTls.PutTextAsync(
                bucket,
                "a",
                "x",
                r =>
                    (r.ServerSideEncryptionCustomerMethod, r.ServerSideEncryptionCustomerProvidedKey) = (
                        ServerSideEncryptionCustomerMethod.AES256,
                        key));
        await PutAsync().ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "AccessDenied");
        await s3.PutBucketEncryptionAsync(new PutBucketEncryptionRequest
        {
            BucketName = bucket,
            ServerSideEncryptionConfiguration = new()
            {
                ServerSideEncryptionRules =
                [
                    new()
                    {
                        ServerSideEncryptionByDefault = new() { ServerSideEncryptionAlgorithm = ServerSideEncryptionMethod.AES256 },
                        BlockedEncryptionTypes = new() { EncryptionType = [EncryptionType.NONE] },
                    },
                ],
            },
        });
        await PutAsync();
    }

    [Fact]
    public async Task Dsse_kms_asks_for_the_key_with_the_objects_context_and_has_no_bucket_key()
    {
        var bucket = await s3.NewBucketAsync();
        void Dual(PutObjectRequest r) =>
            (r.ServerSideEncryptionMethod, r.ServerSideEncryptionKeyManagementServiceKeyId) = (
                ServerSideEncryptionMethod.AWSKMSDSSE,
                sandbox.Seeded.KmsKeyArn);
        (await s3.PutTextAsync(bucket, "a", "x", Dual)).ServerSideEncryptionMethod.ShouldBe(ServerSideEncryptionMethod.AWSKMSDSSE);
        await s3.PutTextAsync(
                bucket,
                "a",
                "x",
                r =>
                {
                    Dual(r);
                    r.BucketKeyEnabled = true;
                })
            .ShouldBeRefusedAsync(HttpStatusCode.BadRequest, "InvalidArgument");
        using var without = sandbox.Client(
            sandbox.UserOf(
                Seed.CustomerAccount,
                """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"""));
        (
            await without.PutTextAsync(bucket, "a", "x", Dual).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "AccessDenied")
        ).Message.ShouldContain("kms:GenerateDataKey");
    }

    [Fact]
    public async Task Transfer_acceleration_is_refused()
    {
        var bucket = await s3.NewBucketAsync();
        using var accelerated = sandbox.VirtualHostClient(host: "s3-accelerate");
        (
            await accelerated.GetTextAsync(bucket, "a").ShouldBeRefusedAsync(HttpStatusCode.BadRequest, "InvalidRequest")
        ).Message.ShouldContain("Transfer Acceleration is not configured");
        await s3.PutBucketAccelerateConfigurationAsync(
                new PutBucketAccelerateConfigurationRequest
                {
                    BucketName = bucket,
                    AccelerateConfiguration = new() { Status = BucketAccelerateStatus.Enabled },
                })
            .ShouldBeRefusedAsync(HttpStatusCode.NotImplemented, "NotImplemented");
    }

    [Theory]
    [InlineData("deflate, gzip", "deflate, gzip")]
    [InlineData("gzip, aws-chunked", "gzip")]
    [InlineData("aws-chunked,gzip", "gzip")]
    [InlineData("aws-chunked, aws-chunked", null)]
    public async Task Codings_are_stored_as_they_are_written_without_the_framing(string sent, string? stored)
    {
        var bucket = await s3.NewBucketAsync();
        await s3.PutTextAsync(bucket, "a", "x", r =>
        {
            r.UseChunkEncoding = false;
            r.Headers.ContentEncoding = sent;
        });
        // The SDK shows the first of several codings only.
        (await sandbox.AwsOkAsync("s3api", "head-object", "--bucket", bucket, "--key", "a", "--query", "ContentEncoding"))
            .Trim()
            .ShouldBe(stored ?? "None");
    }

    [Fact]
    public async Task A_refusal_of_an_upload_that_waits_to_continue_ends_its_connection()
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(sandbox.Endpoint.Host, sandbox.Endpoint.Port, TestContext.Current.CancellationToken);
        await using var stream = connection.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(
                $"PUT /no-such-bucket/a HTTP/1.1\r\nHost: {sandbox.Endpoint.Authority}\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"
            ),
            TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream, Encoding.ASCII);
        List<string> head = [];
        while (await reader.ReadLineAsync(TestContext.Current.CancellationToken) is { Length: > 0 } line) head.Add(line);
        head[0].ShouldStartWith("HTTP/1.1 404");
        // Otherwise the next request on it would be taken for the body that never came.
        head.ShouldContain("Connection: close");
    }
}

using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Sandbox;

/// <summary>Requests that no SDK makes, and that S3 refuses in place of taking them for something else.</summary>
public sealed class S3OddRequests(S3Fixture sandbox) : IClassFixture<S3Fixture>, IAsyncLifetime
{
    private readonly AmazonS3Client s3 = sandbox.Client();
    private string bucket = "";

    public async ValueTask InitializeAsync()
    {
        bucket = await s3.NewBucketAsync();
        await s3.PutTextAsync(bucket, "a", "x");
    }

    public ValueTask DisposeAsync()
    {
        s3.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_digest_that_is_empty_is_no_digest()
    {
        (await SendAsync("PUT", "/b", headers: ("Content-MD5", ""))).ShouldBe((HttpStatusCode.BadRequest, "InvalidDigest"));
        (await SendAsync("PUT", "", "tagging", headers: ("Content-MD5", "bm8="))).ShouldBe((HttpStatusCode.BadRequest, "InvalidDigest"));
    }

    [Fact]
    public async Task A_digest_of_something_else_is_told_with_both()
    {
        using var signed = Signed();
        var (status, body) = await signed.SendAsync(
            "s3",
            "PUT",
            $"/{bucket}/b",
            [],
            [new("Content-MD5", "CYketZBSTjX8czcs3cXVlg==")],
            "x"u8.ToArray());
        status.ShouldBe(HttpStatusCode.BadRequest);
        body.ShouldContain("<Code>BadDigest</Code><Message>The Content-MD5 you specified did not match what we received.</Message>");
        body.ShouldContain("<ExpectedDigest>CYketZBSTjX8czcs3cXVlg==</ExpectedDigest>");
        body.ShouldContain("<CalculatedDigest>ndTkYSaMgDT1yFZOFVxnpg==</CalculatedDigest>");
    }

    [Fact]
    public async Task A_key_that_is_not_UTF_8_is_no_key() =>
        (await SendAsync("GET", "/%AE%8A-")).ShouldBe((HttpStatusCode.BadRequest, "InvalidURI"));

    [Theory]
    [InlineData("GET", "/a", "", "x-amz-server-side-encryption", "AES256", "InvalidArgument")]
    [InlineData("PUT", "/a", "partNumber=1&uploadId=none", "x-amz-server-side-encryption", "AES256", "InvalidArgument")]
    [InlineData("POST", "/b", "uploads", "x-amz-checksum-type", "FULL_OBJECT", "InvalidRequest")]
    [InlineData("DELETE", "/a", "", "x-amz-bypass-governance-retention", "true", "InvalidArgument")]
    [InlineData("PUT", "/b", "", "x-amz-tagging", "aws:name=1", "InvalidTag")]
    [InlineData("PUT", "/b", "", "x-amz-tagging", "a%2Cb=1", "InvalidTag")]
    public async Task A_header_that_does_not_belong_here_is_refused(
        string method,
        string key,
        string query,
        string header,
        string value,
        string code) => (await SendAsync(method, key, query, (header, value))).ShouldBe((HttpStatusCode.BadRequest, code));

    [Theory]
    [InlineData("GET", "", "encoding-type=")]
    [InlineData("GET", "", "encoding-type=base64")]
    [InlineData("GET", "/a", "versionId=HPniJFCxqTsMuIH9KX8K8wEjNUgmABCD")]
    [InlineData("DELETE", "/a", "versionId=HPniJFCxqTsMuIH9KX8K8wEjNUgmABCD")]
    public async Task A_parameter_that_says_nothing_is_refused(string method, string key, string query) =>
        (await SendAsync(method, key, query)).ShouldBe((HttpStatusCode.BadRequest, "InvalidArgument"));

    [Theory]
    [InlineData("us-east-1")]
    [InlineData("nowhere")]
    public async Task A_bucket_can_not_be_put_into_a_region_without_a_name(string region) =>
        await s3.PutBucketAsync(
            new PutBucketRequest
            {
                BucketName = "bucket-" + Guid.NewGuid().ToString("n"),
                PutBucketConfiguration = new PutBucketConfiguration { LocationConstraint = region },
            })
            .ShouldBeRefusedAsync(HttpStatusCode.BadRequest, "InvalidLocationConstraint");

    [Fact]
    public async Task Content_in_chunks_of_HTTP_is_not_taken()
    {
        var link = await s3.GetPreSignedURLAsync(
            new GetPreSignedUrlRequest
            {
                BucketName = bucket,
                Key = "b",
                Verb = HttpVerb.PUT,
                Expires = DateTime.UtcNow.AddMinutes(5),
                Protocol = Protocol.HTTP,
            });
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Put, link) { Content = new ByteArrayContent("text"u8.ToArray()) };
        request.Headers.TransferEncodingChunked = true;
        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        answer.StatusCode.ShouldBe(HttpStatusCode.NotImplemented);
        (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain("<Header>Transfer-Encoding</Header>");
    }

    private SignedRequests Signed() => new(sandbox.Endpoint, sandbox.AccessKeyId, sandbox.SecretAccessKey);

    private async Task<(HttpStatusCode Status, string Code)> SendAsync(
        string method,
        string key,
        string query = "",
        params (string Name, string Value)[] headers)
    {
        using var signed = Signed();
        var (status, body) = await signed.SendAsync(
            "s3",
            method,
            $"/{bucket}{key}",
            query
                .Split('&', StringSplitOptions.RemoveEmptyEntries)
                .Select(pair => pair.Split('='))
                .Select(pair => KeyValuePair.Create(pair[0], pair.Length > 1 ? pair[1] : "")),
            headers.Select(header => KeyValuePair.Create(header.Name, header.Value)));
        return (status, body.Split("<Code>") is [_, var rest, ..] ? rest.Split('<')[0] : body);
    }
}

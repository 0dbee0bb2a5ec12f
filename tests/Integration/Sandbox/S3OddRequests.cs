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
    [InlineData("GET", "/a")]
    [InlineData("PUT", "/a?partNumber=1&uploadId=none")]
    public async Task What_has_no_say_in_the_encryption_can_not_ask_for_one(string method, string path)
    {
        var (key, query) = path.Split('?') is [var before, var behind] ? (before, behind) : (path, "");
        (await SendAsync(method, key, query, ("x-amz-server-side-encryption", "AES256")))
            .ShouldBe((HttpStatusCode.BadRequest, "InvalidArgument"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("base64")]
    public async Task A_listing_is_encoded_for_URLs_or_not_at_all(string encoding) =>
        (await SendAsync("GET", "", $"encoding-type={encoding}")).ShouldBe((HttpStatusCode.BadRequest, "InvalidArgument"));

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

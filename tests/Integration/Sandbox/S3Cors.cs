using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Sandbox;

public sealed class S3Cors(S3Fixture sandbox) : IClassFixture<S3Fixture>
{
    private const string Page = "https://drives.example";

    private readonly AmazonS3Client s3 = sandbox.Client();

    [Fact]
    public async Task Rules_are_put_read_and_deleted()
    {
        var bucket = await BucketAsync();
        var rule = (await s3.GetCORSConfigurationAsync(bucket)).Configuration.Rules.ShouldHaveSingleItem();
        rule.AllowedOrigins.ShouldBe([Page, "https://*.drives.example"]);
        rule.AllowedMethods.ShouldBe(["PUT", "GET"]);
        rule.AllowedHeaders.ShouldBe(["x-amz-*", "Content-Type"]);
        rule.ExposeHeaders.ShouldBe(["ETag"]);
        rule.MaxAgeSeconds.ShouldBe(3600);
        await s3.PutCORSConfigurationAsync(
                new PutCORSConfigurationRequest
                {
                    BucketName = bucket,
                    Configuration = new() { Rules = [new() { AllowedOrigins = ["https://*.*"], AllowedMethods = ["GET"] }] },
                })
            .ShouldBeRefusedAsync(HttpStatusCode.BadRequest, "InvalidRequest");

        await s3.DeleteCORSConfigurationAsync(bucket);
        using var asked = await AskAsync(await LinkAsync(bucket), Page, "PUT");
        asked.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await asked.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain("CORS is not enabled for this bucket");
    }

    [Fact]
    public async Task A_page_of_an_allowed_origin_may_write_by_a_presigned_link_and_see_the_etag()
    {
        var link = await LinkAsync(await BucketAsync());
        using var asked = await AskAsync(link, Page, "PUT", "content-type, X-Amz-Meta-Kind");
        asked.StatusCode.ShouldBe(HttpStatusCode.OK);
        Header(asked, "Access-Control-Allow-Origin").ShouldBe(Page);
        Header(asked, "Access-Control-Allow-Methods").ShouldBe("PUT, GET");
        Header(asked, "Access-Control-Allow-Headers").ShouldBe("content-type, x-amz-meta-kind");
        Header(asked, "Access-Control-Max-Age").ShouldBe("3600");

        using var put = await SendAsync(HttpMethod.Put, link, request =>
        {
            request.Headers.Add("Origin", Page);
            request.Content = new StringContent("from a page");
            request.Content.Headers.ContentType = null;
        });
        put.StatusCode.ShouldBe(HttpStatusCode.OK);
        Header(put, "Access-Control-Allow-Origin").ShouldBe(Page);
        Header(put, "Access-Control-Expose-Headers").ShouldBe("ETag");
        Header(put, "ETag").ShouldNotBeNull();
    }

    [Theory]
    [InlineData("https://elsewhere.example", "PUT", "content-type")]
    [InlineData("https://drives.example.evil", "PUT", "content-type")]
    [InlineData(Page, "DELETE", "content-type")]
    [InlineData(Page, "PUT", "authorization")]
    public async Task What_no_rule_has_is_refused_before_it_is_sent(string origin, string method, string headers)
    {
        using var asked = await AskAsync(await LinkAsync(await BucketAsync()), origin, method, headers);
        asked.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await asked.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain("AccessForbidden");
        Header(asked, "Access-Control-Allow-Origin").ShouldBeNull();
    }

    [Fact]
    public async Task A_refusal_can_be_read_by_the_page_that_may_ask()
    {
        var bucket = await BucketAsync();
        using var refused = await SendAsync(
            HttpMethod.Get,
            new Uri(sandbox.Endpoint, $"{bucket}/a"),
            request => request.Headers.Add("Origin", "https://eu.drives.example"));
        refused.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        Header(refused, "Access-Control-Allow-Origin").ShouldBe("https://eu.drives.example");
    }

    [Fact]
    public async Task A_preflight_is_told_first_that_there_is_no_bucket_or_no_rule()
    {
        var bucket = await s3.NewBucketAsync();
        foreach (var (name, said) in new[] { (bucket, "CORS is not enabled for this bucket."), ("no-such-bucket", "Bucket not found") })
        {
            using var answer = await SendAsync(
                HttpMethod.Options,
                new Uri(sandbox.Endpoint, $"{name}/a"),
                request => request.Headers.Add("Origin", Page));
            answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
            var body = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            body.ShouldContain("<Code>AccessForbidden</Code>");
            body.ShouldContain(said);
        }
    }

    private async Task<string> BucketAsync()
    {
        var bucket = await s3.NewBucketAsync();
        await s3.PutCORSConfigurationAsync(
            new PutCORSConfigurationRequest
            {
                BucketName = bucket,
                Configuration = new()
                {
                    Rules =
                    [
                        new()
                        {
                            AllowedOrigins = [Page, "https://*.drives.example"],
                            AllowedMethods = ["PUT", "GET"],
                            AllowedHeaders = ["x-amz-*", "Content-Type"],
                            ExposeHeaders = ["ETag"],
                            MaxAgeSeconds = 3600,
                        },
                    ],
                },
            }
        );
        return bucket;
    }

    private async Task<Uri> LinkAsync(string bucket) =>
        new(
            await s3.GetPreSignedURLAsync(
                new GetPreSignedUrlRequest
                {
                    BucketName = bucket,
                    Key = "a",
                    Verb = HttpVerb.PUT,
                    Expires = DateTime.UtcNow.AddMinutes(5),
                    Protocol = Protocol.HTTP,
                }));

    private static Task<HttpResponseMessage> AskAsync(Uri link, string origin, string method, string? headers = null) =>
        SendAsync(
            HttpMethod.Options,
            link,
            request =>
            {
                request.Headers.Add("Origin", origin);
                request.Headers.Add("Access-Control-Request-Method", method);
                if (headers is not null)
                    request.Headers.Add("Access-Control-Request-Headers", headers);
            });

    private static async Task<HttpResponseMessage> SendAsync(HttpMethod method, Uri address, Action<HttpRequestMessage> prepare)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(method, address);
        prepare(request);
        return await http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;
}

using System.Net;
using System.Text.Json.Nodes;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Amazon.SecurityToken.Model;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Sandbox;

/// <summary>By itself: the SDK remembers how far an endpoint's clock is off.</summary>
public sealed class ClockSkew(S3Fixture sandbox) : IClassFixture<S3Fixture>
{
    [Fact]
    public async Task A_clock_that_is_off_is_said_so_and_the_sdk_corrects_itself()
    {
        sandbox.Clock.Ahead = TimeSpan.FromHours(3);
        using var s3 = sandbox.Client(configure: config => config.MaxErrorRetry = 3);
        await s3.ListBucketsAsync();
        sandbox.Faults.Calls.ShouldHaveSingleItem("What is refused for its signature is no call").Status.ShouldBe(200);
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, sandbox.Endpoint);
        request.Headers.TryAddWithoutValidation("x-amz-date", DateTime.UtcNow.ToString("yyyyMMdd'T'HHmmss'Z'"));
        request.Headers.TryAddWithoutValidation("x-amz-content-sha256", "UNSIGNED-PAYLOAD");
        request.Headers.TryAddWithoutValidation(
            "Authorization",
            $"AWS4-HMAC-SHA256 Credential={sandbox.AccessKeyId}/{DateTime.UtcNow:yyyyMMdd}/us-east-1/s3/aws4_request, " +
            "SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=00"
        );
        using var answer = await http.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("RequestTimeTooSkewed");
    }
}

/// <summary>By itself for the same reason: a link is dated by the clock that the SDK has learned.</summary>
public sealed class ExpiringSessions(S3Fixture sandbox) : IClassFixture<S3Fixture>
{
    [Fact]
    public async Task Sessions_and_links_made_with_them_end_with_their_time()
    {
        var everything = JsonNode.Parse("""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}""")!;
        var trust = new JsonObject
        {
            ["Version"] = "2012-10-17",
            ["Statement"] = new JsonArray(
                new JsonObject
                {
                    ["Effect"] = "Allow",
                    ["Principal"] = new JsonObject { ["AWS"] = sandbox.Seeded.PrincipalArn },
                    ["Action"] = "sts:AssumeRole",
                }),
        };
        using var sts = sandbox.Sts(
            new BasicAWSCredentials(sandbox.Seeded.Principal.AccessKeyId, sandbox.Seeded.Principal.SecretAccessKey));
        await sts.GetCallerIdentityAsync(new GetCallerIdentityRequest());
        // The sandbox's clock runs from a little behind to a little ahead: within what signatures may be off.
        sandbox.Clock.Ahead = TimeSpan.FromMinutes(-10);
        var role = await sandbox.Administrator.CreateRoleAsync("brief", trust);
        await sandbox.Administrator.PutRolePolicyAsync("brief", everything);
        var session = (
            await sts.AssumeRoleAsync(
                new AssumeRoleRequest
                {
                    RoleArn = role,
                    RoleSessionName = "drv1",
                    DurationSeconds = 900,
                })
        ).Credentials;
        using var s3 = sandbox.Client(session);
        var link = await s3.GetPreSignedURLAsync(
            new GetPreSignedUrlRequest
            {
                BucketName = "acme-documents",
                Key = "README.txt",
                Expires = DateTime.UtcNow.AddHours(2),
                Protocol = Protocol.HTTP,
            });
        using var http = new HttpClient();
        (await s3.GetTextAsync("acme-documents", "README.txt")).ShouldNotBeEmpty();
        (await http.GetAsync(new Uri(link))).StatusCode.ShouldBe(HttpStatusCode.OK);
        sandbox.Clock.Ahead = TimeSpan.FromMinutes(8);
        // By the link only: the SDK has set its own clock by the sandbox's.
        using var late = await http.GetAsync(new Uri(link));
        late.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await late.Content.ReadAsStringAsync()).ShouldContain("ExpiredToken");
    }
}

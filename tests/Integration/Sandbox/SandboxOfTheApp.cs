using System.Net;
using System.Text.Json.Nodes;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Sandbox;

/// <summary>The sandbox inside the running app: faults by HTTP, and tokens of the embedded issuer.</summary>
[Collection(RunningApp.Name)]
public sealed class SandboxOfTheApp(RunningApp running)
{
    [Fact]
    public async Task Faults_are_wished_for_seen_and_cleared_over_http()
    {
        using var http = running.App.Anonymous();
        var administrator = running.App.Administrator();
        using var s3 = new AmazonS3Client(
            new BasicAWSCredentials(
                running.App.Cloud["aws"]!["accounts"]![AwsAdministrator.Account]!["administrator"]!.Text("accessKeyId"),
                running.App.Cloud["aws"]!["accounts"]![AwsAdministrator.Account]!["administrator"]!.Text("secretAccessKey")),
            new AmazonS3Config
            {
                ServiceURL = administrator.Endpoint.AbsoluteUri,
                AuthenticationRegion = "us-east-1",
                ForcePathStyle = true,
                MaxErrorRetry = 0,
            });
        await http.SendAsync(HttpMethod.Delete, "/embedded/faults", null, HttpStatusCode.NoContent);
        try
        {
            await http.PostAsync(
                "/embedded/faults",
                new
                {
                    failNext = new
                    {
                        service = "s3",
                        action = "GetBucketLocation",
                        code = "InternalError",
                        count = 1,
                        after = 1,
                    },
                },
                HttpStatusCode.NoContent);
            await s3.GetBucketLocationAsync("acme-documents");
            await s3.GetBucketLocationAsync("acme-documents").ShouldBeRefusedAsync(HttpStatusCode.InternalServerError, "InternalError");
            await s3.GetBucketLocationAsync("acme-documents");
            var seen = await http.GetAsync("/embedded/faults", HttpStatusCode.OK);
            seen["calls"]!.AsArray().Count(call => call!.Text("action") == "GetBucketLocation" && call!["fault"] is null).ShouldBe(2);
            seen["callCount"]!.GetValue<int>().ShouldBeGreaterThanOrEqualTo(3);
        }
        finally
        {
            await http.SendAsync(HttpMethod.Delete, "/embedded/faults", null, HttpStatusCode.NoContent);
        }
    }

    [Fact]
    public async Task A_token_of_the_embedded_issuer_opens_a_role_that_trusts_it()
    {
        var administrator = running.App.Administrator();
        using var http = running.App.Anonymous();
        var token = (await http.PostAsync("/embedded/token", new { user = "ada" }, HttpStatusCode.OK)).Text("access_token");
        var claims = JsonNode.Parse(Microsoft.IdentityModel.Tokens.Base64UrlEncoder.Decode(token.Split('.')[1]))!;
        var (issuer, audience, subject) = (claims.Text("iss"), claims.Text("aud"), claims.Text("sub"));
        await administrator.IamAsync("CreateOpenIDConnectProvider", ("Url", issuer), ("ClientIDList.member.1", audience));
        var provider = issuer[(issuer.IndexOf("://", StringComparison.Ordinal) + 3)..];
        JsonNode Trust(string wanted) =>
            JsonNode.Parse(
                $$$"""
                {"Version":"2012-10-17","Statement":[{"Effect":"Allow",
                 "Principal":{"Federated":"arn:aws:iam::444455556666:oidc-provider/{{{provider}}}"},
                 "Action":"sts:AssumeRoleWithWebIdentity",
                 "Condition":{"StringEquals":{"{{{provider}}}:sub":"{{{wanted}}}","{{{provider}}}:aud":"{{{audience}}}"} } }]}
                """
            )!;
        var role = await administrator.CreateRoleAsync("web-identity", Trust("somebody-else"));
        using var sts = new AmazonSecurityTokenServiceClient(
            new AnonymousAWSCredentials(),
            new AmazonSecurityTokenServiceConfig
            {
                ServiceURL = administrator.Endpoint.AbsoluteUri,
                AuthenticationRegion = "us-east-1",
                MaxErrorRetry = 0,
            });
        var request = new AssumeRoleWithWebIdentityRequest
        {
            RoleArn = role,
            RoleSessionName = "app",
            WebIdentityToken = token,
        };
        (await sts.AssumeRoleWithWebIdentityAsync(request).ShouldThrowAsync<AmazonServiceException>()).ErrorCode.ShouldBe("AccessDenied");
        await administrator.PutTrustPolicyAsync("web-identity", Trust(subject));
        var session = await sts.AssumeRoleWithWebIdentityAsync(request);
        session.SubjectFromWebIdentityToken.ShouldBe(subject);
        using var assumed = new AmazonSecurityTokenServiceClient(
            session.Credentials,
            new AmazonSecurityTokenServiceConfig { ServiceURL = administrator.Endpoint.AbsoluteUri, AuthenticationRegion = "us-east-1" });
        (await assumed.GetCallerIdentityAsync(new GetCallerIdentityRequest())).Arn.ShouldBe(
            "arn:aws:sts::444455556666:assumed-role/web-identity/app");
        request.WebIdentityToken = token[..^8] + "AAAAAAAA";
        (await sts.AssumeRoleWithWebIdentityAsync(request).ShouldThrowAsync<AmazonServiceException>()).ErrorCode.ShouldBe(
            "InvalidIdentityToken");
    }
}

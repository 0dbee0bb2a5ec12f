using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Azure.Core;
using Azure.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Connecting;

/// <summary>
/// As it is in Azure: no access key of ours anywhere; the managed identity's token becomes our role, and our role the customer's.
/// </summary>
public sealed class ManagedIdentity
{
    private const string OurAccount = "111122223333";
    private const string OurRole = "serverless-drives-of-azure";

    [Fact]
    public async Task A_drive_is_connected_and_read_with_nothing_but_the_managed_identitys_token()
    {
        await using var platform = await IdentityEndpoint.StartAsync();
        await using var app = await InProcessApp.StartAsync(
            new()
            {
                ["Aws:Principals:aws:Arn"] = $"arn:aws:iam::{OurAccount}:role/{OurRole}",
                ["Aws:Principals:aws:AccessKeyId"] = null,
                ["Aws:Principals:aws:SecretAccessKey"] = null,
                ["Aws:WebIdentity:Audience"] = IdentityEndpoint.Audience,
                ["Verification:PropagationWait"] = "00:00:03",
            },
            // The real credential, asking the platform's endpoint as it does in a Function App.
            replace: services => services.Replace(ServiceDescriptor.Singleton<TokenCredential>(_ => platform.Credential())));
        using var anonymous = app.Anonymous();
        platform.Issue = async () =>
            (
                await anonymous.PostAsync("/embedded/token", new { user = "ada", audience = IdentityEndpoint.Audience }, HttpStatusCode.OK)
            ).Text("access_token");

        // What infra/aws/principal.yaml makes.
        var ours = AwsAdministrator.OfAnotherAccount(app.Cloud);
        var claims = JsonNode.Parse(Microsoft.IdentityModel.Tokens.Base64UrlEncoder.Decode((await platform.Issue()).Split('.')[1]))!;
        var issuer = claims.Text("iss");
        var provider = issuer[(issuer.IndexOf("://", StringComparison.Ordinal) + 3)..];
        await ours.IamAsync("CreateOpenIDConnectProvider", ("Url", issuer), ("ClientIDList.member.1", IdentityEndpoint.Audience));
        await ours.CreateRoleAsync(
            OurRole,
            JsonNode.Parse(
                $$$"""
                {"Version":"2012-10-17","Statement":[{"Effect":"Allow",
                 "Principal":{"Federated":"arn:aws:iam::{{{OurAccount}}}:oidc-provider/{{{provider}}}"},
                 "Action":"sts:AssumeRoleWithWebIdentity",
                 "Condition":{"StringEquals":{"{{{provider}}}:sub":"{{{claims.Text("sub")}}}",
                  "{{{provider}}}:aud":"{{{IdentityEndpoint.Audience}}}"} } }]}
                """
            )!);
        await ours.PutRolePolicyAsync(
            OurRole,
            JsonNode.Parse(
                """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"arn:aws:iam::*:role/*"}]}"""
            )!);

        using var mia = await app.SignInAsync("mia");
        var customer = app.Administrator();
        var (id, role, offered) = await Connections.OfferAsync(customer, mia, "acme-documents", "claims/identity");
        offered["trustPolicy"]!.ToJsonString().ShouldContain(OurRole);
        await customer.PutRolePolicyAsync(role, offered["rolePolicy"]!);
        var merged = await mia.PostAsync(
            $"/api/connections/{id}/merged-bucket-policy",
            await customer.BucketPolicyAsync("acme-documents"),
            HttpStatusCode.OK);
        await customer.PutBucketPolicyAsync("acme-documents", merged);
        await mia.PostAsync($"/api/connections/{id}/confirmations/bucket-policy", null, HttpStatusCode.Accepted);
        var drive = (await mia.UntilAsync(id, "connected", "awaitingBucketPolicy")).Text("driveId");

        await mia.SendAsync(HttpMethod.Put, $"/api/drives/{drive}/files/proof.json", "\"signed by nobody's key\"", HttpStatusCode.Created);
        (await mia.GetAsync($"/api/drives/{drive}/files/proof.json", HttpStatusCode.OK))
            .GetValue<string>()
            .ShouldBe("signed by nobody's key");

        // One token serves them all while its session lasts.
        platform.Asked.ShouldHaveSingleItem().ShouldBe(IdentityEndpoint.Audience);
        var calls = (await anonymous.GetAsync("/embedded/faults", HttpStatusCode.OK))["calls"]!.ToJsonString();
        calls.ShouldContain("AssumeRoleWithWebIdentity");
    }

    /// <summary>The endpoint that App Service gives its apps in <c>IDENTITY_ENDPOINT</c>.</summary>
    private sealed class IdentityEndpoint : IAsyncDisposable
    {
        public const string Audience = "api://AzureADTokenExchange";
        private const string Header = "of-this-machine-only";

        private readonly WebApplication _web;

        private IdentityEndpoint(WebApplication web) => _web = web;

        /// <summary>The resources that tokens were asked for.</summary>
        public ConcurrentQueue<string> Asked { get; } = new();

        public Func<Task<string>> Issue { get; set; } = () => throw new InvalidOperationException("Nobody issues tokens yet.");

        public static async Task<IdentityEndpoint> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            var platform = new IdentityEndpoint(builder.Build());
            platform._web.MapGet("/msi/token", platform.AnswerAsync);
            await platform._web.StartAsync();
            return platform;
        }

        public ManagedIdentityCredential Credential()
        {
            Environment.SetEnvironmentVariable("IDENTITY_ENDPOINT", $"{_web.Urls.Single()}/msi/token");
            Environment.SetEnvironmentVariable("IDENTITY_HEADER", Header);
            return new ManagedIdentityCredential(ManagedIdentityId.SystemAssigned);
        }

        public async ValueTask DisposeAsync()
        {
            Environment.SetEnvironmentVariable("IDENTITY_ENDPOINT", null);
            Environment.SetEnvironmentVariable("IDENTITY_HEADER", null);
            await _web.DisposeAsync();
        }

        private async Task<IResult> AnswerAsync(HttpRequest request)
        {
            if (request.Headers["X-IDENTITY-HEADER"] != Header)
                return Results.StatusCode(StatusCodes.Status401Unauthorized);
            var resource = request.Query["resource"].ToString();
            if (resource != Audience)
                return Results.Json(new { access_token = "not-for-aws", expires_on = "4102444800", resource, token_type = "Bearer" });
            Asked.Enqueue(resource);
            return Results.Json(
                new
                {
                    access_token = await Issue(),
                    expires_on = $"{DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds()}",
                    resource,
                    token_type = "Bearer",
                });
        }
    }
}

using System.Net;
using System.Text.Json.Nodes;
using Amazon.Runtime;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;
using Microsoft.Extensions.Logging.Abstractions;
using ServerlessDrives.Embedded.Cloud;
using ServerlessDrives.Embedded.Cloud.Sandbox;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Connecting;

/// <summary>With the sandbox off, and a server of somebody else's behind the two endpoints.</summary>
public sealed class CompatibleServers : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("serverless-drives-").FullName;
    private AwsSandbox _server = null!;
    private SeededCloud _seeded = null!;
    private AwsAdministrator _administrator = null!;

    public async ValueTask InitializeAsync()
    {
        _server = new(_folder, FreePort.Take(1)[0], NullLogger.Instance, TimeProvider.System);
        _seeded = _server.Plant();
        await _server.StartAsync(CancellationToken.None);
        _administrator = new AwsAdministrator(Described(_server.Endpoint, _seeded));
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Both_flows_work_unchanged_on_a_server_that_has_everything()
    {
        await using var app = await EmbeddedApp.StartAsync(AsEnvironment(Settings(_server.Endpoint, _seeded)));
        using var mia = await app.SignInAsync("mia");
        (await app.Anonymous().GetAsync("/embedded/cloud", HttpStatusCode.OK))["aws"].ShouldBeNull();
        app.Output.ShouldNotContain("AWS_SECRET_ACCESS_KEY");
        var byKey = await ByKeyAsync(mia);
        byKey["verification"]!.Check("credentials-accepted").Text("status").ShouldBe("passed");
        var byRole = await ByRoleAsync(mia);
        foreach (
            var check in new[] { "trust-accepted", "external-id-required", "region-correct", "bucket-owner-known", "outside-path-refused" })
            byRole["verification"]!.Check(check).Text("status").ShouldBe("passed", byRole.ToJsonString());
        await NothingLeftAsync();
    }

    [Fact]
    public async Task What_a_small_server_lacks_is_not_applicable_and_not_broken()
    {
        await using var small = await CompatibleServer.StartAsync(_server.Endpoint, SessionForEverybodyAsync);
        await using var app = await InProcessApp.StartAsync(Settings(small.Address, _seeded));
        using var mia = await app.SignInAsync("mia");
        foreach (var connected in new[] { await ByKeyAsync(mia), await ByRoleAsync(mia) })
        {
            var report = connected["verification"]!;
            foreach (var lacking in new[] { "region-correct", "acl-readable", "acl-writable", "external-id-required" })
                report.Check(lacking).Text("status").ShouldBe("notApplicable", report.ToJsonString());
            report["checks"]!
                .AsArray()
                .ShouldNotContain(check => check!.Text("status") == "failed" || check!.Text("status") == "skipped", report.ToJsonString());
            foreach (
                var proven in new[] { "objects-listable", "object-writable", "object-readable", "object-deletable", "nothing-left-behind" })
                report.Check(proven).Text("status").ShouldBe("passed", report.ToJsonString());
        }

        await NothingLeftAsync();
    }

    /// <summary>The same settings as a process of its own reads them.</summary>
    internal static Dictionary<string, string> AsEnvironment(Dictionary<string, string?> settings) =>
        settings.ToDictionary(setting => setting.Key.Replace(":", "__"), setting => setting.Value!);

    internal static Dictionary<string, string?> Settings(Uri server, SeededCloud seeded) => new()
    {
        ["Aws:Sandbox"] = "false",
        ["Aws:S3Endpoint"] = server.AbsoluteUri,
        ["Aws:StsEndpoint"] = server.AbsoluteUri,
        ["Aws:Principals:aws:Arn"] = seeded.PrincipalArn,
        ["Aws:Principals:aws:AccessKeyId"] = seeded.Principal.AccessKeyId,
        ["Aws:Principals:aws:SecretAccessKey"] = seeded.Principal.SecretAccessKey,
        ["Verification:PropagationWait"] = "00:00:00.5",
    };

    private async Task<JsonNode> ByKeyAsync(HttpClient mia)
    {
        var id = (await Connections.StartAsync(mia, "accessKey")).Text("id");
        await mia.SendAsync(
            HttpMethod.Put,
            $"/api/connections/{id}/configuration",
            Connections.KeyConfiguration(_administrator.DriveUser, "acme-documents", "claims/inbox"),
            HttpStatusCode.Accepted);
        return await ConnectedAsync(mia, id);
    }

    private async Task<JsonNode> ByRoleAsync(HttpClient mia)
    {
        var (id, role, offered) = await Connections.OfferAsync(_administrator, mia, "acme-documents", "claims/inbox");
        await _administrator.PutRolePolicyAsync(role, offered["rolePolicy"]!);
        await mia.PostAsync($"/api/connections/{id}/confirmations/bucket-policy", null, HttpStatusCode.Accepted);
        return await ConnectedAsync(mia, id);
    }

    private static async Task<JsonNode> ConnectedAsync(HttpClient http, string id)
    {
        var ended = await http.UntilAsync(id, now => now.Text("status") == "connected" || now["attempt"]!.GetValue<int>() > 1);
        ended.Text("status").ShouldBe("connected", ended.ToJsonString());
        return ended;
    }

    private async Task NothingLeftAsync() =>
        (await _administrator.EverythingAsync("acme-documents", "")).ShouldNotContain(item =>
            item.Key.Contains(".serverless-drives", StringComparison.Ordinal));

    /// <summary>What MinIO does: whoever has a key gets a session, whatever role was asked for.</summary>
    private async Task<string> SessionForEverybodyAsync()
    {
        var role = Connections.Unique("everybody");
        var anybody = JsonNode.Parse(
            """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"""
                + $$"""{"AWS":"{{_seeded.PrincipalArn}}"},"Action":"sts:AssumeRole"}]}"""
        )!;
        var arn = await _administrator.CreateRoleAsync(role, anybody);
        await _administrator.PutRolePolicyAsync(
            role,
            Connections.Grants(
                "acme-documents",
                "claims/inbox",
                [
                    "s3:DeleteObject",
                    "s3:DeleteObjectVersion",
                    "s3:GetObject",
                    "s3:GetObjectVersion",
                    "s3:PutObject",
                    "s3:ListBucket",
                    "s3:ListBucketMultipartUploads",
                    "s3:ListMultipartUploadParts",
                    "s3:AbortMultipartUpload",
                ]));
        using var sts = new AmazonSecurityTokenServiceClient(
            new BasicAWSCredentials(_seeded.Principal.AccessKeyId, _seeded.Principal.SecretAccessKey),
            new AmazonSecurityTokenServiceConfig { ServiceURL = _server.Endpoint.AbsoluteUri, AuthenticationRegion = "us-east-1" });
        var session = (await sts.AssumeRoleAsync(new AssumeRoleRequest { RoleArn = arn, RoleSessionName = "everybody" })).Credentials;
        return $"""
            <AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
            <AssumedRoleUser><Arn></Arn><AssumeRoleId></AssumeRoleId></AssumedRoleUser><Credentials>
            <AccessKeyId>{session.AccessKeyId}</AccessKeyId><SecretAccessKey>{session.SecretAccessKey}</SecretAccessKey>
            <Expiration>{session.Expiration:yyyy-MM-dd'T'HH:mm:ss'Z'}</Expiration><SessionToken>{session.SessionToken}</SessionToken>
            </Credentials></AssumeRoleResult>
            <ResponseMetadata><RequestId>c4ca4238a0b92382</RequestId></ResponseMetadata></AssumeRoleResponse>
            """;
    }

    internal static JsonObject Described(Uri endpoint, SeededCloud seeded) =>
        new()
        {
            ["aws"] = new JsonObject
            {
                ["endpoint"] = endpoint.AbsoluteUri,
                ["accounts"] = new JsonObject
                {
                    [AwsAdministrator.Account] = new JsonObject
                    {
                        ["administrator"] = new JsonObject
                        {
                            ["accessKeyId"] = seeded.Administrator.AccessKeyId,
                            ["secretAccessKey"] = seeded.Administrator.SecretAccessKey,
                        },
                        ["driveUser"] = new JsonObject
                        {
                            ["accessKeyId"] = seeded.DriveUser.AccessKeyId,
                            ["secretAccessKey"] = seeded.DriveUser.SecretAccessKey,
                            ["userName"] = seeded.DriveUser.UserName,
                        },
                        ["kmsKeyArn"] = seeded.KmsKeyArn,
                    },
                },
            },
        };
}

using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using ServerlessDrives.Embedded.Cloud;
using ServerlessDrives.Embedded.Cloud.Sandbox;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Connecting;

/// <summary>
/// The public cases of S3-compatible servers, each as a server that refuses what that one refuses; numbered as in the list.
/// </summary>
public sealed class PublicCasesOfServers : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("serverless-drives-").FullName;
    private AwsSandbox _behind = null!;
    private SeededCloud _seeded = null!;
    private AwsAdministrator _administrator = null!;

    public async ValueTask InitializeAsync()
    {
        _behind = new(_folder, FreePort.Take(1)[0], NullLogger.Instance, TimeProvider.System);
        _seeded = _behind.Plant();
        await _behind.StartAsync(CancellationToken.None);
        _administrator = new AwsAdministrator(CompatibleServers.Described(_behind.Endpoint, _seeded));
    }

    public async ValueTask DisposeAsync()
    {
        await _behind.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Case_4_a_policy_that_wants_signed_payloads_fails_the_check_as_it_would_fail_each_file()
    {
        using var certificate = Certificate();
        var authority = Path.Combine(_folder, "authority.pem");
        await File.WriteAllTextAsync(authority, certificate.ExportCertificatePem(), TestContext.Current.CancellationToken);
        await using var server = await CompatibleServer.StartAsync(_behind.Endpoint, (_, _) => null, certificate);
        var settings = CompatibleServers.Settings(server.Address, _seeded);
        // OpenSSL reads it once a process.
        settings["SSL_CERT_FILE"] = authority;
        await using var app = await EmbeddedApp.StartAsync(CompatibleServers.AsEnvironment(settings));
        using var mia = await app.SignInAsync("mia");
        var plain = await ByKeyAsync(mia, "plain");
        plain.Text("status").ShouldBe("connected", plain.ToJsonString());
        await _administrator.PutBucketPolicyAsync(
            "acme-documents",
            JsonNode.Parse(
                """{"Version":"2012-10-17","Statement":"""
                    + """[{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::"""
                    + """acme-documents/*","Condition":{"StringEquals":{"s3:x-amz-content-sha256":"UNSIGNED-PAYLOAD"}}}]}"""
            )!);
        var check = (await ByKeyAsync(mia, "signed"))["verification"]!.Check("object-writable");
        check.Text("status").ShouldBe("failed");
        check.Text("explanation").ShouldContain("UNSIGNED-PAYLOAD");
    }

    [Fact]
    public async Task Case_7_a_server_that_wants_a_checksum_with_each_PUT_connects_and_takes_files()
    {
        await using var server = await CompatibleServer.StartAsync(
            _behind.Endpoint,
            (http, _) =>
                HttpMethods.IsPut(http.Request.Method)
                && !http.Request.Query.ContainsKey("acl")
                && !http.Request.Headers.ContainsKey("Content-MD5")
                && !http.Request.Headers.Keys.Any(name => name.StartsWith("x-amz-checksum-", StringComparison.OrdinalIgnoreCase))
                    ? new(400, "InvalidRequest", "Missing required header for this request: Content-MD5 OR x-amz-checksum-*")
                    : null);
        await using var app = await StartAsync(server.Address);
        using var mia = await app.SignInAsync("mia");
        await WritesAsync(mia, await ByKeyAsync(mia, "sums"));
    }

    [Fact]
    public async Task Case_35_a_server_without_conditional_writes_connects_and_takes_files()
    {
        await using var server = await CompatibleServer.StartAsync(
            _behind.Endpoint,
            (http, _) =>
                HttpMethods.IsPut(http.Request.Method) && http.Request.Headers.IfNoneMatch.Count > 0
                    ? new(501, "NotImplemented", "A header you provided implies functionality that is not implemented.")
                    : null);
        await using var app = await StartAsync(server.Address);
        using var mia = await app.SignInAsync("mia");
        var connected = await ByKeyAsync(mia, "conditions");
        await WritesAsync(mia, connected);
        connected["verification"]!.Check("conditional-writes-usable").Text("status").ShouldBe("notApplicable");
    }

    [Fact]
    public async Task Cases_41_42_and_43_the_role_flow_connects_on_a_server_without_keys_unsigned_answers_and_accounts()
    {
        await using var server = await CompatibleServer.StartAsync(
            _behind.Endpoint,
            (http, body) =>
            {
                if (
                    http.Request.Path == "/"
                    && Encoding.UTF8.GetString(body) is var form
                    && form.Contains("Policy=", StringComparison.Ordinal)
                    && form.Contains("kms%3A", StringComparison.Ordinal))
                    return new(400, "MalformedPolicyDocument", "`kms:GenerateDataKey` is not a valid action", IsOfSts: true);
                if (!http.Request.Headers.ContainsKey("Authorization"))
                    return new(404, "NoSuchBucket", "");
                return http.Request.Headers.ContainsKey("x-amz-expected-bucket-owner") ? new(403, "AccessDenied", "Access Denied") : null;
            });
        await using var app = await StartAsync(server.Address);
        using var mia = await app.SignInAsync("mia");
        var (id, role, offered) = await Connections.OfferAsync(_administrator, mia, "acme-documents", "claims/inbox");
        await _administrator.PutRolePolicyAsync(role, offered["rolePolicy"]!);
        await mia.PostAsync($"/api/connections/{id}/confirmations/bucket-policy", null, HttpStatusCode.Accepted);
        var connected = await EndedAsync(mia, id);
        await WritesAsync(mia, connected);
        var report = connected["verification"]!;
        report["checks"]!
            .AsArray()
            .ShouldAllBe(check => check!.Text("status") == "passed" || check!.Text("status") == "notApplicable", report.ToJsonString());
        report.Check("region-correct").Text("status").ShouldBe("passed", report.ToJsonString());
        report.Check("bucket-owner-known").Text("status").ShouldBe("notApplicable");
        report.Check("external-id-required").Text("status").ShouldBe("passed");
    }

    [Fact]
    public async Task Case_44_accounts_and_tenants_of_such_a_server_are_taken_at_typing()
    {
        await using var server = await CompatibleServer.StartAsync(_behind.Endpoint, (_, _) => null);
        await using var app = await StartAsync(server.Address);
        using var mia = await app.SignInAsync("mia");
        var id = (await Connections.StartAsync(mia, "iamRole")).Text("id");
        var configuration = Connections.RoleConfiguration("arn:aws:iam::RGW00000000000000002:role/x", "in", "tenant:bucket");
        configuration["bucketOwner"] = "RGW00000000000000002";
        var taken = await mia.SendAsync(HttpMethod.Put, $"/api/connections/{id}/configuration", configuration, HttpStatusCode.Accepted);
        taken["configuration"]!.Text("bucket").ShouldBe("tenant:bucket");
    }

    [Fact]
    public async Task A_requester_pays_bucket_is_told_as_such_and_connects_where_the_requester_is_said_to_pay()
    {
        await using var server = await CompatibleServer.StartAsync(
            _behind.Endpoint,
            (http, _) =>
                http.Request.Path != "/" && http.Request.Headers["x-amz-request-payer"] != "requester"
                    ? new(403, "AccessDenied", "Access Denied")
                    : null);
        await using var app = await StartAsync(server.Address);
        using var mia = await app.SignInAsync("mia");
        var refused = await ByKeyAsync(mia, "pays");
        refused["verification"]!.Check("objects-listable").Text("explanation").ShouldContain("requester pays");
        refused["verification"]!.Check("objects-listable").Text("fix").ShouldContain("requesterPays");
        await WritesAsync(mia, await ByKeyAsync(mia, "pays", configuration => configuration["requesterPays"] = true));
    }

    [Fact]
    public async Task Where_there_are_several_partitions_the_trust_policy_waits_for_the_choice()
    {
        await using var app = await StartAsync(
            _behind.Endpoint,
            ("Aws:Principals:aws-cn:Arn", "arn:aws-cn:iam::111122223333:user/serverless-drives"),
            ("Aws:Principals:aws-cn:AccessKeyId", _seeded.Principal.AccessKeyId),
            ("Aws:Principals:aws-cn:SecretAccessKey", _seeded.Principal.SecretAccessKey));
        using var mia = await app.SignInAsync("mia");
        var start = (JsonObject)JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(Connections.StartBody("iamRole")))!;
        var refused = await mia.PostAsync("/api/connections", start, HttpStatusCode.UnprocessableEntity);
        refused["errors"]!["authentication.partition"]!.ToJsonString().ShouldContain("aws-cn");
        refused["partitions"]!.AsArray().Select(choice => choice!.GetValue<string>()).ShouldBe(["aws", "aws-cn"]);
        start["authentication"]!["partition"] = "aws-cn";
        var started = await mia.PostAsync("/api/connections", start, HttpStatusCode.Accepted);
        started["trustPolicy"]!["Statement"]![0]!["Principal"]!.Text("AWS").ShouldStartWith("arn:aws-cn:");
        (
            await mia.PostAsync(
                "/api/roles",
                new { audience = new { type = "workspace", workspaceId = "ws_claims" } },
                HttpStatusCode.UnprocessableEntity)
        )["errors"]!
            ["partition"]
            .ShouldNotBeNull();
    }

    private Task<InProcessApp> StartAsync(Uri server, params (string Name, string Value)[] more)
    {
        var settings = CompatibleServers.Settings(server, _seeded);
        foreach (var (name, value) in more)
            settings[name] = value;
        return InProcessApp.StartAsync(settings);
    }

    private async Task<JsonNode> ByKeyAsync(HttpClient mia, string path, Action<JsonObject>? change = null)
    {
        var configuration = Connections.KeyConfiguration(_administrator.DriveUser, "acme-documents", path);
        change?.Invoke(configuration);
        var id = (await Connections.StartAsync(mia, "accessKey")).Text("id");
        await mia.SendAsync(HttpMethod.Put, $"/api/connections/{id}/configuration", configuration, HttpStatusCode.Accepted);
        return await EndedAsync(mia, id);
    }

    private static Task<JsonNode> EndedAsync(HttpClient http, string id) =>
        http.UntilAsync(id, now => now.Text("status") == "connected" || now["attempt"]!.GetValue<int>() > 1);

    private static async Task WritesAsync(HttpClient mia, JsonNode connected)
    {
        connected.Text("status").ShouldBe("connected", connected.ToJsonString());
        await mia.SendAsync(HttpMethod.Put, $"/api/drives/{connected.Text("driveId")}/content?path=a.txt", new { }, HttpStatusCode.Created);
    }

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}

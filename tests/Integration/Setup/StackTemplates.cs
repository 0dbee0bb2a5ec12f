using System.Net;
using System.Text.Json.Nodes;
using ServerlessDrives.Tests.Integration.Connecting;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Setup;

/// <summary>
/// The code of the stack's own resource, called as CloudFormation calls it, with the real SDK for Python, on the sandbox.
/// </summary>
[Collection(ScriptsApp.Name)]
public sealed class StackTemplates(ScriptsApp running)
{
    /// <summary>Runs the template's code: the event on standard input, the addresses of services from the environment.</summary>
    private const string Harness = """
        import json, os, sys, types
        import boto3
        client = boto3.client
        boto3.client = lambda service: client(service, endpoint_url=os.environ["ENDPOINT"], region_name="us-east-1")
        code = types.ModuleType("index")
        exec(open(sys.argv[1]).read(), code.__dict__)
        arn = "arn:aws:lambda:us-east-1:444455556666:function:stack"
        context = types.SimpleNamespace(invoked_function_arn=arn, get_remaining_time_in_millis=lambda: 60000)
        code.handler(json.load(sys.stdin), context)
        """;

    private readonly AwsAdministrator _administrator = running.App.Administrator();

    [Fact]
    public async Task The_stack_leads_to_the_drive_is_idempotent_moves_to_another_bucket_and_takes_out_what_it_added_and_nothing_else()
    {
        using var mia = await running.App.SignInAsync("mia");
        var (bucket, other) = (await NewBucketAsync(), await NewBucketAsync());
        var connection = await StartAsync(mia, bucket, "in*box");
        var id = connection.Text("id");
        var (code, properties) = await TemplateAsync(mia, id);
        properties.Text("Bucket").ShouldBe(bucket);

        var created = await CallAsync(code, "Create", properties);
        created.Text("Status").ShouldBe("SUCCESS", created.ToJsonString());
        created["Data"]!.Text("Confirmation").ShouldBe("confirmed");
        var arn = created["Data"]!.Text("RoleArn");
        var connected = await mia.UntilAsync(id, "connected");
        connected["attempt"]!.GetValue<int>().ShouldBe(1);
        connected["configuration"]!.Text("roleArn").ShouldBe(arn);

        // What the stack has granted is what the product offers, to the letter.
        var offered = await mia.GetAsync($"/api/connections/{id}", HttpStatusCode.OK);
        var policy = (await _administrator.BucketPolicyAsync(bucket))!;
        foreach (var statement in offered["bucketPolicy"]!["Statement"]!.AsArray())
            Compact(policy).ShouldContain(Compact(statement!.ToJsonString()));
        var role = Uri.UnescapeDataString(
            await _administrator.IamAsync(
                "GetRolePolicy",
                ("RoleName", arn.Split('/')[^1]),
                ("PolicyName", $"ServerlessDrives-{id[^8..]}")));
        Compact(role).ShouldContain(Compact(offered["rolePolicy"]!.ToJsonString()));

        (await CallAsync(code, "Create", properties)).Text("Status").ShouldBe("SUCCESS");
        (await _administrator.BucketPolicyAsync(bucket)).ShouldBe(policy);

        var moved = properties.DeepClone();
        moved["Bucket"] = other;
        (await CallAsync(code, "Update", moved, properties)).Text("Status").ShouldBe("SUCCESS");
        (await _administrator.BucketPolicyAsync(other))!.ShouldContain("ServerlessDrivescon");
        var left = (await _administrator.BucketPolicyAsync(bucket))!;
        left.ShouldContain("Theirs");
        left.ShouldNotContain("ServerlessDrivescon");

        (await CallAsync(code, "Delete", moved)).Text("Status").ShouldBe("SUCCESS");
        (await CallAsync(code, "Delete", moved)).Text("Status").ShouldBe("SUCCESS", "whatever is gone already");
        (await _administrator.BucketPolicyAsync(other))!.ShouldNotContain("ServerlessDrivescon");
        await Should.ThrowAsync<InvalidOperationException>(() => _administrator.IamAsync("GetRole", ("RoleName", arn.Split('/')[^1])));
    }

    [Fact]
    public async Task A_role_that_is_there_is_extended_and_one_that_another_connection_uses_is_left_alone_with_the_reason()
    {
        using var mia = await running.App.SignInAsync("mia");
        var bucket = await NewBucketAsync();
        var id = (await StartAsync(mia, bucket, "")).Text("id");
        var (code, properties) = await TemplateAsync(mia, id);
        var name = Connections.Unique("theirs");
        await _administrator.CreateRoleAsync(
            name,
            AwsAdministrator.Policy(
                new JsonObject
                {
                    ["Sid"] = "Theirs",
                    ["Effect"] = "Allow",
                    ["Principal"] = new JsonObject { ["AWS"] = $"arn:aws:iam::{AwsAdministrator.Account}:root" },
                    ["Action"] = "sts:AssumeRole",
                }));
        properties["RoleName"] = name;
        (await CallAsync(code, "Create", properties)).Text("Status").ShouldBe("SUCCESS");
        await mia.UntilAsync(id, "connected");

        var second = (await StartAsync(mia, await NewBucketAsync(), "")).Text("id");
        var (_, others) = await TemplateAsync(mia, second);
        others["RoleName"] = name;
        var refused = await CallAsync(code, "Create", others);
        refused.Text("Status").ShouldBe("FAILED");
        refused.Text("Reason").ShouldContain("another connection uses it");

        (await CallAsync(code, "Delete", properties)).Text("Status").ShouldBe("SUCCESS");
        var trust = Uri.UnescapeDataString(await _administrator.IamAsync("GetRole", ("RoleName", name)));
        trust.ShouldContain("Theirs");
        trust.ShouldNotContain("sts:ExternalId");
    }

    [Fact]
    public async Task A_second_drive_on_the_role_has_a_stack_of_its_own_and_the_first_one_works_all_the_time()
    {
        using var mia = await running.App.SignInAsync("mia");
        var bucket = await NewBucketAsync();
        var first = (await StartAsync(mia, bucket, "one")).Text("id");
        var (code, properties) = await TemplateAsync(mia, first);
        (await CallAsync(code, "Create", properties)).Text("Status").ShouldBe("SUCCESS");
        var connected = await mia.UntilAsync(first, "connected");

        var second = await mia.PostAsync(
            "/api/connections",
            new
            {
                displayName = Connections.Unique("stack"),
                audience = new { type = "workspace", workspaceId = "ws_claims" },
                authentication = new { method = "iamRole", roleId = connected["authentication"]!.Text("roleId") },
                configuration = new { bucket, region = "us-east-1", path = "two", encryption = new { type = "none" } },
            },
            HttpStatusCode.Accepted);
        var id = second.Text("id");
        await mia.UntilAsync(id, "awaitingBucketPolicy");
        var link = await mia.PostAsync($"/api/connections/{id}/callback-links", new { step = "all" }, HttpStatusCode.Created);
        var others = properties.DeepClone();
        (others["Connection"], others["Path"]) = (id, "two");
        others["Callback"] = new Uri(running.App.Address, $"/api/callbacks/{link.Text("url").Split('/')[^1]}").AbsoluteUri;
        (await CallAsync(code, "Create", others)).Text("Status").ShouldBe("SUCCESS");
        await mia.UntilAsync(id, "connected");
        await WorksAsync();
        (await CallAsync(code, "Delete", others)).Text("Status").ShouldBe("SUCCESS");
        await WorksAsync();

        async Task WorksAsync()
        {
            using var content = new StringContent("proof");
            using var put = await mia.PutAsync(
                new Uri($"/api/drives/{connected.Text("driveId")}/files/proof.txt", UriKind.Relative),
                content);
            put.IsSuccessStatusCode.ShouldBeTrue();
        }
    }

    [Fact]
    public async Task Where_the_confirmation_is_refused_the_stack_fails_with_the_reason()
    {
        using var mia = await running.App.SignInAsync("mia");
        var id = (await StartAsync(mia, await NewBucketAsync(), "in")).Text("id");
        var (code, properties) = await TemplateAsync(mia, id);
        await mia.SendAsync(HttpMethod.Delete, $"/api/connections/{id}/callback-links", null, HttpStatusCode.NoContent);
        var refused = await CallAsync(code, "Create", properties);
        refused.Text("Status").ShouldBe("FAILED");
        refused.Text("Reason").ShouldContain("This link was revoked");
        (await CallAsync(code, "Delete", properties)).Text("Status").ShouldBe("SUCCESS");
    }

    [Fact]
    public async Task Where_we_cannot_be_reached_the_stack_stands_and_says_so()
    {
        using var mia = await running.App.SignInAsync("mia");
        var id = (await StartAsync(mia, await NewBucketAsync(), "in")).Text("id");
        var (code, properties) = await TemplateAsync(mia, id);
        properties["Callback"] = "http://127.0.0.1:9/api/callbacks/nobody";
        var alone = await CallAsync(
            code.Replace("while left() > 45000", "for _ in range(2)", StringComparison.Ordinal),
            "Create",
            properties
        );
        alone.Text("Status").ShouldBe("SUCCESS");
        alone["Data"]!.Text("Confirmation").ShouldStartWith("not confirmed");
        (await CallAsync(code, "Delete", properties)).Text("Status").ShouldBe("SUCCESS");
    }

    [Fact]
    public async Task Without_a_template_in_a_bucket_there_is_no_button()
    {
        using var mia = await running.App.SignInAsync("mia");
        var id = (await StartAsync(mia, await NewBucketAsync(), "in")).Text("id");
        (await mia.GetAsync($"/api/connections/{id}/setup?format=launch-stack", HttpStatusCode.NotFound))
            .Text("code")
            .ShouldBe("not-configured");
    }

    /// <summary>The template's code, and the parameters in the command that it begins with.</summary>
    private static async Task<(string Code, JsonNode Properties)> TemplateAsync(HttpClient http, string connection)
    {
        var template = await http.GetStringAsync(new Uri($"/api/connections/{connection}/setup?format=cloudformation", UriKind.Relative));
        var lines = template.Split('\n');
        var command = lines.Single(line => line.StartsWith("# aws cloudformation deploy", StringComparison.Ordinal));
        var properties = new JsonObject();
        foreach (var parameter in command.Split("--parameter-overrides ")[1].Split("' '"))
        {
            var pair = parameter.Trim('\'').Split('=', 2);
            properties[pair[0]] = pair[1];
        }

        const string indent = "          ";
        var code = lines
            .SkipWhile(line => !line.EndsWith("ZipFile: |", StringComparison.Ordinal))
            .Skip(1)
            .TakeWhile(line => line.Length == 0 || line.StartsWith(indent, StringComparison.Ordinal))
            .Select(line => line.Length == 0 ? line : line[indent.Length..]);
        return (string.Join('\n', code), properties);
    }

    private async Task<JsonNode> CallAsync(string code, string type, JsonNode properties, JsonNode? before = null)
    {
        using var cloudFormation = new EventReceiver();
        var call = new JsonObject
        {
            ["RequestType"] = type,
            ["ResponseURL"] = cloudFormation.Url.AbsoluteUri,
            ["StackId"] = "arn:aws:cloudformation:us-east-1:444455556666:stack/drive/1",
            ["RequestId"] = Guid.NewGuid().ToString(),
            ["LogicalResourceId"] = "Access",
            ["PhysicalResourceId"] = properties.Text("Connection"),
            ["ResourceProperties"] = properties.DeepClone(),
            ["OldResourceProperties"] = before?.DeepClone(),
        };
        var environment = _administrator.CommandLineEnvironment();
        environment["ENDPOINT"] = environment["AWS_ENDPOINT_URL"];
        var folder = Directory.CreateTempSubdirectory("stack-");
        try
        {
            var (file, input, harness) = (
                Path.Combine(folder.FullName, "index.py"),
                Path.Combine(folder.FullName, "event.json"),
                Path.Combine(folder.FullName, "harness.py"));
            await File.WriteAllTextAsync(file, code);
            await File.WriteAllTextAsync(input, call.ToJsonString());
            await File.WriteAllTextAsync(harness, Harness);
            var (exit, output, errors) = await Shell.RunAsync(
                "sh",
                // Debian's Python, which has Debian's SDK.
                ["-c", "exec /usr/bin/python3 harness.py index.py <event.json"],
                environment,
                folder.FullName,
                TestContext.Current.CancellationToken);
            exit.ShouldBe(0, $"{output}\n{errors}");
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        return cloudFormation.Received.ShouldHaveSingleItem().Json;
    }

    private static string Compact(string json) => json.Replace(" ", "", StringComparison.Ordinal);

    private async Task<string> NewBucketAsync()
    {
        var bucket = Connections.Unique("stack");
        await _administrator.CreateBucketAsync(bucket);
        await _administrator.PutBucketPolicyAsync(
            bucket,
            AwsAdministrator.Policy(
                new JsonObject
                {
                    ["Sid"] = "Theirs",
                    ["Effect"] = "Allow",
                    ["Principal"] = new JsonObject { ["AWS"] = $"arn:aws:iam::{AwsAdministrator.Account}:root" },
                    ["Action"] = "s3:GetObject",
                    ["Resource"] = $"arn:aws:s3:::{bucket}/theirs/*",
                }));
        return bucket;
    }

    private static Task<JsonNode> StartAsync(HttpClient http, string bucket, string path) => http.PostAsync(
        "/api/connections",
        new
        {
            displayName = Connections.Unique("stack"),
            audience = new { type = "workspace", workspaceId = "ws_claims" },
            authentication = new { method = "iamRole" },
            configuration = new { bucket, region = "us-east-1", path, encryption = new { type = "none" } },
        },
        HttpStatusCode.Accepted);
}

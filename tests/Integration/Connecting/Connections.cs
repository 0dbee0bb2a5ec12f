using System.Net;
using System.Text.Json.Nodes;
using ServerlessDrives.Tests.Shared;

namespace ServerlessDrives.Tests.Integration.Connecting;

/// <summary>Steps that many scenarios take.</summary>
public static class Connections
{
    public static string Unique(string name) => $"{name}-{Guid.NewGuid():N}"[..24];

    public static object StartBody(
        string method,
        string? name = null,
        string? roleId = null,
        string workspace = "ws_claims",
        bool makeDefault = false
    ) =>
        new
        {
            displayName = name ?? Unique("drive"),
            audience = new { type = "workspace", workspaceId = workspace },
            authentication = new { method, roleId },
            configuration = (object?)null,
            makeDefault,
        };

    public static Task<JsonNode> StartAsync(HttpClient http, string method) =>
        http.PostAsync("/api/connections", StartBody(method), HttpStatusCode.Accepted);

    public static JsonObject KeyConfiguration(AwsAdministrator administrator, string path, string type = "none", string? kmsKeyId = null) =>
        new()
        {
            ["accessKeyId"] = administrator.DriveUser.Id,
            ["secretAccessKey"] = administrator.DriveUser.Secret,
            ["bucket"] = "acme-documents",
            ["region"] = "us-east-1",
            ["path"] = path,
            // Scenarios share one bucket.
            ["allowOverlap"] = true,
            ["encryption"] = new JsonObject { ["type"] = type, ["kmsKeyId"] = kmsKeyId },
        };

    public static JsonObject KeyConfiguration((string Id, string Secret) key, string bucket, string path, string region = "us-east-1") =>
        new()
        {
            ["accessKeyId"] = key.Id,
            ["secretAccessKey"] = key.Secret,
            ["bucket"] = bucket,
            ["region"] = region,
            ["path"] = path,
            // Scenarios share one bucket.
            ["allowOverlap"] = true,
            ["encryption"] = new JsonObject { ["type"] = "none" },
        };

    /// <summary>A policy with these of the documented permissions, each on what it is for; below the path only.</summary>
    public static JsonObject Grants(string bucket, string path, IEnumerable<string> permissions)
    {
        var (onBucket, onObjects) = (new JsonArray(), new JsonArray());
        var list = false;
        foreach (var permission in permissions)
        {
            if (permission == "s3:ListBucket")
                list = true;
            else
                (permission == "s3:ListBucketMultipartUploads" ? onBucket : onObjects).Add(permission);
        }

        var statements = new List<JsonNode>();
        if (list)
        {
            statements.Add(
                new JsonObject
                {
                    ["Effect"] = "Allow",
                    ["Action"] = "s3:ListBucket",
                    ["Resource"] = $"arn:aws:s3:::{bucket}",
                    ["Condition"] = new JsonObject
                    {
                        ["StringLike"] = new JsonObject { ["s3:prefix"] = new JsonArray($"{path}/", $"{path}/*") },
                    },
                });
        }

        if (onBucket.Count > 0)
            statements.Add(new JsonObject { ["Effect"] = "Allow", ["Action"] = onBucket, ["Resource"] = $"arn:aws:s3:::{bucket}" });
        if (onObjects.Count > 0)
            statements.Add(
                new JsonObject
                {
                    ["Effect"] = "Allow",
                    ["Action"] = onObjects,
                    ["Resource"] = $"arn:aws:s3:::{bucket}/{path}/*",
                });
        return AwsAdministrator.Policy([.. statements]);
    }

    /// <summary>The role flow up to where the policies are offered, with a role that trusts us and has no permissions yet.</summary>
    public static async Task<(string Id, string Role, JsonNode Offered)> OfferAsync(
        AwsAdministrator administrator,
        HttpClient http,
        string bucket,
        string path,
        string region = "us-east-1")
    {
        var connection = await StartAsync(http, "iamRole");
        var id = connection.Text("id");
        var role = Unique("role");
        var arn = await administrator.CreateRoleAsync(role, connection["trustPolicy"]!);
        await http.PostAsync($"/api/connections/{id}/confirmations/trust-policy", null, HttpStatusCode.Accepted);
        await http.UntilAsync(id, "awaitingConfiguration");
        await http.SendAsync(
            HttpMethod.Put,
            $"/api/connections/{id}/configuration",
            RoleConfiguration(arn, path, bucket, region),
            HttpStatusCode.Accepted);
        return (id, role, await http.UntilAsync(id, "awaitingBucketPolicy"));
    }

    public static Task<(string Id, string Role, JsonNode Offered)> OfferAsync(
        EmbeddedApp app,
        HttpClient http,
        string bucket,
        string path
    ) => OfferAsync(app.Administrator(), http, bucket, path);

    public static JsonObject RoleConfiguration(
        string roleArn,
        string path,
        string bucket = "acme-documents",
        string region = "us-east-1"
    ) =>
        new()
        {
            ["roleArn"] = roleArn,
            ["bucket"] = bucket,
            ["region"] = region,
            ["path"] = path,
            // Scenarios share one bucket.
            ["allowOverlap"] = true,
            ["encryption"] = new JsonObject { ["type"] = "none" },
        };

    /// <summary>The whole role flow, with a role of its own.</summary>
    public static async Task<JsonNode> ConnectByRoleAsync(
        EmbeddedApp app,
        HttpClient http,
        string path = "claims/inbox",
        bool applyBucketPolicy = true,
        string? name = null)
    {
        var administrator = app.Administrator();
        var connection = await http.PostAsync("/api/connections", StartBody("iamRole", name), HttpStatusCode.Accepted);
        var id = connection.Text("id");
        var role = Unique("role");
        var arn = await administrator.CreateRoleAsync(role, connection["trustPolicy"]!);
        await http.PostAsync($"/api/connections/{id}/confirmations/trust-policy", null, HttpStatusCode.Accepted);
        await http.UntilAsync(id, "awaitingConfiguration");
        await http.SendAsync(HttpMethod.Put, $"/api/connections/{id}/configuration", RoleConfiguration(arn, path), HttpStatusCode.Accepted);
        var offered = await http.UntilAsync(id, "awaitingBucketPolicy");
        await administrator.PutRolePolicyAsync(role, offered["rolePolicy"]!);
        if (applyBucketPolicy)
        {
            var present = await administrator.BucketPolicyAsync("acme-documents");
            var merged = await http.PostAsync($"/api/connections/{id}/merged-bucket-policy", present, HttpStatusCode.OK);
            await administrator.PutBucketPolicyAsync("acme-documents", merged);
        }

        await http.PostAsync($"/api/connections/{id}/confirmations/bucket-policy", null, HttpStatusCode.Accepted);
        return await http.UntilAsync(id, "connected");
    }
}

using System.Net;
using System.Text.Json.Nodes;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Connecting;

/// <summary>Each of the eleven real permissions of the documented twelve taken away, one at a time, of a user and of a role.</summary>
[Collection(ImpatientApp.Name)]
public sealed class MissingPermissions(ImpatientApp impatient, MissingPermissions.Flows flows) : IClassFixture<MissingPermissions.Flows>
{
    private static readonly string[] Documented =
    [
        "s3:DeleteObject",
        "s3:DeleteObjectVersion",
        "s3:GetObject",
        "s3:GetObjectAcl",
        "s3:GetObjectVersion",
        "s3:PutObject",
        "s3:PutObjectAcl",
        "s3:ListBucket",
        "s3:ListBucketMultipartUploads",
        "s3:ListMultipartUploadParts",
        "s3:AbortMultipartUpload",
    ];

    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var permission in Documented)
            {
                cases.Add("accessKey", permission);
                cases.Add("iamRole", permission);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_missing_permission_is_found_explained_and_its_grant_offered_and_nothing_is_left_behind(
        string method,
        string missing)
    {
        var (failed, bucket, path) = await flows.OfAsync(impatient.App, method, missing);
        var report = failed["verification"]!;
        report["passed"]!.GetValue<bool>().ShouldBeFalse();
        failed["problem"]!.Text("code").ShouldBe("verification-failed");

        var checks = report["checks"]!.AsArray();
        var wrong = checks.Where(check => check!.Text("status") == "failed").ToList();
        var guilty = wrong.Where(check => check!["permission"]?.GetValue<string>() == missing).ToList();
        guilty.ShouldNotBeEmpty(report.ToJsonString());
        foreach (var check in guilty.OfType<JsonNode>())
        {
            check.Text("awsErrorCode").ShouldBe("AccessDenied");
            check.Text("explanation").ShouldContain(missing);
            check.Text("fix").ShouldContain(missing);
            check["awsRequestId"].ShouldNotBeNull();
        }

        // Nothing else is blamed, but for what is really still there.
        wrong.Except(guilty).Select(check => check!.Text("name")).ShouldBeSubsetOf(["nothing-left-behind"], report.ToJsonString());
        report.Check("version-writable").Text("status").ShouldBe("notApplicable");

        var left = await impatient.App.Administrator().EverythingAsync(bucket, $"{path}/");
        if (missing == "s3:DeleteObjectVersion")
        {
            // Where versions can't be deleted, whatever is written stays: the report has to name all of it.
            var names = report.Check("nothing-left-behind").Text("explanation");
            left.ShouldNotBeEmpty();
            left.ShouldAllBe(item => names.Contains(item.Key) && names.Contains(item.Version!));
        }
        else
        {
            left.ShouldBeEmpty();
            report.Check("nothing-left-behind").Text("status").ShouldBe("passed", report.ToJsonString());
        }
    }

    /// <summary>All flows at once, begun when the first of them is asked for.</summary>
    public sealed class Flows : IDisposable
    {
        private readonly SemaphoreSlim _atOnce = new(4);
        private readonly Lock _lock = new();
        private Dictionary<(string, string), Task<(JsonNode, string, string)>>? _running;

        internal Task<(JsonNode Failed, string Bucket, string Path)> OfAsync(EmbeddedApp app, string method, string missing)
        {
            lock (_lock)
            {
                var bucket = Connections.Unique("proof");
                var made = new Lazy<Task>(() => app.Administrator().CreateBucketAsync(bucket, versioned: true, withAcls: true));
                _running ??= Cases
                    .Select(row => row.Data)
                    .ToDictionary(
                        row => (row.Item1, row.Item2),
                        row =>
                            Task.Run(async () =>
                            {
                                await _atOnce.WaitAsync();
                                try
                                {
                                    await made.Value;
                                    var path = $"{row.Item1}/{row.Item2[3..]}";
                                    var failed =
                                        row.Item1 == "accessKey"
                                            ? await ByKeyAsync(app, bucket, path, row.Item2)
                                            : await ByRoleAsync(app, bucket, path, row.Item2);
                                    return (failed, bucket, path);
                                }
                                finally
                                {
                                    _atOnce.Release();
                                }
                            }));
                return _running[(method, missing)];
            }
        }

        private static async Task<JsonNode> ByKeyAsync(EmbeddedApp app, string bucket, string path, string missing)
        {
            using var mia = await app.SignInAsync("mia");
            var administrator = app.Administrator();
            var key = await administrator.CreateUserWithKeyAsync(
                Connections.Unique("user"),
                Connections.Grants(bucket, path, Documented.Where(permission => permission != missing)));
            var id = (await Connections.StartAsync(mia, "accessKey")).Text("id");
            await mia.SendAsync(
                HttpMethod.Put,
                $"/api/connections/{id}/configuration",
                Connections.KeyConfiguration(key, bucket, path),
                HttpStatusCode.Accepted);
            return await mia.UntilAsync(id, now => now["attempt"]!.GetValue<int>() == 2);
        }

        private static async Task<JsonNode> ByRoleAsync(EmbeddedApp app, string bucket, string path, string missing)
        {
            using var mia = await app.SignInAsync("mia");
            var (id, role, offered) = await Connections.OfferAsync(app, mia, bucket, path);
            var policy = offered["rolePolicy"]!.DeepClone();
            foreach (var statement in policy["Statement"]!.AsArray().ToList())
            {
                if (statement!["Action"] is JsonArray actions)
                    actions.RemoveAll(action => action!.GetValue<string>() == missing);
                else if (statement.Text("Action") == missing)
                    policy["Statement"]!.AsArray().Remove(statement);
            }

            await app.Administrator().PutRolePolicyAsync(role, policy);
            await mia.PostAsync($"/api/connections/{id}/confirmations/bucket-policy", null, HttpStatusCode.Accepted);
            return await mia.UntilAsync(id, now => now["attempt"]!.GetValue<int>() == 2);
        }

        public void Dispose() => _atOnce.Dispose();
    }
}

using System.Net;
using ServerlessDrives.Tests.Integration.Connecting;
using ServerlessDrives.Tests.Integration.Files;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Reliability;

/// <summary>What can't be read or may not be is refused, and nothing else is answered in its place.</summary>
[Collection(RunningApp.Name)]
public sealed class Refusals(RunningApp running)
{
    [Theory]
    [InlineData("/api/integrations?driveId=garbage", "driveId")]
    [InlineData(
        "/api/audit?actor="
            + "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
            + "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
            + "01234567890",
        "actor"
    )]
    [InlineData("/api/audit?from=yesterday", "from")]
    [InlineData("/api/connections?status=connected,failed", "status")]
    [InlineData("/api/connections?workspaceId=garbage", "workspaceId")]
    [InlineData("/api/drives?health=7", "health")]
    public async Task A_filter_that_cannot_be_read_is_refused(string path, string field)
    {
        using var ada = await running.App.SignInAsync("ada");
        (await ada.GetAsync(path, HttpStatusCode.UnprocessableEntity))["errors"]![field].ShouldNotBeNull();
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    [InlineData(0)]
    [InlineData(721)]
    public async Task A_links_life_that_is_none_is_refused(int hours)
    {
        using var mia = await running.App.SignInAsync("mia");
        var id = (await Connections.StartAsync(mia, "iamRole")).Text("id");
        var refused = await mia.PostAsync(
            $"/api/connections/{id}/callback-links",
            new { step = "trust-policy", expiresInHours = hours },
            HttpStatusCode.UnprocessableEntity);
        refused["errors"]!["expiresInHours"].ShouldNotBeNull();
    }

    [Theory]
    [InlineData("\u3164")]
    [InlineData("Claims\u202eintake")]
    [InlineData("Claims\u2028intake")]
    public async Task A_name_that_hides_something_is_refused_wherever_one_is_given(string name)
    {
        using var ada = await running.App.SignInAsync("ada");
        (await ada.PostAsync("/api/connections", Connections.StartBody("iamRole", name), HttpStatusCode.UnprocessableEntity))["errors"]!
            ["displayName"]
            .ShouldNotBeNull();
        (await ada.PostAsync("/api/workspaces", new { name }, HttpStatusCode.UnprocessableEntity))["errors"]!["name"].ShouldNotBeNull();
        (
            await ada.PostAsync(
                "/api/roles",
                new { audience = new { type = "organization" }, displayName = name },
                HttpStatusCode.UnprocessableEntity)
        )["errors"]!
            ["displayName"]
            .ShouldNotBeNull();
        var integration = await ada.PostAsync(
            "/api/integrations",
            new
            {
                kind = "downstream",
                workspaceId = "ws_claims",
                name,
            },
            HttpStatusCode.UnprocessableEntity);
        integration["errors"]!["name"].ShouldNotBeNull();
    }

    [Theory]
    [InlineData("été {0}", "e\u0301te\u0301 {0}")]
    [InlineData("a b {0}", "a  b {0}")]
    public async Task Names_that_look_alike_do_not_coexist(string one, string other)
    {
        using var mia = await running.App.SignInAsync("mia");
        var unique = Connections.Unique("");
        var first = await mia.PostAsync(
            "/api/connections",
            Connections.StartBody("iamRole", string.Format(null, one, unique)),
            HttpStatusCode.Accepted);
        var body = Connections.StartBody("iamRole", string.Format(null, other, unique));
        (await mia.PostAsync("/api/connections", body, HttpStatusCode.Conflict)).Text("code").ShouldBe("name-taken");
        await mia.SendAsync(HttpMethod.Delete, $"/api/connections/{first.Text("id")}", null, HttpStatusCode.Accepted);
        await mia.UntilAsync(first.Text("id"), "cancelled");
        await mia.PostAsync("/api/connections", body, HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task A_file_whose_name_hides_something_is_listed_with_that_made_visible()
    {
        using var mia = await running.App.SignInAsync("mia");
        var (administrator, folder) = (running.App.Administrator(), Connections.Unique("names"));
        using (var s3 = administrator.S3())
            await s3.PutObjectAsync(
                new()
                {
                    BucketName = TestDrive.Bucket,
                    Key = $"{folder}/invoice\u202efdp.exe",
                    ContentBody = "x",
                },
                TestContext.Current.CancellationToken);
        var id = (await Connections.StartAsync(mia, "accessKey")).Text("id");
        await mia.SendAsync(
            HttpMethod.Put,
            $"/api/connections/{id}/configuration",
            Connections.KeyConfiguration(administrator, folder),
            HttpStatusCode.Accepted);
        var drive = (await mia.UntilAsync(id, "connected")).Text("driveId");
        var entry = (await mia.GetAsync($"/api/drives/{drive}/files", HttpStatusCode.OK))["items"]!.AsArray().ShouldHaveSingleItem()!;
        entry.Text("path").ShouldBe("invoice\u202efdp.exe");
        entry.Text("shownAs").ShouldBe("invoice⟨U+202E⟩fdp.exe");
    }
}

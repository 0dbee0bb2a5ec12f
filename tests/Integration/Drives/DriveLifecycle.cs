using System.Net;
using System.Text.Json.Nodes;
using ServerlessDrives.Tests.Integration.Connecting;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Drives;

/// <summary>Drives after they are connected: defaults, new credentials, removal; and the roles and workspaces around them.</summary>
[Collection(RunningApp.Name)]
public sealed class DriveLifecycle(RunningApp running)
{
    private readonly EmbeddedApp _app = running.App;

    [Fact]
    public async Task A_workspaces_own_default_wins_and_the_answer_says_whose_choice_counts()
    {
        using var ada = await _app.SignInAsync("ada");
        var workspace = await NewWorkspaceAsync(ada);
        var common = await ConnectAsync(ada, null);
        var own = await ConnectAsync(ada, workspace);
        await ada.SendAsync(HttpMethod.Put, "/api/organization/default-drive", new { driveId = own }, HttpStatusCode.UnprocessableEntity);
        await ada.SendAsync(HttpMethod.Put, "/api/organization/default-drive", new { driveId = common }, HttpStatusCode.OK);
        await EffectiveAsync(ada, workspace, common, "organization");
        var chosen = await ada.SendAsync(
            HttpMethod.Put,
            $"/api/workspaces/{workspace}/default-drive",
            new { driveId = own },
            HttpStatusCode.OK);
        chosen.Text("note").ShouldContain("don't move");
        await EffectiveAsync(ada, workspace, own, "workspace");
        await ada.SendAsync(
            HttpMethod.Put,
            "/api/workspaces/ws_loans/default-drive",
            new { driveId = own },
            HttpStatusCode.UnprocessableEntity);

        (await RemoveAsync(ada, own, HttpStatusCode.Conflict)).Text("code").ShouldBe("default-drive");
        (await RemoveAsync(ada, common, HttpStatusCode.Conflict)).Text("code").ShouldBe("default-drive");
        await ada.SendAsync(HttpMethod.Delete, $"/api/workspaces/{workspace}/default-drive", null, HttpStatusCode.NoContent);
        await EffectiveAsync(ada, workspace, common, "organization");
        await RemoveAsync(ada, own, HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task A_removed_drive_leaves_its_files_no_references_and_a_free_name()
    {
        using var ada = await _app.SignInAsync("ada");
        var workspace = await NewWorkspaceAsync(ada);
        var name = Connections.Unique("to remove");
        var drive = await ConnectAsync(ada, workspace, name);
        var key = $"claims/inbox/{Connections.Unique("kept")}";
        using (var stored = await ada.PutAsync($"/api/drives/{drive}/files/{key.Split('/')[^1]}", new StringContent("kept")))
            stored.EnsureSuccessStatusCode();
        var reference = (
            await ada.PostAsync($"/api/drives/{drive}/references", new { path = key.Split('/')[^1] }, HttpStatusCode.Created)
        ).Text("id");
        var integration = (
            await ada.PostAsync(
                "/api/integrations",
                new
                {
                    kind = "downstream",
                    workspaceId = workspace,
                    driveId = drive,
                    folder = "out",
                },
                HttpStatusCode.Created)
        ).Text("id");

        (
            await ada.SendAsync(
                HttpMethod.Delete,
                $"/api/drives/{drive}",
                new { confirmation = "another name" },
                HttpStatusCode.UnprocessableEntity)
        )["errors"]!
            ["confirmation"]
            .ShouldNotBeNull();
        var held = await ada.SendAsync(HttpMethod.Delete, $"/api/drives/{drive}", new { confirmation = name }, HttpStatusCode.Conflict);
        held.Text("code").ShouldBe("drive-in-use");
        held["usedBy"]!.AsArray().Select(use => use!.Text("id")).ShouldBe([integration]);
        (await ada.SendAsync(HttpMethod.Delete, $"/api/workspaces/{workspace}", null, HttpStatusCode.Conflict))["usedBy"]!
            .AsArray()
            .Select(use => use!.Text("id"))
            .ShouldBe([drive, integration], ignoreOrder: true);

        var removed = await ada.SendAsync(
            HttpMethod.Delete,
            $"/api/drives/{drive}",
            new { confirmation = name, force = true },
            HttpStatusCode.Accepted);
        removed.Text("note").ShouldContain("Files on the bucket stay");
        (await ada.GetAsync($"/api/files/{reference}", HttpStatusCode.Gone)).Text("code").ShouldBe("drive-removed");
        await GoneAsync(ada, drive);
        await ada.GetAsync($"/api/integrations/{integration}", HttpStatusCode.NotFound);
        (await ada.GetAsync($"/api/audit?resource={integration}", HttpStatusCode.OK))["items"]!
            .AsArray()
            .Select(entry => entry!.Text("action"))
            .ShouldBe(["integration.deleted", "integration.created"]);
        (await _app.Administrator().KeysAsync("acme-documents", key)).ShouldBe([key]);

        await ConnectAsync(ada, workspace, name);
        (await ada.GetAsync($"/api/files/{reference}", HttpStatusCode.Gone)).Text("code").ShouldBe("drive-removed");
        using var mia = await _app.SignInAsync("mia");
        await mia.GetAsync($"/api/files/{reference}", HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task New_credentials_count_only_once_they_are_proven()
    {
        using var ada = await _app.SignInAsync("ada");
        var drive = await ConnectAsync(ada, await NewWorkspaceAsync(ada));
        var before = await ada.GetAsync($"/api/drives/{drive}", HttpStatusCode.OK);
        var user = _app.Administrator().DriveUser;
        var refused = await ada.SendAsync(
            HttpMethod.Patch,
            $"/api/drives/{drive}/credentials",
            new { accessKeyId = user.Id, secretAccessKey = "this/is/not/the/secret/of/anybody/1234567" },
            HttpStatusCode.UnprocessableEntity);
        refused.Text("code").ShouldBe("verification-failed");
        refused["verification"]!["checks"]!.AsArray().ShouldContain(check => check!.Text("status") == "failed");
        (await ada.GetAsync($"/api/drives/{drive}", HttpStatusCode.OK))["authentication"]!
            .ToJsonString()
            .ShouldBe(before["authentication"]!.ToJsonString());
        await ada.GetAsync($"/api/drives/{drive}/files", HttpStatusCode.OK);

        var created = await _app.Administrator().IamAsync("CreateAccessKey", ("UserName", _app.Administrator().DriveUserName));
        var fresh = (Id: Between(created, "AccessKeyId"), Secret: Between(created, "SecretAccessKey"));
        try
        {
            var replaced = await ada.SendAsync(
                HttpMethod.Patch,
                $"/api/drives/{drive}/credentials",
                new { accessKeyId = fresh.Id, secretAccessKey = fresh.Secret },
                HttpStatusCode.OK);
            replaced["authentication"]!.Text("accessKeyId").ShouldBe(fresh.Id);
            await ada.GetAsync($"/api/drives/{drive}/files", HttpStatusCode.OK);
            var trail = await ada.GetAsync($"/api/audit?resource={drive}", HttpStatusCode.OK);
            var entry = trail["items"]!.AsArray().Single(entry => entry!.Text("action") == "drive.credentials-replaced")!;
            (entry["before"]!.Text("accessKeyId"), entry["after"]!.Text("accessKeyId")).ShouldBe((user.Id, fresh.Id));
            trail.ToJsonString().ShouldNotContain(fresh.Secret);

            for (
                var until = DateTime.UtcNow.AddSeconds(60);
                EmbeddedVault.EnabledBeside(_app.DataFolder, fresh.Secret) is not [var only] || only != fresh.Secret;
                await Task.Delay(50, TestContext.Current.CancellationToken))
                DateTime.UtcNow.ShouldBeLessThan(until, "the old secret is disabled, and so is the one that was refused");
        }
        finally
        {
            await _app.Administrator()
                .IamAsync("DeleteAccessKey", ("UserName", _app.Administrator().DriveUserName), ("AccessKeyId", fresh.Id));
        }
    }

    [Fact]
    public async Task A_role_made_ahead_is_used_by_two_drives_of_its_audience_and_deleted_when_none_is_left()
    {
        using var ada = await _app.SignInAsync("ada");
        using var mia = await _app.SignInAsync("mia");
        var workspace = await NewWorkspaceAsync(ada);
        await ada.SendAsync(HttpMethod.Put, $"/api/workspaces/{workspace}/members/mia", new { role = "member" }, HttpStatusCode.OK);
        var role = await mia.PostAsync(
            "/api/roles",
            new { audience = new { type = "workspace", workspaceId = workspace } },
            HttpStatusCode.Created);
        var id = role.Text("id");
        (role.Text("status"), role.Text("externalId").Length).ShouldBe(("pending", role.Text("externalId").Length));
        role["trustPolicy"]!.ToJsonString().ShouldContain(role.Text("externalId"));
        (await mia.GetAsync($"/api/roles?workspaceId={workspace}", HttpStatusCode.OK))["items"]!
            .AsArray()
            .ShouldContain(listed => listed!.Text("id") == id);
        (await mia.GetAsync("/api/roles?workspaceId=ws_claims", HttpStatusCode.OK))["items"]!
            .AsArray()
            .ShouldNotContain(listed => listed!.Text("id") == id);
        await mia.PostAsync("/api/connections", Connections.StartBody("iamRole", roleId: id), HttpStatusCode.UnprocessableEntity);

        var administrator = _app.Administrator();
        var name = Connections.Unique("ahead");
        var arn = await administrator.CreateRoleAsync(name, role["trustPolicy"]!);
        var first = await ByRoleAsync(mia, administrator, workspace, id, name, arn, "claims/inbox", trustIsProven: false);
        var second = await ByRoleAsync(mia, administrator, workspace, id, name, null, "claims/archive", trustIsProven: true);
        var used = await mia.GetAsync($"/api/roles/{id}", HttpStatusCode.OK);
        (used.Text("status"), used.Text("roleArn")).ShouldBe(("trusted", arn));
        used["usedBy"]!.AsArray().Select(use => use!.Text("id")).ShouldBe([first, second], ignoreOrder: true);
        (await mia.SendAsync(HttpMethod.Delete, $"/api/roles/{id}", null, HttpStatusCode.Conflict))["usedBy"]!.AsArray().Count.ShouldBe(2);
        (
            await mia.SendAsync(
                HttpMethod.Patch,
                $"/api/drives/{first}/credentials",
                new { accessKeyId = "AKIAXXXXXXXXXXXXXXXX" },
                HttpStatusCode.Conflict))
            .Text("code")
            .ShouldBe("role-drive");

        foreach (var drive in new[] { first, second })
        {
            await RemoveAsync(mia, drive, HttpStatusCode.Accepted);
            await GoneAsync(mia, drive);
        }

        await mia.SendAsync(HttpMethod.Delete, $"/api/roles/{id}", null, HttpStatusCode.NoContent);
        await ada.SendAsync(HttpMethod.Delete, $"/api/workspaces/{workspace}", null, HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task The_organizations_role_tells_nobody_of_drives_that_they_may_not_see()
    {
        using var ada = await _app.SignInAsync("ada");
        using var mia = await _app.SignInAsync("mia");
        using var leo = await _app.SignInAsync("leo");
        var role = (await ada.PostAsync("/api/roles", new { audience = new { type = "organization" } }, HttpStatusCode.Created)).Text("id");
        var connection = (
            await mia.PostAsync("/api/connections", Connections.StartBody("iamRole", roleId: role), HttpStatusCode.Accepted)
        ).Text("id");
        (await mia.GetAsync($"/api/roles/{role}", HttpStatusCode.OK))["usedBy"]!
            .AsArray()
            .Select(use => use!.Text("id"))
            .ShouldBe([connection]);
        (await leo.GetAsync($"/api/roles/{role}", HttpStatusCode.OK))["usedBy"]!.AsArray().ShouldBeEmpty();
        (await ada.SendAsync(HttpMethod.Delete, $"/api/roles/{role}", null, HttpStatusCode.Conflict)).Text("code").ShouldBe("role-in-use");
    }

    [Fact]
    public async Task A_workspace_goes_only_when_it_is_empty_and_its_id_does_not_come_back()
    {
        using var ada = await _app.SignInAsync("ada");
        var workspace = await NewWorkspaceAsync(ada);
        var open = (
            await ada.PostAsync("/api/connections", Connections.StartBody("iamRole", workspace: workspace), HttpStatusCode.Accepted)
        ).Text("id");
        var left = await ada.SendAsync(HttpMethod.Delete, $"/api/workspaces/{workspace}", null, HttpStatusCode.Conflict);
        left.Text("code").ShouldBe("workspace-not-empty");
        left["usedBy"]!.AsArray().Select(use => use!.Text("id")).ShouldBe([open]);
        await ada.SendAsync(HttpMethod.Delete, $"/api/connections/{open}", null, HttpStatusCode.Accepted);
        await ada.UntilAsync(open, "cancelled");
        await ada.PostAsync("/api/roles", new { audience = new { type = "workspace", workspaceId = workspace } }, HttpStatusCode.Created);

        await ada.SendAsync(HttpMethod.Delete, $"/api/workspaces/{workspace}", null, HttpStatusCode.NoContent);
        await ada.GetAsync($"/api/workspaces/{workspace}", HttpStatusCode.NotFound);
        await ada.PostAsync("/api/connections", Connections.StartBody("iamRole", workspace: workspace), HttpStatusCode.NotFound);
        await ada.PostAsync("/api/roles", new { audience = new { type = "workspace", workspaceId = workspace } }, HttpStatusCode.NotFound);
        await ada.GetAsync($"/api/drives?workspaceId={workspace}", HttpStatusCode.NotFound);
        (await ada.PostAsync("/api/workspaces", new { name = "Again", id = workspace }, HttpStatusCode.Conflict))
            .Text("code")
            .ShouldBe("workspace-exists");
    }

    private static async Task<string> NewWorkspaceAsync(HttpClient ada) =>
        (await ada.PostAsync("/api/workspaces", new { name = "Lifecycle" }, HttpStatusCode.Created)).Text("id");

    private async Task<string> ConnectAsync(HttpClient http, string? workspace, string? name = null)
    {
        var connection = await http.PostAsync(
            "/api/connections",
            new
            {
                displayName = name ?? Connections.Unique("lifecycle"),
                audience = workspace is null ? (object)new { type = "organization" } : new { type = "workspace", workspaceId = workspace },
                authentication = new { method = "accessKey" },
                configuration = Connections.KeyConfiguration(_app.Administrator(), "claims/inbox"),
            },
            HttpStatusCode.Accepted);
        return (await http.UntilAsync(connection.Text("id"), "connected")).Text("driveId");
    }

    private static async Task<string> ByRoleAsync(
        HttpClient http,
        AwsAdministrator administrator,
        string workspace,
        string role,
        string roleName,
        string? arn,
        string path,
        bool trustIsProven)
    {
        var id = (
            await http.PostAsync(
                "/api/connections",
                Connections.StartBody("iamRole", roleId: role, workspace: workspace),
                HttpStatusCode.Accepted)
        ).Text("id");
        if (!trustIsProven)
        {
            await http.UntilAsync(id, "awaitingTrustPolicy");
            await http.PostAsync($"/api/connections/{id}/confirmations/trust-policy", null, HttpStatusCode.Accepted);
        }

        await http.UntilAsync(id, "awaitingConfiguration");
        var configuration = Connections.RoleConfiguration(arn ?? "", path);
        if (arn is null)
            configuration.Remove("roleArn");
        await http.SendAsync(HttpMethod.Put, $"/api/connections/{id}/configuration", configuration, HttpStatusCode.Accepted);
        var offered = await http.UntilAsync(id, "awaitingBucketPolicy");
        await administrator.PutRolePolicyAsync(roleName, offered["rolePolicy"]!, id);
        await http.PostAsync($"/api/connections/{id}/confirmations/bucket-policy", null, HttpStatusCode.Accepted);
        return (await http.UntilAsync(id, "connected")).Text("driveId");
    }

    private static async Task EffectiveAsync(HttpClient http, string workspace, string drive, string source)
    {
        var effective = await http.GetAsync($"/api/workspaces/{workspace}/default-drive", HttpStatusCode.OK);
        (effective.Text("driveId"), effective.Text("source")).ShouldBe((drive, source));
    }

    private static async Task<JsonNode> RemoveAsync(HttpClient http, string drive, HttpStatusCode expected) =>
        await http.SendAsync(
            HttpMethod.Delete,
            $"/api/drives/{drive}",
            new { confirmation = (await http.GetAsync($"/api/drives/{drive}", HttpStatusCode.OK)).Text("displayName") },
            expected);

    private static async Task GoneAsync(HttpClient http, string drive)
    {
        for (var until = DateTime.UtcNow.AddSeconds(60); ; await Task.Delay(100))
        {
            using var answer = await http.GetAsync(new Uri($"/api/drives/{drive}", UriKind.Relative));
            if (answer.StatusCode == HttpStatusCode.NotFound)
                return;
            DateTime.UtcNow.ShouldBeLessThan(until, "The drive did not go.");
        }
    }

    private static string Between(string xml, string element) => xml.Split($"<{element}>")[1].Split($"</{element}>")[0];
}

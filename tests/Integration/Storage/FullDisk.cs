using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ServerlessDrives.Tests.Integration.Connecting;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Storage;

/// <summary>
/// The disk of the data folder is full: what can't be stored is refused, what was answered stays, and room is all that it needs to go on.
/// </summary>
public sealed class FullDisk
{
    private static readonly TimeSpan ForGoingOn = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task What_a_full_disk_has_no_room_for_is_answered_503_and_nothing_that_was_answered_is_lost()
    {
        await using var disk = await SmallDisk.MountAsync();
        var folder = Path.Combine(disk.Folder, "data");
        var acknowledged = new List<string>();
        await using var app = await EmbeddedApp.StartAsync(dataFolder: folder, launcher: disk.Launcher);
        using (var mia = await app.SignInAsync("mia"))
        {
            using var ada = await app.SignInAsync("ada");
            for (var start = 0; start < 3; start++)
                (await StartAsync(mia, acknowledged)).ShouldBe(HttpStatusCode.Accepted);

            disk.Fill();
            var refused = new List<JsonNode>();
            for (var start = 0; start < 25; start++)
                await StartAsync(mia, acknowledged, refused);
            refused.Count.ShouldBeGreaterThan(10, "the disk is full");
            refused.ShouldAllBe(problem =>
                problem["status"]!.GetValue<int>() == 503 && problem["code"]!.GetValue<string>() == "storage-full");
            refused[0].Text("detail").ShouldContain("No space is left on the disk");
            (await StoreSecretAsync(ada)).ShouldBe(HttpStatusCode.ServiceUnavailable);

            using var anybody = app.Anonymous();
            var health = await anybody.GetAsync("/api/health", HttpStatusCode.ServiceUnavailable);
            health["dependencies"]!.Text("tables").ShouldBe("unavailable");
            health["reasons"]!.Text("tables").ShouldContain("No space is left on the disk");
            foreach (var path in acknowledged)
                await mia.GetAsync(path, HttpStatusCode.OK);

            disk.MakeRoom();
            await GoesOnAsync(anybody);
            for (var start = 0; start < 3; start++)
                (await StartAsync(mia, acknowledged)).ShouldBe(HttpStatusCode.Accepted);

            // Killed while it is full: its end has no room to save anything in.
            disk.Fill();
            for (var start = 0; start < 5; start++)
                await StartAsync(mia, acknowledged);
            await app.KillAsync();
        }

        var refusal = await EndedRun.OfAsync(["--port", "0", "--data", folder], launcher: disk.Launcher);
        refusal.ExitCode.ShouldBe(1);
        refusal.Output.Trim().ShouldStartWith($"ServerlessDrives can't start. The disk of the data folder {folder} is full:");
        refusal.Output.Trim().Split('\n').ShouldHaveSingleItem();

        disk.MakeRoom();
        await app.StartAgainAsync();
        using var again = await app.SignInAsync("mia");
        foreach (var path in acknowledged)
            await again.GetAsync(path, HttpStatusCode.OK);
        StorageRounds.Report($"a full disk: {acknowledged.Count} acknowledged, 0 lost");
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_named_with_the_reason()
    {
        await using var disk = await SmallDisk.MountAsync();
        await disk.MakeReadOnlyAsync();
        var refusal = await EndedRun.OfAsync(["--port", "0", "--data", disk.Folder], launcher: disk.Launcher);
        refusal.ExitCode.ShouldBe(1);
        refusal
            .Output.Trim()
            .ShouldStartWith($"ServerlessDrives can't start. The data folder {disk.Folder} can't be used: Read-only file system");
        refusal.Output.Trim().Split('\n').ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_timer_whose_state_cannot_be_stored_does_not_end_the_app()
    {
        var folder = Directory.CreateTempSubdirectory("serverless-drives-").FullName;
        // Where the timer that runs at every start writes its state first.
        Directory.CreateDirectory(Path.Combine(folder, "timers", "SweepUploads.json.new"));
        await using var app = await EmbeddedApp.StartAsync(dataFolder: folder);
        var until = DateTime.UtcNow + ForGoingOn;
        while (!app.Output.Contains("SweepUploads is due next could not be stored", StringComparison.Ordinal))
        {
            DateTime.UtcNow.ShouldBeLessThan(until, app.Output);
            await Task.Delay(100);
        }

        await Task.Delay(500);
        using var anybody = app.Anonymous();
        await anybody.GetAsync("/api/health", HttpStatusCode.OK);
    }

    private static async Task<HttpStatusCode> StartAsync(HttpClient http, List<string> acknowledged, List<JsonNode>? refused = null)
    {
        using var answer = await http.PostAsJsonAsync("/api/connections", Connections.StartBody("iamRole"));
        var body = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
        if (answer.StatusCode == HttpStatusCode.Accepted)
            acknowledged.Add($"/api/connections/{body.Text("id")}");
        else
            refused?.Add(body);
        return answer.StatusCode;
    }

    /// <summary>A webhook's key goes into the vault.</summary>
    private static async Task<HttpStatusCode> StoreSecretAsync(HttpClient http)
    {
        using var answer = await http.PostAsJsonAsync(
            "/api/webhooks",
            new { url = "https://example.com/hook", events = new[] { "drive.removed" } });
        return answer.StatusCode;
    }

    private static async Task GoesOnAsync(HttpClient http)
    {
        var until = DateTime.UtcNow + ForGoingOn;
        while (true)
        {
            using var answer = await http.GetAsync(new Uri("/api/health", UriKind.Relative));
            if (answer.StatusCode == HttpStatusCode.OK)
                return;
            DateTime.UtcNow.ShouldBeLessThan(until, "there is room again");
            await Task.Delay(200);
        }
    }
}

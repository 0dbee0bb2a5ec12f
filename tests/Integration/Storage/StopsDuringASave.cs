using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ServerlessDrives.Tests.Integration.Connecting;
using ServerlessDrives.Tests.Shared;
using ServerlessDrives.Tests.Shared.Azurite;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Storage;

/// <summary>
/// The app is stopped again and again while Azurite saves 30 MB of tables and while it answers: what it has answered is there at the next
/// start.
/// </summary>
public sealed class StopsDuringASave : IAsyncLifetime
{
    private static readonly int Rounds = StorageRounds.Count;
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(30);

    private readonly string _folder = Directory.CreateTempSubdirectory("serverless-drives-").FullName;

    private AzuriteFiles Files => new(Path.Combine(_folder, "azurite"));

    public async ValueTask InitializeAsync() => await LargeTable.PrepareAsync(Files.Folder);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task An_app_that_is_killed_or_told_to_end_while_its_tables_are_saved_loses_nothing_that_it_has_answered()
    {
        var acknowledged = new ConcurrentBag<string>();
        var missing = new List<string>();
        var answers = 0;
        await using var app = await EmbeddedApp.StartAsync(dataFolder: _folder);
        for (var round = 1; round <= Rounds; round++)
        {
            new FileInfo(Files.Tables).Length.ShouldBeGreaterThan(30_000_000);
            using (var mia = await app.SignInAsync("mia"))
            {
                using var stopped = new CancellationTokenSource();
                var writing = Task.WhenAll(
                    WriteAsync(
                        mia,
                        "/api/connections",
                        () => Connections.StartBody("iamRole"),
                        HttpStatusCode.Accepted,
                        acknowledged,
                        stopped.Token),
                    WriteAsync(
                        mia,
                        "/api/roles",
                        () => new { audience = new { type = "workspace", workspaceId = "ws_claims" } },
                        HttpStatusCode.Created,
                        acknowledged,
                        stopped.Token));
                for (var began = DateTime.UtcNow; acknowledged.IsEmpty && DateTime.UtcNow - began < TimeLimit; await Task.Delay(20))
                {
                    // A busy machine takes its time to the first answer.
                }

                await LargeTable.UntilItIsSavedAsync(Files);
                if (round % 2 == 1)
                    await app.KillAsync();
                else
                    (await app.StopAsync()).ShouldBe(0, app.Output);
                await stopped.CancelAsync();
                await writing;
            }

            await app.StartAgainAsync();
            using var again = await app.SignInAsync("mia");
            answers += acknowledged.Count;
            foreach (var path in acknowledged)
            {
                using var answer = await again.GetAsync(new Uri(path, UriKind.Relative));
                if (answer.StatusCode != HttpStatusCode.OK)
                    missing.Add($"{path} of round {round}: {(int)answer.StatusCode}");
            }

            acknowledged.Clear();
        }

        StorageRounds.Report($"{Rounds} rounds, {answers} acknowledged, {missing.Count} lost");
        answers.ShouldBeGreaterThan(Rounds, "every round has to acknowledge something for this to mean anything");
        missing.ShouldBeEmpty($"of {answers} acknowledged");
    }

    /// <summary>Creates one after the other until the app is gone, and notes what was answered.</summary>
    private static async Task WriteAsync(
        HttpClient http,
        string path,
        Func<object> body,
        HttpStatusCode done,
        ConcurrentBag<string> acknowledged,
        CancellationToken stopped)
    {
        while (!stopped.IsCancellationRequested)
        {
            try
            {
                using var answer = await http.PostAsJsonAsync(path, body(), stopped);
                if (answer.StatusCode == done)
                    acknowledged.Add($"{path}/{(await answer.Content.ReadFromJsonAsync<JsonNode>(stopped))!.Text("id")}");
                // Requests are under way all the time even with this pause; more of them would only take processor time from the save.
                await Task.Delay(Pause, stopped);
            }
            catch (Exception gone) when (gone is HttpRequestException or IOException or OperationCanceledException)
            {
                return;
            }
        }
    }
}

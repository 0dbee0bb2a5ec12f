using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ServerlessDrives.Tests.Integration.Connecting;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Reliability;

/// <summary>
/// Two instances of the app on one storage, one vault and one task hub, as Azure runs it when it scales out; every call could go to either.
/// </summary>
public sealed class TwoInstances(ITestOutputHelper output) : IAsyncLifetime
{
    private const string Adjusters = "33333333-3333-4333-8333-333333333333";
    private const int AtOnce = 5;

    /// <summary>Drives, each with two confirmations, ten file calls and a removal: as many as <c>INSTANCES_ROUNDS</c> says.</summary>
    private static readonly int Rounds = int.Parse(Environment.GetEnvironmentVariable("INSTANCES_ROUNDS") ?? "4");

    /// <summary>For so long another instance may go by what it has looked up.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(2);

    private readonly Dictionary<string, string?> _settings = new()
    {
        ["Durable:Provider"] = "AzureStorage",
        ["Verification:PropagationWait"] = "00:00:03",
    };

    private readonly List<HttpClient> _clients = [];
    private InProcessApp _one = null!;
    private InProcessApp _other = null!;
    private AwsAdministrator _administrator = null!;
    private HttpClient[] _ada = [];
    private HttpClient[] _leo = [];
    private HttpClient[] _gus = [];

    /// <summary>What the audit trail is to have of each connection and drive in the end, each act once.</summary>
    private readonly ConcurrentDictionary<string, string[]> _acts = new();

    private int _calls;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _one = await InProcessApp.StartAsync(_settings);
        _other = await _one.StartAnotherAsync(_settings);
        _administrator = _one.Administrator();
        (_ada, _leo, _gus) = (await OnBothAsync("ada"), await OnBothAsync("leo"), await OnBothAsync("gus"));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
            client.Dispose();
        await _other.DisposeAsync();
        await _one.DisposeAsync();
    }

    [Fact]
    public async Task Every_effect_comes_once_and_nobody_reads_on_after_a_removal()
    {
        var began = Stopwatch.GetTimestamp();
        var drives = new ConcurrentBag<ConnectedDrive>();
        await InParallelAsync(async round => drives.Add(await ConnectAsync(round)));
        drives.Select(drive => drive.Id).Distinct().Count().ShouldBe(Rounds);
        output.WriteLine($"{Rounds} drives, {2 * Rounds} confirmations at both: {Stopwatch.GetElapsedTime(began).TotalSeconds:F0} s");

        began = Stopwatch.GetTimestamp();
        var all = drives.ToArray();
        await InParallelAsync(async round => await UseAsync(all[round]));
        output.WriteLine($"{_calls} file calls: {Stopwatch.GetElapsedTime(began).TotalSeconds:F0} s");

        began = Stopwatch.GetTimestamp();
        await InParallelAsync(async round => await RemoveAsync(all[round], round));
        output.WriteLine($"{Rounds} removals: {Stopwatch.GetElapsedTime(began).TotalSeconds:F0} s");
        foreach (var (resource, acts) in _acts)
            (await ActionsAsync(resource)).ShouldBe(acts, resource);
    }

    /// <summary>Connects a drive by role in a workspace of its own; each act is asked of both instances at once.</summary>
    private async Task<ConnectedDrive> ConnectAsync(int round)
    {
        var workspace = await OnceAsync("/api/workspaces", new { name = Connections.Unique("both") });
        await Ada(round).SendAsync(HttpMethod.Put, $"/api/workspaces/{workspace}/members/leo", new { role = "member" }, HttpStatusCode.OK);
        await Ada(round).SendAsync(
            HttpMethod.Put,
            $"/api/workspaces/{workspace}/groups/{Adjusters}",
            new { role = "member" },
            HttpStatusCode.OK);
        var id = await OnceAsync("/api/connections", Connections.StartBody("iamRole", workspace: workspace));
        var connection = await Ada(round).UntilAsync(id, "awaitingTrustPolicy");
        var (role, path) = (Connections.Unique("role"), Connections.Unique("both"));
        var arn = await _administrator.CreateRoleAsync(role, connection["trustPolicy"]!);
        await ConfirmAsync(id, "trust-policy");
        await Ada(round + 1).UntilAsync(id, "awaitingConfiguration");
        await Ada(round).SendAsync(
            HttpMethod.Put,
            $"/api/connections/{id}/configuration",
            Connections.RoleConfiguration(arn, path),
            HttpStatusCode.Accepted);
        var offered = await Ada(round + 1).UntilAsync(id, "awaitingBucketPolicy");
        await _administrator.PutRolePolicyAsync(role, offered["rolePolicy"]!);
        await ConfirmAsync(id, "bucket-policy");
        var connected = await Ada(round).UntilAsync(id, "connected");
        connected["attempt"]!.GetValue<int>().ShouldBe(1);
        var drive = connected.Text("driveId");
        _acts[id] = ["connection.started", "connection.confirmed", "connection.configured", "connection.confirmed", "connection.connected"];
        _acts[drive] = ["drive.connected"];
        return new(drive, connected.Text("displayName"), workspace);
    }

    /// <summary>The same request, with one key, to both instances: both answer the same, or one says that it is being answered.</summary>
    private async Task<string> OnceAsync(string path, object body)
    {
        var key = Guid.NewGuid().ToString("N");
        while (true)
        {
            var answers = await Task.WhenAll(_ada.Select(ada => PostAsync(ada, path, body, key)));
            var made = answers.Where(answer => answer.Status is HttpStatusCode.Created or HttpStatusCode.Accepted).ToList();
            answers.Except(made).ShouldAllBe(answer => answer.Body.Text("code") == "in-progress");
            if (made.Count == answers.Length)
            {
                made.Select(answer => answer.Body.ToJsonString()).Distinct().Count().ShouldBe(1);
                return made[0].Body.Text("id");
            }

            await Task.Delay(100, Cancellation);
        }
    }

    /// <summary>Both instances are told at once; one of them may find that the step is over.</summary>
    private async Task ConfirmAsync(string connection, string step)
    {
        var answers = await Task.WhenAll(
            _ada.Select(ada => PostAsync(ada, $"/api/connections/{connection}/confirmations/{step}", body: null, key: null)));
        answers.ShouldContain(answer => answer.Status == HttpStatusCode.Accepted);
        answers
            .Where(answer => answer.Status != HttpStatusCode.Accepted)
            .ShouldAllBe(answer => answer.Body.Text("code") == "step-not-open");
    }

    /// <summary>What one instance has stored, the other reads; of two who make the same file, one does.</summary>
    private async Task UseAsync(ConnectedDrive drive)
    {
        for (var file = 0; file < 3; file++)
        {
            var url = $"/api/drives/{drive.Id}/files/both-{file}.txt";
            var stored = await Task.WhenAll(PutAsync(_leo[0], url, "one"), PutAsync(_gus[1], url, "other"));
            stored.Count(status => status == HttpStatusCode.Created).ShouldBe(1, string.Join(", ", stored));
            stored.ShouldBeSubsetOf([HttpStatusCode.Created, HttpStatusCode.PreconditionFailed, HttpStatusCode.Conflict]);
            var expected = stored[0] is HttpStatusCode.Created ? "one" : "other";
            if (file == 0)
                continue;
            (await Task.WhenAll(TextAsync(_gus[0], url), TextAsync(_leo[1], url))).ShouldBe([expected, expected]);
        }

        async Task<HttpStatusCode> PutAsync(HttpClient http, string url, string content)
        {
            Interlocked.Increment(ref _calls);
            using var request = new HttpRequestMessage(HttpMethod.Put, url) { Content = new StringContent(content) };
            request.Headers.IfNoneMatch.Add(EntityTagHeaderValue.Any);
            using var answer = await http.SendAsync(request, Cancellation);
            return answer.StatusCode;
        }

        Task<string> TextAsync(HttpClient http, string url)
        {
            Interlocked.Increment(ref _calls);
            return http.GetStringAsync(new Uri(url, UriKind.Relative), Cancellation);
        }
    }

    /// <summary>
    /// Takes out a member, a group or the drive at one instance, while somebody reads at both. Whatever is asked of that instance
    /// afterwards is refused, and of the other one when the bound is over.
    /// </summary>
    private async Task RemoveAsync(ConnectedDrive drive, int round)
    {
        var reader = round % 3 == 1 ? _gus : _leo;
        var removed = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        var reads = reader
            .Select((http, instance) => ReadUntilRefusedAsync(http, drive, removed.Task, instance == round % 2 ? TimeSpan.Zero : Bound))
            .ToList();
        var (path, body, status) = (round % 3) switch
        {
            0 => ($"/api/workspaces/{drive.Workspace}/members/leo", null, HttpStatusCode.NoContent),
            1 => ($"/api/workspaces/{drive.Workspace}/groups/{Adjusters}", null, HttpStatusCode.NoContent),
            _ => ($"/api/drives/{drive.Id}", (object?)new { confirmation = drive.Name }, HttpStatusCode.Accepted),
        };
        await Ada(round).SendAsync(HttpMethod.Delete, path, body, status);
        removed.SetResult(Stopwatch.GetTimestamp());
        await Task.WhenAll(reads);
        if (round % 3 != 2)
            return;
        for (var until = DateTime.UtcNow.AddSeconds(90); ; await Task.Delay(100, Cancellation))
        {
            using var answer = await Ada(round + 1).GetAsync(new Uri($"/api/drives/{drive.Id}", UriKind.Relative), Cancellation);
            if (answer.StatusCode is HttpStatusCode.NotFound)
                break;
            DateTime.UtcNow.ShouldBeLessThan(until, $"{answer.StatusCode}");
        }

        _acts[drive.Id] = ["drive.connected", "drive.removed"];
    }

    private static async Task ReadUntilRefusedAsync(HttpClient http, ConnectedDrive drive, Task<long> removed, TimeSpan bound)
    {
        while (true)
        {
            var sent = Stopwatch.GetTimestamp();
            var isOver = removed.IsCompletedSuccessfully && Stopwatch.GetElapsedTime(removed.Result, sent) >= bound;
            using var answer = await http.GetAsync(new Uri($"/api/drives/{drive.Id}/files/both-0.txt", UriKind.Relative), Cancellation);
            if (answer.StatusCode is not HttpStatusCode.OK)
                answer.StatusCode.ShouldBeOneOf(HttpStatusCode.NotFound, HttpStatusCode.Gone, HttpStatusCode.Conflict);
            if (!isOver)
            {
                await Task.Delay(50, Cancellation);
                continue;
            }

            answer.StatusCode.ShouldNotBe(HttpStatusCode.OK, $"asked {Stopwatch.GetElapsedTime(removed.Result, sent)} after the removal");
            return;
        }
    }

    /// <summary>What was done to a resource, the oldest first, as both instances tell.</summary>
    private async Task<string[]> ActionsAsync(string resource)
    {
        var told = await Task.WhenAll(_ada.Select(ada => ada.GetAsync($"/api/audit?resource={resource}", HttpStatusCode.OK)));
        told[0].ToJsonString().ShouldBe(told[1].ToJsonString());
        return [.. told[0]["items"]!.AsArray().Select(entry => entry!.Text("action")).Reverse()];
    }

    private static async Task<(HttpStatusCode Status, JsonNode Body)> PostAsync(HttpClient http, string path, object? body, string? key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        if (body is not null)
            request.Content = JsonContent.Create(body);
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        using var answer = await http.SendAsync(request, Cancellation);
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancellation))!);
    }

    private HttpClient Ada(int round) => _ada[round % 2];

    private static Task InParallelAsync(Func<int, Task> act) =>
        Parallel.ForEachAsync(
            Enumerable.Range(0, Rounds),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = Cancellation },
            async (round, _) => await act(round));

    private async Task<HttpClient[]> OnBothAsync(string user)
    {
        var first = await _one.SignInAsync(user);
        var second = _other.Anonymous();
        second.DefaultRequestHeaders.Authorization = first.DefaultRequestHeaders.Authorization;
        _clients.AddRange([first, second]);
        return [first, second];
    }

    private sealed record ConnectedDrive(string Id, string Name, string Workspace);
}

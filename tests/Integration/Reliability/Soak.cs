using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Reliability;

/// <summary>
/// The app in use while everything happens to it, for as long as one likes: <c>tests/soak</c>. What it acknowledged is there in the end,
/// once, and nothing else is.
/// </summary>
public sealed class Soak
{
    private const string Bucket = "acme-documents";

    private readonly ConcurrentBag<Creation> _acknowledged = [];
    private readonly ConcurrentBag<Creation> _forgotten = [];
    private readonly ConcurrentDictionary<string, string> _files = new();
    private readonly Random _random = new(Environment.TickCount);
    private EmbeddedApp _app = null!;
    private string _webhook = "";
    private string _drive = "";
    private int _disconnects;

    [Fact(Explicit = true)]
    public async Task Whatever_happens_to_it_nothing_is_lost_done_twice_or_left_behind()
    {
        var minutes = double.Parse(Environment.GetEnvironmentVariable("SOAK_MINUTES") ?? "30", CultureInfo.InvariantCulture);
        await using var app = _app = await EmbeddedApp.StartAsync(new()
        {
            ["ServerlessDrives__Webhooks__AllowPrivateTargets"] = "true",
            ["ServerlessDrives__Connection__RecoverAfter"] = "00:00:02",
            ["ServerlessDrives__Secrets__SettleAfter"] = "00:00:10",
            // Some thousand drives in the end, on one machine.
            ["ServerlessDrives__Health__Every"] = "00:01:00",
            ["Verification__PropagationWait"] = "00:00:01",
        });
        using (var ada = await app.SignInAsync("ada"))
            (_webhook, _drive) = await RepeatedRequests.WatchedDriveAsync(ada, app.Administrator());

        var havoc = new Havoc(app, Environment.GetEnvironmentVariable("SOAK_SMALL_DISK") == "yes", _random);
        using var over = new CancellationTokenSource(TimeSpan.FromMinutes(minutes));
        var users = Enumerable
            .Range(0, 3)
            .Select(_ => Task.Run(() => UseAsync(over.Token)))
            .Append(Task.Run(() => WriteFilesAsync(over.Token)))
            .ToList();
        while (!over.IsCancellationRequested)
        {
            await Task.Delay(_random.Next(2_000, 12_000));
            await havoc.StrikeAsync();
        }

        await Task.WhenAll(users);
        await app.KillAsync();
        await app.StartAgainAsync();
        using var admin = await app.SignInAsync("ada");
        var lost = await LostAsync(admin);
        Console.WriteLine($"{_acknowledged.Count + _files.Count} acknowledged writes, {lost.Count} lost; now what is left behind");
        await Invariants.EverySecretHasAnOwnerAsync(app, admin, TimeSpan.FromMinutes(4));
        var left = await LeftoversAsync(admin);
        Console.WriteLine(
            $"{minutes:0.#} min: {havoc.Kills + 1} kills, {_disconnects} disconnects, {havoc.Faults} faults, {havoc.FullDisks} full " +
            $"disks, {havoc.StorageDeaths} deaths of Azurite; "
            + $"{_acknowledged.Count + _files.Count} acknowledged writes, {lost.Count} lost, {left.Count} leftovers");
        lost.ShouldBeEmpty();
        left.ShouldBeEmpty();
        havoc.EachHappened.ShouldBeTrue("A soak in which one of these never happened shows nothing of it.");
    }

    /// <summary>Creates things, and now and then goes away before the answer: some come back and ask again, some never do.</summary>
    private async Task UseAsync(CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            var (kind, leaves, returns) = (
                ThingsToCreate.Kinds[_random.Next(ThingsToCreate.Kinds.Length)],
                _random.Next(2) == 0,
                _random.Next(4) > 0);
            var creation = ThingsToCreate.Of(kind, _app.Administrator(), _webhook, _drive);
            if (leaves)
            {
                using var gone = await SignInAsync();
                await creation.SendAndLeaveAsync(_app.Address, gone, TimeSpan.FromMilliseconds(_random.Next(2, 90)));
                Interlocked.Increment(ref _disconnects);
            }

            if (leaves && !returns)
                _forgotten.Add(creation);
            else if (await InsistAsync(http => creation.RepeatAsync(http)) is not null)
                _acknowledged.Add(creation);
            // All of it is looked at and removed in the end, which takes its time.
            await Task.Delay(_random.Next(500, 2_000), CancellationToken.None);
        }
    }

    /// <summary>Writes files, small ones and such of several parts; of the latter some are broken off.</summary>
    private async Task WriteFilesAsync(CancellationToken over)
    {
        for (var n = 0; !over.IsCancellationRequested; n++)
        {
            // Now and then a file is large enough for several parts; the files of half an hour fit on the small disk.
            var content = RandomNumberGenerator.GetBytes(n % 500 == 0 ? 12 * 1024 * 1024 : 4 * 1024);
            var name = $"soak-{n}";
            await InsistAsync(async http =>
            {
                using var answer = await http.PutAsync($"/api/drives/{_drive}/files/{name}", new ByteArrayContent(content));
                if (!answer.IsSuccessStatusCode)
                    throw new HttpRequestException($"{(int)answer.StatusCode}");
                _files[name] = Convert.ToHexString(SHA256.HashData(content));
                return new JsonObject();
            });
            await Task.Delay(100, CancellationToken.None);
        }
    }

    /// <summary>Asks until there is an answer: the app may be down, or its port another.</summary>
    private async Task<JsonNode?> InsistAsync(Func<HttpClient, Task<JsonNode>> ask)
    {
        for (var until = DateTime.UtcNow.AddMinutes(3); ;)
        {
            try
            {
                using var http = await SignInAsync();
                return await ask(http);
            }
            catch (Exception later) when (later is HttpRequestException or IOException or TaskCanceledException && DateTime.UtcNow < until)
            {
                await Task.Delay(300);
            }
        }
    }

    private async Task<HttpClient> SignInAsync()
    {
        for (var until = DateTime.UtcNow.AddMinutes(3); ;)
        {
            try
            {
                return await _app.SignInAsync("ada");
            }
            catch (Exception later) when (later is HttpRequestException or IOException or TaskCanceledException && DateTime.UtcNow < until)
            {
                await Task.Delay(300);
            }
        }
    }

    private async Task<IReadOnlyList<string>> LostAsync(HttpClient admin)
    {
        var (there, lost) = (await ThingsToCreate.ThereAsync(admin), new List<string>());
        lost.AddRange(
            _acknowledged
                .Where(made => there[made.ListedAs].Count() != 1)
                .Select(made => $"{made.ListedAs}: {there[made.ListedAs].Count()} times"));
        lost.AddRange(
            _forgotten
                .Where(made => there[made.ListedAs].Count() > 1)
                .Select(made => $"{made.ListedAs}: {there[made.ListedAs].Count()} times"));
        lost.AddRange(
            _forgotten
                .Where(made => made.Kind == "connection-with-key")
                .SelectMany(made => there[made.ListedAs])
                .Where(made => made["configuration"] is null)
                .Select(made => $"half made: {made.Text("id")}"));
        foreach (var (name, digest) in _files)
        {
            using var answer = await admin.GetAsync($"/api/drives/{_drive}/files/{name}");
            if (!answer.IsSuccessStatusCode || Convert.ToHexString(SHA256.HashData(await answer.Content.ReadAsByteArrayAsync())) != digest)
                lost.Add($"{name}: {(int)answer.StatusCode}");
        }

        return lost;
    }

    /// <summary>What is still of ours in the bucket when all drives are gone: uploads, and whatever lies in our folder.</summary>
    private async Task<IReadOnlyList<string>> LeftoversAsync(HttpClient admin)
    {
        foreach (var integration in await Invariants.AllAsync(admin, "integrations"))
            await admin.SendAsync(HttpMethod.Delete, $"/api/integrations/{integration.Text("id")}", null, HttpStatusCode.NoContent);
        foreach (var drive in await Invariants.AllAsync(admin, "drives"))
            await admin.SendAsync(
                HttpMethod.Delete,
                $"/api/drives/{drive.Text("id")}",
                new { confirmation = drive.Text("displayName"), force = true },
                HttpStatusCode.Accepted);
        for (var until = DateTime.UtcNow.AddMinutes(3); (await Invariants.AllAsync(admin, "drives")).Count > 0 && DateTime.UtcNow < until;)
            await Task.Delay(500);
        var keys = await _app.Administrator().KeysAsync(Bucket, "");
        return
        [
            .. keys.Where(key =>
                key.StartsWith("upload:", StringComparison.Ordinal) || key.Contains(".serverless-drives/", StringComparison.Ordinal)),
        ];
    }
}

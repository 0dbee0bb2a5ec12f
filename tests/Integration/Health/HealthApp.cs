using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using ServerlessDrives.Access;
using ServerlessDrives.Drives;
using ServerlessDrives.Events;
using ServerlessDrives.Events.Webhooks;
using ServerlessDrives.Health;
using ServerlessDrives.Tests.Integration.Connecting;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Health;

/// <summary>An app whose sweeps and sendings are made by hand, at times that the test chooses.</summary>
public sealed class HealthApp : IAsyncLifetime
{
    public static readonly TimeSpan Every = TimeSpan.FromMinutes(5);

    public InProcessApp App { get; private set; } = null!;

    public MovableClock Clock { get; } = new();

    public CountingProbe Probe { get; private set; } = null!;

    /// <summary>Ends runs before anybody else is told what came of them.</summary>
    public RunsThatEnd Ending { get; } = new();

    private SweepDrives _sweep = null!;
    private SendDueEvents _sending = null!;

    public async ValueTask InitializeAsync()
    {
        App = await InProcessApp.StartAsync(
            new()
            {
                ["ServerlessDrives:Webhooks:AllowPrivateTargets"] = "true",
                ["Verification:PropagationWait"] = "00:00:00",
                ["ServerlessDrives:Integrations:PollEvery"] = "00:00:01",
            },
            byHand: [typeof(SweepDrives), typeof(SendDueEvents)],
            replace: services =>
            {
                services.AddSingleton<IEvents>(provider => ActivatorUtilities.CreateInstance<WebhookFanout>(provider, Clock));
                services.Insert(0, ServiceDescriptor.Singleton<IDriveEventHandler>(Ending));
            });
        Probe = new(App.Services.GetRequiredService<IHealthProbe>());
        var checkup = ActivatorUtilities.CreateInstance<DriveCheckup>(App.Services, Clock, Probe);
        _sweep = ActivatorUtilities.CreateInstance<SweepDrives>(App.Services, checkup, Clock, NullLogger<SweepDrives>.Instance);
        var sender = new WebhookSender(
            App.Services.GetRequiredService<IHttpClientFactory>().CreateClient(WebhookSender.ClientName),
            App.Services.GetRequiredService<ISecrets>(),
            App.Services.GetRequiredService<EventOptions>(),
            Clock);
        _sending = ActivatorUtilities.CreateInstance<SendDueEvents>(App.Services, sender, Clock, NullLogger<SendDueEvents>.Instance);
    }

    public ValueTask DisposeAsync() => App.DisposeAsync();

    /// <summary>What the timer and its orchestrations do, once.</summary>
    /// <returns>How many looks were made.</returns>
    public async Task<int> SweepOnceAsync()
    {
        var before = Probe.Looks;
        var due = (await _sweep.DueShardsAsync(TestContext.Current.CancellationToken)).Select(shard => new ShardTurn(shard, null));
        for (var turn = new SweepTurn([.. due]); turn is not null;)
            turn = await _sweep.CheckDueDrives(turn, TestContext.Current.CancellationToken);
        return Probe.Looks - before;
    }

    /// <summary>A whole round: each drive is looked at once.</summary>
    public async Task RoundAsync()
    {
        var end = Clock.GetUtcNow() + Every;
        while (Clock.GetUtcNow() < end)
        {
            Clock.Advance(TimeSpan.FromSeconds(15));
            await SweepOnceAsync();
        }
    }

    /// <summary>
    /// Whether one pass can't look at all of these: two of one shard have their turns further apart, either way around, than the half
    /// minute that a pass goes.
    /// </summary>
    public bool TakesMoreThanOnePass(IEnumerable<string> drives)
    {
        var pass = HealthSchedule.Places * (TimeSpan.FromSeconds(30) / Every);
        return drives
            .Select(DriveId.Of)
            .GroupBy(
                drive => HealthSchedule.ShardOf(drive, App.Services.GetRequiredService<IHealthSchedules>().Shards),
                HealthSchedule.PlaceOf
            )
            .Any(shard =>
                shard.Any(one => shard.Any(other => Math.Abs(one - other) > pass && Math.Abs(one - other) < HealthSchedule.Places - pass)));
    }

    public Task SendAsync() => _sending.RunAsync(new(), TestContext.Current.CancellationToken);

    /// <summary>An IAM user of its own, who may do everything in the bucket.</summary>
    public async Task<(string User, string Id, string Secret)> CreateUserAsync()
    {
        var (administrator, user) = (App.Administrator(), Connections.Unique("user"));
        var (id, secret) = await administrator.CreateUserWithKeyAsync(user, PolicyOf("s3:*"));
        return (user, id, secret);
    }

    public Task GrantAsync(string user, params string[] actions) =>
        App.Administrator().PutUserPolicyAsync(user, "drive", PolicyOf(actions));

    private static JsonObject PolicyOf(params string[] actions) =>
        new()
        {
            ["Version"] = "2012-10-17",
            ["Statement"] = new JsonArray(
                new JsonObject
                {
                    ["Effect"] = "Allow",
                    ["Action"] = new JsonArray([.. actions.Select(action => JsonValue.Create(action))]),
                    ["Resource"] = "*",
                }),
        };

    public async Task<string> ConnectAsync(HttpClient http, string id, string secret)
    {
        var connection = await Connections.StartAsync(http, "accessKey");
        var configuration = Connections.KeyConfiguration(App.Administrator(), Connections.Unique("path"));
        (configuration["accessKeyId"], configuration["secretAccessKey"]) = (id, secret);
        await http.SendAsync(
            HttpMethod.Put,
            $"/api/connections/{connection.Text("id")}/configuration",
            configuration,
            HttpStatusCode.Accepted);
        return (await http.UntilAsync(connection.Text("id"), "connected")).Text("driveId");
    }

    /// <summary>A drive of the person's organization as it is stored.</summary>
    public async Task<Drive> StoredAsync(HttpClient http, string drive)
    {
        var organization = OrganizationId.Of((await http.GetAsync("/api/me", HttpStatusCode.OK))["organization"]!.Text("id"));
        return (
            await App
                .Services.GetRequiredService<IDrives>()
                .FindAsync(organization, DriveId.Of(drive), TestContext.Current.CancellationToken))
            .ShouldNotBeNull()
            .Value;
    }

    public static async Task<JsonNode> HealthOfAsync(HttpClient http, string drive) =>
        (await http.GetAsync($"/api/drives/{drive}", HttpStatusCode.OK))["health"]!;
}

/// <summary>The real probe, with its looks counted.</summary>
public sealed class CountingProbe(IHealthProbe probe) : IHealthProbe
{
    private int _looks;

    public int Looks => _looks;

    public Task<HealthOutcome> LookAsync(LookTarget target, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _looks);
        return probe.LookAsync(target, cancellation);
    }

    public Task<HealthOutcome> WriteAsync(Drive drive, CancellationToken cancellation) => probe.WriteAsync(drive, cancellation);
}

/// <summary>Is told of verifications before any other handler, and ends the run when asked to, as a crash would.</summary>
public sealed class RunsThatEnd : IDriveEventHandler
{
    private int _left;

    public void Next(int runs) => Volatile.Write(ref _left, runs);

    public Task ConnectedAsync(Drive drive, CancellationToken cancellation) => Task.CompletedTask;

    public Task VerifiedAsync(Drive drive, CancellationToken cancellation) => Interlocked.Decrement(ref _left) >= 0
        ? throw new InvalidOperationException("The run ends here.")
        : Task.CompletedTask;

    public Task RemovedAsync(Drive drive, UserId by, CancellationToken cancellation) => Task.CompletedTask;
}

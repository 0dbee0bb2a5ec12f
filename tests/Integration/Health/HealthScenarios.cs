using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Azure.Data.Tables;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using ServerlessDrives.Access;
using ServerlessDrives.Drives;
using ServerlessDrives.Health;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Health;

/// <summary>What becomes of drives while nobody looks but the timer.</summary>
public sealed class HealthScenarios(HealthApp health) : IClassFixture<HealthApp>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_probes_that_were_killed_left_in_the_bucket_is_removed_by_the_next_one_and_at_the_latest_with_the_drive()
    {
        using var ada = await health.App.SignInAsync("ada");
        var (_, id, secret) = await health.CreateUserAsync();
        var drive = await health.ConnectAsync(ada, id, secret);
        var (administrator, path) = (
            health.App.Administrator(),
            (await ada.GetAsync($"/api/drives/{drive}", HttpStatusCode.OK)).Text("path"));
        var folder = $"{path}/.serverless-drives/";
        Task<List<string>> LeftAsync() => administrator.KeysAsync("acme-documents", folder);
        async Task LeaveAsync(params string[] names)
        {
            using var s3 = administrator.S3();
            foreach (var left in names)
                await s3.PutObjectAsync(new() { BucketName = "acme-documents", Key = folder + left, ContentBody = "left" }, Cancellation);
            await s3.InitiateMultipartUploadAsync("acme-documents", $"{folder}verification-1-parts", Cancellation);
        }

        await LeaveAsync("health-deadbeef", $"health-{drive}", "verification-ver_1", "others");
        // Writing is tried once a day; what was left an hour ago at least is nobody's any more.
        health.Clock.Advance(TimeSpan.FromHours(25));
        await health.RoundAsync();
        (await HealthApp.HealthOfAsync(ada, drive)).Text("status").ShouldBe("healthy");
        (await LeftAsync()).ShouldBe([$"{folder}others"]);

        await LeaveAsync("health-deadbeef");
        var name = (await ada.GetAsync($"/api/drives/{drive}", HttpStatusCode.OK)).Text("displayName");
        await ada.SendAsync(HttpMethod.Delete, $"/api/drives/{drive}", new { confirmation = name, force = false }, HttpStatusCode.Accepted);
        for (var until = DateTime.UtcNow.AddSeconds(60); (await LeftAsync()).Count > 1; await Task.Delay(200, Cancellation))
            DateTime.UtcNow.ShouldBeLessThan(until);
        (await LeftAsync()).ShouldBe([$"{folder}others"]);
    }

    [Fact]
    public async Task A_drive_whose_key_stops_working_is_unreachable_after_three_looks_and_well_after_one()
    {
        using var ada = await health.App.SignInAsync("ada");
        using var receiver = new EventReceiver();
        var webhook = await ada.PostAsync(
            "/api/webhooks",
            new { url = receiver.Url, events = new[] { "drive.health-changed" } },
            HttpStatusCode.Created);
        var (user, id, secret) = await health.CreateUserAsync();
        var drive = await health.ConnectAsync(ada, id, secret);
        await health.RoundAsync();
        (await HealthApp.HealthOfAsync(ada, drive)).Text("status").ShouldBe("healthy");

        await health.App.Administrator().IamAsync("UpdateAccessKey", ("UserName", user), ("AccessKeyId", id), ("Status", "Inactive"));
        for (var look = 1; look <= 2; look++)
        {
            await health.RoundAsync();
            (await HealthApp.HealthOfAsync(ada, drive)).Text("status").ShouldBe("healthy", $"after {look} refusals");
        }

        await health.RoundAsync();
        var down = await HealthApp.HealthOfAsync(ada, drive);
        down.Text("status").ShouldBe("unreachable");
        down.Text("problem").ShouldContain("access key", Case.Insensitive);
        await health.RoundAsync();
        (await HealthApp.HealthOfAsync(ada, drive)).ToJsonString().ShouldContain(down.Text("since"));

        var entry = (await ada.GetAsync($"/api/audit?resource={drive}", HttpStatusCode.OK))["items"]!
            .AsArray()
            .First(entry => entry!.Text("action") == "drive.health-changed")!;
        entry["actor"]!.Text("kind").ShouldBe("system");
        entry["before"]!.Text("status").ShouldBe("healthy");
        entry["after"]!.Text("status").ShouldBe("unreachable");
        entry["after"]!.Text("problem").ShouldBe(down.Text("problem"));

        await health.App.Administrator().IamAsync("UpdateAccessKey", ("UserName", user), ("AccessKeyId", id), ("Status", "Active"));
        await health.RoundAsync();
        (await HealthApp.HealthOfAsync(ada, drive)).Text("status").ShouldBe("healthy");

        await health.SendAsync();
        var told = receiver.Received.Where(received => received.Json["subject"]!.GetValue<string>() == drive).ToList();
        told.Select(received => received.Json["data"]!.Text("after")).ShouldBe(["unreachable", "healthy"], ignoreOrder: true);
        told.ShouldAllBe(received => received.IsSignedWith(webhook.Text("signingSecret")) && received.Json.Text("specversion") == "1.0");
        var history = (
            await ada.GetAsync($"/api/drives/{drive}/health?from=2000-01-01T00:00:00Z&to=2100-01-01T00:00:00Z", HttpStatusCode.OK)
        )["history"]!.AsArray();
        history.Select(change => change!.Text("status")).ShouldBe(["healthy", "unreachable", "healthy"]);
        history[1]!.Text("problem").ShouldBe(down.Text("problem"));
    }

    [Fact]
    public async Task A_verification_whose_run_ended_before_its_handlers_were_told_is_still_in_the_history()
    {
        using var ada = await health.App.SignInAsync("ada");
        var (user, id, secret) = await health.CreateUserAsync();
        var drive = await health.ConnectAsync(ada, id, secret);
        await health.App.Administrator().IamAsync("UpdateAccessKey", ("UserName", user), ("AccessKeyId", id), ("Status", "Inactive"));

        health.Ending.Next(runs: 2);
        await ada.PostAsync($"/api/drives/{drive}/verifications", null, HttpStatusCode.Accepted);
        var history = new JsonArray();
        for (var until = DateTime.UtcNow.AddSeconds(60); history.Count < 2 && DateTime.UtcNow < until; await Task.Delay(200, Cancellation))
            history = (
                await ada.GetAsync($"/api/drives/{drive}/health?from=2000-01-01T00:00:00Z&to=2100-01-01T00:00:00Z", HttpStatusCode.OK)
            )["history"]!.AsArray();
        history.Select(change => change!.Text("status")).ShouldBe(["healthy", "unreachable"]);
    }

    [Fact]
    public async Task A_drive_that_an_earlier_version_enrolled_is_looked_at_like_any_other()
    {
        using var ada = await health.App.SignInAsync("ada");
        var (user, id, secret) = await health.CreateUserAsync();
        var drive = DriveId.Of(await health.ConnectAsync(ada, id, secret));
        await health.RoundAsync();
        var table = health.App.Services.GetRequiredService<TableServiceClient>().GetTableClient("HealthRounds");
        var shard = $"shard-{HealthSchedule.ShardOf(drive, health.App.Services.GetRequiredService<IHealthSchedules>().Shards):D2}";
        var row = (await table.GetEntityAsync<TableEntity>(shard, HealthSchedule.KeyOf(drive), cancellationToken: Cancellation)).Value;
        row.Remove("Brief").ShouldBeTrue();
        await table.UpdateEntityAsync(row, row.ETag, TableUpdateMode.Replace, Cancellation);

        await health.App.Administrator().IamAsync("UpdateAccessKey", ("UserName", user), ("AccessKeyId", id), ("Status", "Inactive"));
        for (var look = 0; look < HealthMemory.TimeLimit; look++)
            await health.RoundAsync();
        (await HealthApp.HealthOfAsync(ada, drive.Value)).Text("status").ShouldBe("unreachable");
        (await table.GetEntityAsync<TableEntity>(shard, HealthSchedule.KeyOf(drive), cancellationToken: Cancellation))
            .Value.ContainsKey("Brief")
            .ShouldBeTrue();
    }

    [Fact]
    public async Task Throttling_degrades_a_drive_and_never_takes_it_down()
    {
        using var ada = await health.App.SignInAsync("ada");
        var (_, id, secret) = await health.CreateUserAsync();
        var drive = await health.ConnectAsync(ada, id, secret);
        await health.RoundAsync();
        await ada.PostAsync("/embedded/faults", new { throttle = true }, HttpStatusCode.NoContent);
        try
        {
            for (var look = 0; look < 4; look++)
            {
                await health.RoundAsync();
                (await HealthApp.HealthOfAsync(ada, drive)).Text("status").ShouldBe("degraded");
            }
        }
        finally
        {
            await ada.SendAsync(HttpMethod.Delete, "/embedded/faults", null, HttpStatusCode.NoContent);
        }

        await health.RoundAsync();
        (await HealthApp.HealthOfAsync(ada, drive)).Text("status").ShouldBe("healthy");
    }

    [Fact]
    public async Task A_drive_that_can_be_read_but_not_written_is_degraded_within_a_day_and_well_at_the_next_look_after_the_repair()
    {
        using var ada = await health.App.SignInAsync("ada");
        var (user, id, secret) = await health.CreateUserAsync();
        var drive = await health.ConnectAsync(ada, id, secret);
        await health.RoundAsync();
        await health.GrantAsync(user, "s3:ListBucket", "s3:GetObject");
        await health.RoundAsync();
        (await HealthApp.HealthOfAsync(ada, drive)).Text("status").ShouldBe("healthy");

        health.Clock.Advance(TimeSpan.FromDays(1));
        await health.RoundAsync();
        var degraded = await HealthApp.HealthOfAsync(ada, drive);
        degraded.Text("status").ShouldBe("degraded");
        degraded.Text("problem").ShouldContain("s3:PutObject");

        await health.GrantAsync(user, "s3:*");
        await health.RoundAsync();
        (await HealthApp.HealthOfAsync(ada, drive)).Text("status").ShouldBe("healthy");
        (await health.App.Administrator().KeysAsync("acme-documents", "")).ShouldNotContain(key =>
            key.Contains("health-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_look_that_could_not_be_made_is_unknown_and_not_green()
    {
        using var ada = await health.App.SignInAsync("ada");
        var (_, id, secret) = await health.CreateUserAsync();
        var drive = await health.ConnectAsync(ada, id, secret);
        await health.RoundAsync();
        var stored = await health.StoredAsync(ada, drive);
        var key = stored.Authentication.ShouldBeOfType<DriveAuthentication.AccessKey>();
        await health.App.Services.GetRequiredService<ISecrets>().DisableAsync(key.Secret, key.SecretVersion, Cancellation);
        health.App.Services.GetRequiredService<IDriveSessions>().Forget(stored.Id);
        await health.RoundAsync();
        var unknown = await HealthApp.HealthOfAsync(ada, drive);
        unknown.Text("status").ShouldBe("unknown");
        unknown.Text("problem").ShouldContain("our side");
    }

    [Fact]
    public async Task An_app_that_was_down_for_an_hour_looks_at_each_drive_once_at_no_more_than_twice_the_usual_pace()
    {
        using var ada = await health.App.SignInAsync("ada");
        var (_, id, secret) = await health.CreateUserAsync();
        var drives = (await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => health.ConnectAsync(ada, id, secret)))).ToList();
        // Some of one shard must be too far apart for one pass.
        while (!health.TakesMoreThanOnePass(drives))
            drives.Add(await health.ConnectAsync(ada, id, secret));
        await health.RoundAsync();
        var all = (await ada.GetAsync("/api/drives?limit=500", HttpStatusCode.OK))["items"]!.AsArray().Count;

        health.Clock.Advance(TimeSpan.FromHours(1));
        var (looks, passes, back) = (new List<int>(), 0, health.Clock.GetUtcNow());
        do
        {
            looks.Add(await health.SweepOnceAsync());
            health.Clock.Advance(TimeSpan.FromSeconds(15));
            passes++;
        }
        while (passes < HealthApp.Every / TimeSpan.FromSeconds(15));

        looks[0].ShouldBeLessThan(all);
        // Two rounds' worth is the most in one round's time.
        looks.Sum().ShouldBeInRange(all, (2 * all) + 1);
        foreach (var drive in drives)
        {
            // What is shown of drives that are well is some seconds old.
            for (
                var until = DateTime.UtcNow.AddSeconds(15);
                DateTimeOffset.Parse((await HealthApp.HealthOfAsync(ada, drive)).Text("checkedAt")) < back - HealthApp.Every;
                await Task.Delay(200, Cancellation))
                DateTime.UtcNow.ShouldBeLessThan(until);
        }
    }

    [Fact]
    public async Task A_look_that_finds_a_drive_as_it_was_is_no_change_that_keeps_people_from_changing_it()
    {
        using var ada = await health.App.SignInAsync("ada");
        var (_, id, secret) = await health.CreateUserAsync();
        var drive = await health.ConnectAsync(ada, id, secret);
        await health.RoundAsync();
        var (etag, first) = await ReadAsync();
        var (again, later) = (etag, first);
        for (var until = DateTime.UtcNow.AddSeconds(60); later == first; (again, later) = await ReadAsync())
        {
            await health.RoundAsync();
            DateTime.UtcNow.ShouldBeLessThan(until);
        }

        again.ShouldBe(etag);
        using var asked = new HttpRequestMessage(HttpMethod.Delete, $"/api/drives/{drive}")
        {
            Headers = { { "If-Match", etag } },
            Content = JsonContent.Create(
                new { confirmation = (await ada.GetAsync($"/api/drives/{drive}", HttpStatusCode.OK)).Text("displayName") }),
        };
        using var removed = await ada.SendAsync(asked, Cancellation);
        removed.StatusCode.ShouldBe(HttpStatusCode.Accepted);

        async Task<(string ETag, string CheckedAt)> ReadAsync()
        {
            using var answer = await ada.GetAsync($"/api/drives/{drive}", Cancellation);
            return (
                answer.Headers.ETag!.Tag,
                (await answer.Content.ReadFromJsonAsync<JsonNode>(Cancellation))!["health"]!.Text("checkedAt"));
        }
    }

    [Fact]
    public async Task A_sweep_whose_minute_is_up_goes_on_where_it_stopped_and_the_shard_that_came_first_comes_last()
    {
        using var ada = await health.App.SignInAsync("ada");
        var (_, id, secret) = await health.CreateUserAsync();
        var template = await health.StoredAsync(ada, await health.ConnectAsync(ada, id, secret));
        var services = health.App.Services;
        var (rounds, now) = (services.GetRequiredService<IHealthSchedules>(), health.Clock.GetUtcNow());
        // A day's rounds, so that minutes don't matter; each shard has drives enough for some turns.
        var options = new HealthOptions { Every = TimeSpan.FromDays(1), AtOnce = 1 };
        int[] shards = [1, 3, 5];
        var drives = shards.SelectMany(shard => DrivesOf(shard).Take(4)).Select(drive => template with { Id = drive }).ToList();
        foreach (var drive in drives)
        {
            await rounds.EnrollAsync(drive, now, Cancellation);
            await rounds.RememberAsync(drive, HealthMemory.None with { WriteProbedAt = now }, HealthStatus.Healthy, now, Cancellation);
        }

        await rounds.AdvanceAsync(
            shards.ToDictionary(shard => shard, _ => new HealthSchedule(options.Every).Whole(now - options.Every, now - options.Every)),
            Cancellation);
        var clock = new StillClock(now);
        var probe = new SlowProbe(services.GetRequiredService<IHealthProbe>(), clock);
        var sweep = ActivatorUtilities.CreateInstance<SweepDrives>(
            services,
            ActivatorUtilities.CreateInstance<DriveCheckup>(services, clock, probe),
            options,
            clock,
            NullLogger<SweepDrives>.Instance);
        var turns = new List<SweepTurn>();
        for (
            var turn = new SweepTurn([.. shards.Select(shard => new ShardTurn(shard, now))]);
            turn is not null;
            turn = await sweep.CheckDueDrives(turn, Cancellation))
            turns.Add(turn);

        foreach (var drive in drives)
            await rounds.WithdrawAsync(drive.Id, Cancellation);
        // The others are those of other scenarios, of which one may be in each of these shards.
        probe.Looked.Where(drives.Select(drive => drive.Id).Contains).ShouldBe(drives.Select(drive => drive.Id), ignoreOrder: true);
        turns
            .Take(4)
            .Select(turn => string.Join(' ', turn.Shards.Select(shard => shard.Shard)))
            .ShouldBe(["1 3 5", "3 5 1", "5 1 3", "1 3 5"]);

        IEnumerable<DriveId> DrivesOf(int shard)
        {
            while (true)
            {
                if (DriveId.New(health.Clock) is var drive && HealthSchedule.ShardOf(drive, rounds.Shards) == shard)
                    yield return drive;
            }
        }
    }

    [Fact]
    public async Task A_sweep_runs_by_the_timer_and_its_orchestrations_too()
    {
        await using var app = await InProcessApp.StartAsync(new() { ["ServerlessDrives:Health:Every"] = "00:00:02" });
        using var mia = await app.SignInAsync("mia");
        var administrator = app.Administrator();
        var connection = await Connecting.Connections.StartAsync(mia, "accessKey");
        await mia.SendAsync(
            HttpMethod.Put,
            $"/api/connections/{connection.Text("id")}/configuration",
            Connecting.Connections.KeyConfiguration(administrator, "by-timer"),
            HttpStatusCode.Accepted);
        var drive = (await mia.UntilAsync(connection.Text("id"), "connected")).Text("driveId");
        var first = (await HealthApp.HealthOfAsync(mia, drive)).Text("checkedAt");
        var patience = DateTime.UtcNow + TimeSpan.FromSeconds(60);
        while ((await HealthApp.HealthOfAsync(mia, drive)).Text("checkedAt") == first)
        {
            DateTime.UtcNow.ShouldBeLessThan(patience);
            await Task.Delay(200, Cancellation);
        }
    }

    /// <summary>The real probe, of which each look takes more than the time that a turn has.</summary>
    private sealed class SlowProbe(IHealthProbe probe, StillClock clock) : IHealthProbe
    {
        public List<DriveId> Looked { get; } = [];

        public async Task<HealthOutcome> LookAsync(LookTarget target, CancellationToken cancellation)
        {
            Looked.Add(target.Drive);
            var outcome = await probe.LookAsync(target, cancellation);
            clock.Advance(TimeSpan.FromSeconds(61));
            return outcome;
        }

        public Task<HealthOutcome> WriteAsync(Drive drive, CancellationToken cancellation) => probe.WriteAsync(drive, cancellation);
    }

    /// <summary>Time that passes only when it is told to, for stopwatches too.</summary>
    private sealed class StillClock(DateTimeOffset begun) : TimeProvider
    {
        private DateTimeOffset _now = begun;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => _now;

        public override long GetTimestamp() => _now.UtcTicks;

        public void Advance(TimeSpan by) => _now += by;
    }
}

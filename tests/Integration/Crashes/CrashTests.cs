using System.Text;
using System.Text.Json;
using Azure.Security.KeyVault.Secrets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using ServerlessDrives.Access;
using ServerlessDrives.Connecting;
using ServerlessDrives.Drives;
using ServerlessDrives.Events;
using ServerlessDrives.Health;
using ServerlessDrives.Workspaces;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Crashes;

/// <summary>
/// The app is killed at every call to storage and vault in turn, and started again. Killed right after a call's effect is the same to the
/// world as killed right before the next one, so this is both. Of the durable engine's own calls, which have tests of their own, every tenth.
/// </summary>
public sealed class CrashTests(CrashWorld world) : IClassFixture<CrashWorld>
{
    private const int AtOnce = 4;

    [Fact]
    public Task A_removal_that_is_killed_anywhere_is_completed() => EverywhereAsync(async (death, hub) =>
    {
        var drive = await world.ConnectAsync();
        var instance = RemoveDrive.InstanceOf(drive.Id);
        await using (var life = world.Incarnate(hub, death))
        {
            await LiveAsync(death, async () =>
            {
                await RemoveAsync(life, drive);
                await life.EndOfAsync(instance);
            });
        }

        await using var next = world.Incarnate(hub, null);
        await next.EndOfAsync(instance);
        var drives = world.App.Services.GetRequiredService<IDrives>();
        if (await drives.FindAsync(drive.Organization, drive.Id, CancellationToken.None) is { } left)
        {
            // It was killed before anything was decided: the drive is as it was, and the request can be made again.
            left.Value.State.ShouldBe(DriveState.Connected);
            (await SecretOfAsync(left.Value)).ShouldNotBeNull();
            (await world.IsFreeAsync(drive)).ShouldBeFalse();
            await RemoveAsync(next, drive);
            await next.EndOfAsync(instance);
        }

        (await drives.FindAsync(drive.Organization, drive.Id, CancellationToken.None)).ShouldBeNull();
        (await SecretOfAsync(drive)).ShouldBeNull();
        (await world.IsFreeAsync(drive)).ShouldBeTrue();
        (await LooksAtAsync(drive)).ShouldBeFalse();
        (await AuditOfAsync(drive.Id.Value)).Count(entry => entry.Action == "drive.removed").ShouldBe(1);
    });

    [Fact]
    public Task A_swap_of_credentials_that_is_killed_anywhere_leaves_a_key_that_works_and_no_other_one_enabled() => EverywhereAsync(async (death, hub) =>
    {
        var drive = await world.ConnectAsync();
        await using (var life = world.Incarnate(hub, death))
        {
            await LiveAsync(death, async () =>
            {
                await SwapAsync(life, drive);
                await life.EndOfAllAsync();
            });
        }

        await using var next = world.Incarnate(hub, null);
        await next.EndOfAllAsync();
        var now = (await world.App.Services.GetRequiredService<IDrives>().FindAsync(drive.Organization, drive.Id, CancellationToken.None))!.Value;
        now.State.ShouldBe(DriveState.Connected);
        (await SecretOfAsync(now)).ShouldNotBeNull();
        (await next.Services.GetRequiredService<IHealthProbe>().LookAsync(now, CancellationToken.None)).ShouldBeOfType<HealthOutcome.Reachable>();
        var key = (DriveAuthentication.AccessKey)now.Authentication;
        (await EnabledVersionsAsync(key.Secret)).ShouldBe([key.SecretVersion], "only what the drive uses is enabled");
    });

    [Fact]
    public Task A_change_of_the_default_that_is_killed_anywhere_leaves_one_default_and_is_written_down_if_it_was_made() => EverywhereAsync(async (death, hub) =>
    {
        var (first, second) = (await world.ConnectAsync(), await world.ConnectAsync());
        var audience = (Audience.Workspace)first.Audience;
        await using (var life = world.Incarnate(hub, null))
            await SetDefaultAsync(life, audience, first);
        await using (var life = world.Incarnate(hub, death))
            await LiveAsync(death, () => SetDefaultAsync(life, audience, second));

        await using var next = world.Incarnate(hub, null);
        var defaults = await next.Services.GetRequiredService<IDrives>().DefaultsAsync(first.Organization, CancellationToken.None);
        defaults.Workspaces[audience.Id].ShouldBeOneOf(first.Id, second.Id);
        (await ChangesToAsync(second)).ShouldBe(defaults.Workspaces[audience.Id] == second.Id ? 1 : 0, "the choice and its entry are written together");
        await SetDefaultAsync(next, audience, second);
        (await next.Services.GetRequiredService<IDrives>().DefaultsAsync(first.Organization, CancellationToken.None)).Workspaces[audience.Id].ShouldBe(second.Id);
        (await ChangesToAsync(second)).ShouldBe(1);

        async Task<int> ChangesToAsync(Drive drive) =>
            (await AuditOfAsync(audience.Id.Value)).Count(entry => entry.Action == "default-drive.changed" && entry.After?["driveId"]?.GetValue<string>() == drive.Id.Value);
    }, atOnce: 1);

    [Fact]
    public Task A_confirmation_that_is_killed_anywhere_is_written_down_once_if_it_counts_and_the_flow_hears_of_it() => EverywhereAsync(async (death, hub) =>
    {
        var connections = world.App.Services.GetRequiredService<IConnections>();
        var key = await world.OpenRoleConnectionAsync();
        await using (var life = world.Incarnate(hub, null))
        {
            await new DurableConnectionFlow(life.Durable).BeginAsync((await ReadAsync()).FirstAttempt(), CancellationToken.None);
            await life.Durable.WaitForInstanceStartAsync(key.Connection.Value);
        }

        await using (var life = world.Incarnate(hub, death))
            await LiveAsync(death, () => ConfirmAsync(life));

        await using var next = world.Incarnate(hub, null);
        foreach (var broken in (await connections.BrokenPromisesAsync(DateTimeOffset.UtcNow.AddHours(1), CancellationToken.None)).Where(promise => promise.Key == key))
            await next.Of<ConnectionDesk>().RecoverAsync(broken, new DurableConnectionFlow(next.Durable), CancellationToken.None);
        (await WrittenAsync()).ShouldBe((await ReadAsync()).Confirmations.Count, "the confirmation and its entry are written together");
        if ((await ReadAsync()).Confirmations.Count == 0)
            await ConfirmAsync(next);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        while ((await ReadAsync()).Status is not ConnectionStatus.AwaitingConfiguration)
            await Task.Delay(20, patience.Token);
        (await WrittenAsync()).ShouldBe(1);

        async Task<DriveConnection> ReadAsync() => (await connections.FindAsync(key, CancellationToken.None))!.Value;

        async Task<int> WrittenAsync() => (await AuditOfAsync(key.Connection.Value)).Count(entry => entry.Action == "connection.confirmed");

        Task ConfirmAsync(Incarnation life) =>
            life.Of<ConnectionDesk>().ConfirmAsync(key, ConfirmationStep.TrustPolicy, attempt: null, "ada", "api", new DurableConnectionFlow(life.Durable), CancellationToken.None);
    });

    /// <summary>Plays a scenario once to count the calls, then once for each call, killed right after it.</summary>
    private static async Task EverywhereAsync(Func<Death, string, Task> scenario, int atOnce = AtOnce)
    {
        foreach (var ofEngine in new[] { false, true })
        {
            var whole = new Death(int.MaxValue, ofEngine);
            await scenario(whole, NewHub());
            if (ofEngine == false)
                whole.Calls.ShouldBeGreaterThan(2);
            var step = ofEngine ? 10 : 1;
            await Parallel.ForEachAsync(
                Enumerable.Range(0, (whole.Calls / step) + 1).Select(n => n * step),
                new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = TestContext.Current.CancellationToken },
                async (after, _) =>
                {
                    try
                    {
                        await scenario(new Death(after, ofEngine), NewHub());
                    }
                    catch (Exception failure)
                    {
                        throw new InvalidOperationException($"Killed after call {after} of {(ofEngine ? "the engine" : "the app")}: {failure.Message}", failure);
                    }
                });
        }
    }

    private static string NewHub() => $"Crash{Guid.NewGuid():N}";

    /// <summary>What a life does, until it ends: what it still waits for then isn't waited for.</summary>
    private static async Task LiveAsync(Death death, Func<Task> act)
    {
        var acting = act();
        try
        {
            await (await Task.WhenAny(acting, death.Comes)).WaitAsync(TimeSpan.FromSeconds(90));
        }
        catch (Exception end) when (IsDeath(end))
        {
        }

        _ = acting.ContinueWith(ended => ended.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
    }

    private static bool IsDeath(Exception exception) => exception is KilledException || (exception is AggregateException several && several.InnerExceptions.All(IsDeath)) || (exception.InnerException is { } inner && IsDeath(inner));

    private Task RemoveAsync(Incarnation life, Drive drive) =>
        AnswerAsync(request => life.Of<DriveTriggers>().DeleteAsync(request, life.Durable, drive.Id.Value), life, "DELETE", new { confirmation = drive.DisplayName.Value });

    private Task SetDefaultAsync(Incarnation life, Audience.Workspace workspace, Drive drive) =>
        AnswerAsync(request => life.Of<DefaultDriveTriggers>().PutOfWorkspaceAsync(request, workspace.Id.Value), life, "PUT", new { driveId = drive.Id.Value });

    private Task SwapAsync(Incarnation life, Drive drive)
    {
        var user = world.App.Administrator().DriveUser;
        return AnswerAsync(
            request => life.Of<CredentialsTriggers>().ReplaceAsync(request, life.Durable, drive.Id.Value), life, "PATCH", new { accessKeyId = user.Id, secretAccessKey = user.Secret });
    }

    private async Task AnswerAsync(Func<HttpRequest, Task<IResult>> function, Incarnation life, string method, object body)
    {
        var http = new DefaultHttpContext { RequestServices = life.Services };
        http.Items[typeof(Person)] = world.Ada;
        http.Request.Method = method;
        http.Request.ContentType = "application/json";
        http.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(body)));
        http.Response.Body = new MemoryStream();
        await (await function(http.Request)).ExecuteAsync(http);
        http.Response.Body.Position = 0;
        using var answer = new StreamReader(http.Response.Body);
        http.Response.StatusCode.ShouldBeLessThan(300, await answer.ReadToEndAsync());
    }

    private async Task<Secret?> SecretOfAsync(Drive drive)
    {
        var key = (DriveAuthentication.AccessKey)drive.Authentication;
        return await world.App.Services.GetRequiredService<ISecrets>().ReadAsync(key.Secret, key.SecretVersion, CancellationToken.None);
    }

    private async Task<List<string>> EnabledVersionsAsync(SecretName name)
    {
        var vault = world.App.Services.GetRequiredService<SecretClient>();
        return await vault.GetPropertiesOfSecretVersionsAsync(name.Value).Where(version => version.Enabled is true).Select(version => version.Version).ToListAsync();
    }

    private async Task<bool> LooksAtAsync(Drive drive)
    {
        var rounds = world.App.Services.GetRequiredService<IHealthRounds>();
        return await rounds.DueAsync(Rounds.ShardOf(drive.Id, rounds.Shards), [new(DateTimeOffset.UnixEpoch, "", "~")], 10_000, CancellationToken.None)
            .AnyAsync(look => look.Drive.Id == drive.Id);
    }

    private async Task<IReadOnlyList<AuditEntry>> AuditOfAsync(string resource) =>
        (await world.App.Services.GetRequiredService<IAuditTrail>().ListAsync(new(world.Ada.Organization, null, null, resource), 1000, null, CancellationToken.None)).Items;
}

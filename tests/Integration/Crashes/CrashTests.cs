using Azure.Security.KeyVault.Secrets;
using Microsoft.Extensions.DependencyInjection;
using ServerlessDrives.Access;
using ServerlessDrives.Connecting;
using ServerlessDrives.Connecting.Credentials;
using ServerlessDrives.Connecting.Recovery;
using ServerlessDrives.Drives;
using ServerlessDrives.Events;
using ServerlessDrives.Events.Webhooks;
using ServerlessDrives.Health;
using ServerlessDrives.Workspaces;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Crashes;

/// <summary>
/// The app is killed at every call to storage and vault in turn, and started again. Killed right after a call's effect is the same to the
/// world as killed right before the next one, so this is both. Of the durable engine's own calls, which have tests of their own, every
/// tenth.
/// </summary>
[Collection(CrashWorld.Name)]
public sealed class CrashTests(CrashWorld world)
{
    [Fact]
    public Task A_removal_that_is_killed_anywhere_is_completed() => Killing.EverywhereAsync(async (death, hub) =>
    {
        var drive = await world.ConnectAsync();
        var instance = RemoveDrive.InstanceOf(drive.Id);
        await using (var life = await world.IncarnateAsync(hub, death))
        {
            await Killing.LiveAsync(death, async () =>
            {
                await RemoveAsync(life, drive);
                await life.EndOfAsync(instance);
            });
        }

        await using var next = await world.IncarnateAsync(hub, null);
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
        (await world.AuditOfAsync(drive.Id.Value)).Count(entry => entry.Action == "drive.removed").ShouldBe(1);
    });

    [Fact]
    public Task A_swap_of_credentials_that_is_killed_anywhere_leaves_a_key_that_works_and_no_other_one_enabled() =>
        Killing.EverywhereAsync(
            async (death, hub) =>
            {
                var drive = await world.ConnectAsync();
                await using (var life = await world.IncarnateAsync(hub, death))
                {
                    await Killing.LiveAsync(death, async () =>
                    {
                        await SwapAsync(life, drive);
                        await life.EndOfAllAsync();
                    });
                }

                await using var next = await world.IncarnateAsync(hub, null);
                await next.EndOfAllAsync();
                var now = (
                    await world.App.Services.GetRequiredService<IDrives>().FindAsync(drive.Organization, drive.Id, CancellationToken.None)
                )!.Value;
                now.State.ShouldBe(DriveState.Connected);
                (await SecretOfAsync(now)).ShouldNotBeNull();
                (
                    await next.Services.GetRequiredService<IHealthProbe>().LookAsync(LookTarget.Of(now), CancellationToken.None)
                ).ShouldBeOfType<HealthOutcome.Reachable>();
                var key = (DriveAuthentication.AccessKey)now.Authentication;
                (await EnabledVersionsAsync(key.Secret)).ShouldBe([key.SecretVersion], "only what the drive uses is enabled");
            }
        );

    [Fact]
    public async Task A_change_of_the_default_that_is_killed_anywhere_leaves_one_default_and_is_written_down_and_told_if_it_was_made()
    {
        var webhook = await world.ListenAsync(EventTypes.DefaultDriveChanged);
        await Killing.EverywhereAsync(async (death, hub) =>
        {
            var (first, second) = (await world.ConnectAsync(), await world.ConnectAsync());
            var audience = (Audience.Workspace)first.Audience;
            await using (var life = await world.IncarnateAsync(hub, null))
                await SetDefaultAsync(life, audience, first);
            await using (var life = await world.IncarnateAsync(hub, death))
                await Killing.LiveAsync(death, () => SetDefaultAsync(life, audience, second));

            await using var next = await world.IncarnateAsync(hub, null);
            var defaults = await next.Services.GetRequiredService<IDrives>().DefaultsAsync(first.Organization, CancellationToken.None);
            defaults.Workspaces[audience.Id].ShouldBeOneOf(first.Id, second.Id);
            (await ChangesToAsync(second)).ShouldBe(
                defaults.Workspaces[audience.Id] == second.Id ? 1 : 0,
                "the choice and its entry are written together");
            await next.Of<OutboxRelay>().TellAsync(DateTimeOffset.UtcNow.AddHours(1), CancellationToken.None);
            (await ToldAsync(second)).ShouldBe(
                defaults.Workspaces[audience.Id] == second.Id ? 1 : 0,
                "the choice and its event are written together");
            await SetDefaultAsync(next, audience, second);
            (await next.Services.GetRequiredService<IDrives>().DefaultsAsync(first.Organization, CancellationToken.None))
                .Workspaces[audience.Id]
                .ShouldBe(second.Id);
            (await ChangesToAsync(second)).ShouldBe(1);
            (await ToldAsync(second)).ShouldBe(1);
            (
                await next
                    .Services.GetRequiredService<IOutbox>()
                    .AbandonedAsync(DateTimeOffset.UtcNow.AddHours(1), CancellationToken.None)
            ).ShouldBeEmpty();

            async Task<int> ToldAsync(Drive drive) =>
                (
                    await world
                        .App.Services.GetRequiredService<IWebhooks>()
                        .DeliveriesAsync(first.Organization, webhook, new(null, audience.Id.Value), 100, null, CancellationToken.None)
                ).Items.Count(delivery => delivery.Event.Data["after"]?.GetValue<string>() == drive.Id.Value);

            async Task<int> ChangesToAsync(Drive drive) =>
                (await world.AuditOfAsync(audience.Id.Value)).Count(entry =>
                    entry.Action == "default-drive.changed" && entry.After?["driveId"]?.GetValue<string>() == drive.Id.Value);
        },
            atOnce: 1);
    }

    [Fact]
    public Task A_confirmation_that_is_killed_anywhere_is_written_down_once_if_it_counts_and_the_flow_hears_of_it() =>
        Killing.EverywhereAsync(
            async (death, hub) =>
            {
                var connections = world.App.Services.GetRequiredService<IConnections>();
                var key = await world.OpenRoleConnectionAsync();
                await using (var life = await world.IncarnateAsync(hub, null))
                {
                    await new DurableConnectionFlow(life.Durable).BeginAsync((await ReadAsync()).PresentAttempt(), CancellationToken.None);
                    await life.Durable.WaitForInstanceStartAsync(key.Connection.Value);
                }

                await using (var life = await world.IncarnateAsync(hub, death))
                    await Killing.LiveAsync(death, () => ConfirmAsync(life));

                await using var next = await world.IncarnateAsync(hub, null);
                foreach (
                    var broken in (
                        await connections.AbandonedSignalsAsync(DateTimeOffset.UtcNow.AddHours(1), CancellationToken.None)
                    ).Where(promise => promise.Key == key)
                )
                    await next.Of<RecoverConnection>()
                        .RecoverAsync(broken, new DurableConnectionFlow(next.Durable), CancellationToken.None);
                (await WrittenAsync()).ShouldBe(
                    (await ReadAsync()).Confirmations.Count,
                    "the confirmation and its entry are written together");
                if ((await ReadAsync()).Confirmations.Count == 0)
                    await ConfirmAsync(next);
                using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(90));
                while ((await ReadAsync()).Status is not ConnectionStatus.AwaitingConfiguration)
                    await Task.Delay(20, patience.Token);
                (await WrittenAsync()).ShouldBe(1);

                async Task<DriveConnection> ReadAsync() => (await connections.FindAsync(key, CancellationToken.None))!.Value;

                async Task<int> WrittenAsync() =>
                    (await world.AuditOfAsync(key.Connection.Value)).Count(entry => entry.Action == "connection.confirmed");

                Task ConfirmAsync(Incarnation life) =>
                    life.Of<ConfirmStep>()
                        .RunAsync(
                            key,
                            new Applied(ConfirmationStep.TrustPolicy, Attempt: null, "ada", "api"),
                            person: null,
                            new DurableConnectionFlow(life.Durable),
                            CancellationToken.None);
            });

    private Task RemoveAsync(Incarnation life, Drive drive) =>
        world.AnswerAsync(
            request => life.Of<DriveTriggers>().DeleteAsync(request, life.Durable, drive.Id.Value),
            life,
            "DELETE",
            new { confirmation = drive.DisplayName.Value });

    private Task SetDefaultAsync(Incarnation life, Audience.Workspace workspace, Drive drive) =>
        world.AnswerAsync(
            request => life.Of<DefaultDriveTriggers>().PutOfWorkspaceAsync(request, workspace.Id.Value),
            life,
            "PUT",
            new { driveId = drive.Id.Value });

    private Task SwapAsync(Incarnation life, Drive drive)
    {
        var user = world.App.Administrator().DriveUser;
        return world.AnswerAsync(
            request => life.Of<CredentialsTriggers>().ReplaceAsync(request, life.Durable, drive.Id.Value),
            life,
            "PATCH",
            new { accessKeyId = user.Id, secretAccessKey = user.Secret });
    }

    private async Task<Secret?> SecretOfAsync(Drive drive)
    {
        var key = (DriveAuthentication.AccessKey)drive.Authentication;
        return await world.App.Services.GetRequiredService<ISecrets>().ReadAsync(key.Secret, key.SecretVersion, CancellationToken.None);
    }

    private async Task<List<string>> EnabledVersionsAsync(SecretName name)
    {
        var vault = world.App.Services.GetRequiredService<SecretClient>();
        return await vault
            .GetPropertiesOfSecretVersionsAsync(name.Value)
            .Where(version => version.Enabled is true)
            .Select(version => version.Version)
            .ToListAsync();
    }

    private async Task<bool> LooksAtAsync(Drive drive)
    {
        var rounds = world.App.Services.GetRequiredService<IHealthSchedules>();
        return await rounds
            .DueAsync(
                HealthSchedule.ShardOf(drive.Id, rounds.Shards),
                [new(DateTimeOffset.UnixEpoch, "", "~")],
                10_000,
                CancellationToken.None
            )
            .AnyAsync(look => look.Target.Drive == drive.Id);
    }
}

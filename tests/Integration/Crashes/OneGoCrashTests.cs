using Microsoft.Extensions.DependencyInjection;
using ServerlessDrives.Access;
using ServerlessDrives.Access.Policies;
using ServerlessDrives.Connecting;
using ServerlessDrives.Connecting.Recovery;
using ServerlessDrives.Drives;
using ServerlessDrives.Tests.Integration.Connecting;
using Shouldly;
using Xunit;
using static ServerlessDrives.Tests.Shared.ParsedValues;

namespace ServerlessDrives.Tests.Integration.Crashes;

/// <summary>Everything said at once, and the app killed at any call from there to the drive.</summary>
[Collection(CrashWorld.Name)]
public sealed class OneGoCrashTests(CrashWorld world)
{
    [Fact]
    public Task Everything_that_was_said_at_once_leads_to_one_drive_without_another_word_wherever_the_app_is_killed() =>
        Killing.EverywhereAsync(
            async (death, hub) =>
            {
                var connections = world.App.Services.GetRequiredService<IConnections>();
                var configuration = new DriveConfiguration(
                    Read(BucketName.Parse("acme-documents")),
                    Read(Region.Parse("us-east-1")),
                    Read(DrivePath.Parse(Connections.Unique("one-go"))),
                    Encryption.Nothing)
                { Attempt = 1, AllowOverlap = true };
                var key = await world.OpenRoleConnectionAsync(configuration);
                var arn = await ApplyAsync(await ReadAsync());
                await using (var life = await world.IncarnateAsync(hub, null))
                {
                    await new DurableConnectionFlow(life.Durable).BeginAsync((await ReadAsync()).PresentAttempt(), CancellationToken.None);
                    await life.Durable.WaitForInstanceStartAsync(key.Connection.Value);
                }

                await using (var life = await world.IncarnateAsync(hub, death))
                {
                    await Killing.LiveAsync(death, async () =>
                    {
                        await SayAsync(life);
                        await life.EndOfAsync(key.Connection.Value);
                    });
                }

                await using var next = await world.IncarnateAsync(hub, null);
                foreach (
                    var broken in (
                        await connections.AbandonedSignalsAsync(DateTimeOffset.UtcNow.AddHours(1), CancellationToken.None)
                    ).Where(promise => promise.Key == key)
                )
                    await next.Of<RecoverConnection>()
                        .RecoverAsync(broken, new DurableConnectionFlow(next.Durable), CancellationToken.None);
                if ((await ReadAsync()).Confirmations.Count == 0)
                    await SayAsync(next);
                await next.EndOfAsync(key.Connection.Value);

                var connected = await ReadAsync();
                connected.Status.ShouldBe(ConnectionStatus.Connected);
                connected.Attempt.ShouldBe(1);
                connected.AppliedAhead.ShouldBeNull();
                (await world.App.Services.GetRequiredService<IDrives>().OnBucketAsync(key.Organization, configuration.Bucket, default))
                    .Count(drive => drive.Connection == key.Connection)
                    .ShouldBe(1);
                (await world.AuditOfAsync(key.Connection.Value)).Count(entry => entry.Action == "connection.confirmed").ShouldBe(1);

                async Task<DriveConnection> ReadAsync() => (await connections.FindAsync(key, CancellationToken.None))!.Value;

                async Task SayAsync(Incarnation life) =>
                    (
                        await life.Of<ConfirmStep>()
                            .RunAsync(
                                key,
                                new Applied(ConfirmationStep.TrustPolicy, Attempt: null, "ada", "api")
                                {
                                    RoleArn = arn,
                                    BucketPolicyApplied = true,
                                },
                                world.Ada,
                                new DurableConnectionFlow(life.Durable),
                                CancellationToken.None)
                    )
                        .TryGet(out _, out var refusal)
                        .ShouldBeTrue(refusal?.Detail);
            },
            ofEngine: false,
            every: 6);

    /// <summary>What an AWS administrator applies: in the role's own account, the role policy is enough.</summary>
    private async Task<RoleArn> ApplyAsync(DriveConnection connection)
    {
        var (administrator, role) = (world.App.Administrator(), Connections.Unique("one-go"));
        var principal = world.App.Services.GetRequiredService<IPrincipals>().For(Partition.Aws)!;
        var arn = await administrator.CreateRoleAsync(role, TrustPolicy.For(principal, connection.ExternalId!).ToJson());
        await administrator.PutRolePolicyAsync(role, RolePolicy.For(connection.Access!).ToJson());
        return Read(RoleArn.Parse(arn));
    }
}

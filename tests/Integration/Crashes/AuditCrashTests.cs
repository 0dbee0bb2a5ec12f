using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using ServerlessDrives.Access;
using ServerlessDrives.Events;
using ServerlessDrives.Events.Webhooks;
using ServerlessDrives.Integrations;
using ServerlessDrives.Tests.Integration.Connecting;
using ServerlessDrives.Tests.Shared;
using ServerlessDrives.Workspaces;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Crashes;

/// <summary>
/// The app is killed at every call to storage and vault in turn while something is changed: what was changed is written down once, what
/// wasn't is not. In a world of its own, since it reads all that the audit trail has.
/// </summary>
public sealed class AuditCrashTests(CrashWorld world) : IClassFixture<CrashWorld>
{
    private static readonly WorkspaceId Claims = WorkspaceId.Parse("ws_claims", null);

    private OrganizationId Organization => world.Ada.Organization;

    [Fact]
    public Task A_membership_that_is_changed_and_killed_anywhere_is_what_the_audit_trail_says() =>
        Killing.EverywhereAsync(async (death, hub) =>
    {
        var user = UserId.Parse(Connections.Unique("user"), null);
        await using (var life = await world.IncarnateAsync(hub, death))
        {
            await Killing.LiveAsync(death, async () =>
            {
                await PutAsync(life, "member");
                await PutAsync(life, "manager");
                await DeleteAsync(life);
            });
        }

        await using var next = await world.IncarnateAsync(hub, null);
        await CompareAsync();
        await PutAsync(next, "manager");
        await PutAsync(next, "member");
        await DeleteAsync(next);
        (await CompareAsync()).TakeLast(2).ShouldBe(["member.changed", "member.removed"]);

        Task PutAsync(Incarnation life, string role) =>
            world.AnswerAsync(
                request => life.Of<MemberTriggers>().PutAsync(request, Claims.Value, user.Value),
                life,
                "PUT",
                new { role });

        Task DeleteAsync(Incarnation life) =>
            world.AnswerAsync(
                request => life.Of<MemberTriggers>().DeleteAsync(request, Claims.Value, user.Value),
                life,
                "DELETE",
                body: null);

        async Task<List<string>> CompareAsync()
        {
            var entries = (await world.AuditOfAsync(Claims.Value))
                .Where(entry => UserOf(entry.Before) == user.Value || UserOf(entry.After) == user.Value)
                .Reverse()
                .ToList();
            entries
                .Select(entry => RoleOf(entry.Before))
                .ShouldBe(
                    entries.Select(entry => RoleOf(entry.After)).Prepend(null).SkipLast(1),
                    "each entry begins where the one before it ended");
            var memberships = await next
                .Services.GetRequiredService<IWorkspaces>()
                .MembershipsAsync(Organization, user, CancellationToken.None);
            var now = memberships.TryGetValue(Claims, out var role) ? role.ToString().ToLowerInvariant() : null;
            (entries.Count == 0 ? null : RoleOf(entries[^1].After)).ShouldBe(now, "and the last one ends where it is now");
            return [.. entries.Select(entry => entry.Action)];
        }

        static string? UserOf(JsonObject? state) => state?["user"]?.GetValue<string>();

        static string? RoleOf(JsonObject? state) => state?["role"]?.GetValue<string>();
    }, ofEngine: false);

    [Fact]
    public Task An_integration_that_is_changed_and_killed_anywhere_is_what_the_audit_trail_says() =>
        Killing.EverywhereAsync(async (death, hub) =>
    {
        var name = Connections.Unique("integration");
        await using (var life = await world.IncarnateAsync(hub, death))
        {
            await Killing.LiveAsync(death, async () =>
            {
                var id = await CreateAsync(life);
                await ChangeAsync(life, id);
                await DeleteAsync(life, id);
            });
        }

        await using var next = await world.IncarnateAsync(hub, null);
        await CompareAsync();
        var again = await FindAsync() is { } left ? left.Value.Id.Value : await CreateAsync(next);
        await ChangeAsync(next, again);
        (await CompareAsync()).ShouldBe(["integration.created", "integration.changed"]);
        await DeleteAsync(next, again);
        (await CompareAsync()).ShouldBe(["integration.created", "integration.changed", "integration.deleted"]);

        async Task<string> CreateAsync(Incarnation life) =>
            JsonNode.Parse(
                await world.AnswerAsync(
                    life.Of<IntegrationTriggers>().CreateAsync,
                    life,
                    "POST",
                    new
                    {
                        kind = "downstream",
                        name,
                        workspaceId = Claims.Value,
                        folder = "out",
                    })
            )!["id"]!.GetValue<string>();

        async Task ChangeAsync(Incarnation life, string id)
        {
            if (await FindAsync() is not { Value.Paused: true })
                await world.AnswerAsync(
                    request => life.Of<IntegrationTriggers>().ChangeAsync(request, id),
                    life,
                    "PATCH",
                    new { paused = true });
        }

        Task DeleteAsync(Incarnation life, string id) =>
            world.AnswerAsync(request => life.Of<IntegrationTriggers>().DeleteAsync(request, id), life, "DELETE", body: null);

        async Task<Versioned<ServerlessDrives.Integrations.Integration>?> FindAsync()
        {
            var integrations = world.App.Services.GetRequiredService<IIntegrations>();
            var page = await integrations.ListAsync(
                Organization,
                audiences: null,
                drive: null,
                1000,
                cursor: null,
                CancellationToken.None);
            return page.Items.FirstOrDefault(integration => integration.Name == name) is { } known
                ? await integrations.FindAsync(Organization, known.Id, CancellationToken.None)
                : null;
        }

        async Task<List<string>> CompareAsync()
        {
            var (all, found) = (await world.AuditOfAsync(resource: null), await FindAsync());
            var created = all.Where(entry =>
                    entry.Action == "integration.created" && entry.After!["name"]!.GetValue<string>() == name)
                .ToList();
            var entries =
                created.Count == 0
                    ? []
                    : all.Where(entry => entry.Resource == created[0].Resource).Select(entry => entry.Action).Reverse().ToList();
            entries.ShouldBe(entries.Distinct(), "nothing is written down twice");
            (entries.Contains("integration.created") && !entries.Contains("integration.deleted")).ShouldBe(found is not null);
            if (found is not null)
                entries.Contains("integration.changed").ShouldBe(found.Value.Paused);
            return entries;
        }
    },
            ofEngine: false);

    [Fact]
    public Task A_webhook_that_is_used_and_killed_anywhere_is_what_the_audit_trail_says() =>
        Killing.EverywhereAsync(async (death, hub) =>
    {
        using var receiver = new EventReceiver();
        var webhooks = world.App.Services.GetRequiredService<IWebhooks>();
        await using (var life = await world.IncarnateAsync(hub, death))
        {
            await Killing.LiveAsync(death, async () =>
            {
                var wanted = new { url = receiver.Url, events = new[] { EventTypes.Expired } };
                var made = await world.AnswerAsync(life.Of<WebhookTriggers>().CreateAsync, life, "POST", wanted);
                var id = JsonNode.Parse(made)!["id"]!.GetValue<string>();
                await world.AnswerAsync(request => life.Of<WebhookTriggers>().TestAsync(request, id), life, "POST", body: null);
                var webhooks = life.Services.GetRequiredService<IWebhooks>();
                var deliveries = await webhooks.DeliveriesAsync(
                    Organization,
                    WebhookId.Of(id),
                    new(null, null),
                    10,
                    null,
                    CancellationToken.None
                );
                var sent = deliveries.Items.ShouldHaveSingleItem().Id.Value;
                await world.AnswerAsync(request => life.Of<WebhookTriggers>().RedeliverAsync(request, id, sent), life, "POST", body: null);
                await world.AnswerAsync(request => life.Of<WebhookTriggers>().DeleteAsync(request, id), life, "DELETE", body: null);
            });
        }

        await using var next = await world.IncarnateAsync(hub, null);
        await next.Of<SendDueEvents>().RunAsync(new(), CancellationToken.None);
        var all = await world.AuditOfAsync(resource: null);
        var webhook = (await webhooks.ListAsync(Organization, 1000, null, CancellationToken.None)).Items.FirstOrDefault(known =>
            known.Url == receiver.Url);
        var created = all.Where(entry =>
                entry.Action == "webhook.created" && entry.After!["url"]!.GetValue<string>() == receiver.Url.AbsoluteUri)
            .ToList();
        if (created.Count == 0)
        {
            webhook.ShouldBeNull();
            return;
        }

        var written = all.Where(entry => entry.Resource == created.ShouldHaveSingleItem().Resource)
            .Select(entry => entry.Action)
            .ToList();
        written.ShouldBe(written.Distinct(), "nothing is written down twice");
        written.Contains("webhook.deleted").ShouldBe(webhook is null);
        var delivery = (
            await webhooks.DeliveriesAsync(
                Organization,
                WebhookId.Of(created[0].Resource),
                new(null, null),
                10,
                null,
                CancellationToken.None)
        ).Items.SingleOrDefault();
        written
            .Contains("webhook.tested")
            .ShouldBe(delivery is not null, "a test that was asked for and its entry are both there, or neither");
        if (delivery is not null)
            all.Count(entry => entry.Action == "delivery.redelivered" && entry.Resource == delivery.Id.Value)
                .ShouldBe(delivery.TryingSince > delivery.CreatedAt ? 1 : 0);
        if (webhook is null)
            return;
        // Its deletion begins with its key, without which nothing can be signed.
        if (delivery is not null && await KeyAsync(webhook) is not null)
            await SentAsync();
        await world.AnswerAsync(
            request => next.Of<WebhookTriggers>().DeleteAsync(request, webhook.Id.Value),
            next,
            "DELETE",
            body: null);
        (await KeyAsync(webhook)).ShouldBeNull();
        (await world.AuditOfAsync(webhook.Id.Value)).Count(entry => entry.Action == "webhook.deleted").ShouldBe(1);

        // Lives beside this one send what is due to any receiver: one of them may have it just now.
        async Task SentAsync()
        {
            for (var until = DateTime.UtcNow.AddSeconds(60); receiver.Of(EventTypes.Test).Count == 0; await Task.Delay(100))
            {
                DateTime.UtcNow.ShouldBeLessThan(until, "the test that was asked for arrives");
                await next.Of<SendDueEvents>().RunAsync(new(), CancellationToken.None);
            }
        }

        Task<Secret?> KeyAsync(Webhook of) =>
            world.App.Services.GetRequiredService<ISecrets>().ReadAsync(of.Secret, of.SecretVersion, CancellationToken.None);
    },
            ofEngine: false);
}

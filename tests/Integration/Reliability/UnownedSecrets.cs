using System.Net;
using Microsoft.Extensions.DependencyInjection;
using ServerlessDrives.Access;
using ServerlessDrives.Events.Webhooks;
using ServerlessDrives.Secrets;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Reliability;

/// <summary>Secrets whose owners never came to be.</summary>
public sealed class UnownedSecrets
{
    [Fact]
    public async Task A_secret_that_a_crash_left_without_an_owner_is_deleted_and_one_with_an_owner_is_not()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var app = await InProcessApp.StartAsync(byHand: [typeof(DeleteUnownedSecrets)]);
        var (clock, secrets, webhooks) = (
            new MovableClock(),
            app.Services.GetRequiredService<ISecrets>(),
            app.Services.GetRequiredService<IWebhooks>());
        var owned = ActivatorUtilities.CreateInstance<OwnedSecrets>(app.Services, clock);
        using var ada = await app.SignInAsync("ada");
        var organization = OrganizationId.Of((await ada.GetAsync("/api/me", HttpStatusCode.OK))["organization"]!.Text("id"));
        (SecretName Name, string Version)? lost = null;
        await Should.ThrowAsync<IOException>(() =>
            owned.StoreAsync<string>(
                organization,
                WebhookId.New(clock).Value,
                new Secret("of nobody"),
                (name, version, _) =>
                {
                    lost = (name, version);
                    throw new IOException("as if the process died here");
                },
                cancellation));
        var id = (await ada.PostAsync("/api/webhooks", new { url = "https://hooks.example.com/" }, HttpStatusCode.Created)).Text("id");
        var kept = (await webhooks.FindAsync(organization, WebhookId.Of(id), cancellation))!.Value;

        await owned.DeleteUnownedAsync(cancellation);
        (await secrets.ReadAsync(lost!.Value.Name, lost.Value.Version, cancellation)).ShouldNotBeNull("its owner may still be on its way");
        clock.Advance(TimeSpan.FromMinutes(11));
        await owned.DeleteUnownedAsync(cancellation);
        (await secrets.ReadAsync(lost.Value.Name, lost.Value.Version, cancellation)).ShouldBeNull();
        (await secrets.ReadAsync(kept.Secret, kept.SecretVersion, cancellation)).ShouldNotBeNull();

        await ada.SendAsync(HttpMethod.Delete, $"/api/webhooks/{id}", null, HttpStatusCode.NoContent);
        (await secrets.ReadAsync(kept.Secret, kept.SecretVersion, cancellation)).ShouldBeNull();
        foreach (var url in new[] { "https://localhost/", "https://intranet/", "https://168.63.129.16/", "https://[64:ff9b::a9fe:a9fe]/" })
            (await ada.PostAsync("/api/webhooks", new { url }, HttpStatusCode.UnprocessableEntity))["errors"]!["url"].ShouldNotBeNull(url);
    }
}

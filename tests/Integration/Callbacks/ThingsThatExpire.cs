using System.Net;
using Azure.Data.Tables;
using Microsoft.Extensions.DependencyInjection;
using ServerlessDrives.Adapters.Tables;
using ServerlessDrives.Connecting.Callbacks;
using ServerlessDrives.Http.Repetition;
using ServerlessDrives.Tests.Integration.Connecting;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Callbacks;

/// <summary>An app in which callback links and kept answers grow old when a test says so.</summary>
public sealed class AgeingApp : IAsyncLifetime
{
    public InProcessApp App { get; private set; } = null!;

    public MovableClock Clock { get; } = new();

    public async ValueTask InitializeAsync() => App = await InProcessApp.StartAsync(replace: parts =>
    {
        parts.AddSingleton(provider => ActivatorUtilities.CreateInstance<MakeCallbackLink>(provider, Clock));
        parts.AddSingleton(provider => ActivatorUtilities.CreateInstance<OpenCallback>(provider, Clock));
        parts.AddSingleton<IIdempotencyRecords>(provider => ActivatorUtilities.CreateInstance<TableIdempotencyRecords>(provider, Clock));
    });

    public ValueTask DisposeAsync() => App.DisposeAsync();
}

/// <summary>What is good for a while only.</summary>
public sealed class ThingsThatExpire(AgeingApp ageing) : IClassFixture<AgeingApp>
{
    [Fact]
    public async Task A_callback_link_whose_time_is_up_shows_and_confirms_nothing_and_says_so()
    {
        using var mia = await ageing.App.SignInAsync("mia");
        using var nobody = ageing.App.Anonymous();
        var id = (await Connections.StartAsync(mia, "iamRole")).Text("id");
        var link = await mia.PostAsync(
            $"/api/connections/{id}/callback-links",
            new { step = "trust-policy", expiresInHours = 1 },
            HttpStatusCode.Created);
        var address = $"/api/callbacks/{link.Text("url").Split('/')[^1]}";
        await nobody.GetAsync(address, HttpStatusCode.OK);

        ageing.Clock.Advance(TimeSpan.FromHours(1));
        (await nobody.GetAsync(address, HttpStatusCode.Gone)).Text("code").ShouldBe("callback-expired");
        var refused = await nobody.PostAsync(address, new { confirmedBy = "Sam" }, HttpStatusCode.Gone);
        refused.Text("code").ShouldBe("callback-expired");
        refused.Text("detail").ShouldContain("expired");
        var still = await mia.GetAsync($"/api/connections/{id}", HttpStatusCode.OK);
        still.Text("status").ShouldBe("awaitingTrustPolicy");
        using var ada = await ageing.App.SignInAsync("ada");
        (await ada.GetAsync($"/api/audit?resource={id}", HttpStatusCode.OK)).ToJsonString().ShouldNotContain("connection.confirmed");
    }

    [Fact]
    public async Task Answers_to_keyed_requests_are_forgotten_after_a_day_and_not_before()
    {
        using var mia = await ageing.App.SignInAsync("mia");
        var (old, young) = (Guid.NewGuid().ToString(), Guid.NewGuid().ToString());
        await PostAsync(old);
        ageing.Clock.Advance(TimeSpan.FromHours(13));
        await PostAsync(young);
        ageing.Clock.Advance(TimeSpan.FromHours(12));

        var purge = new ForgetOldAnswers(ageing.App.Services.GetRequiredService<IIdempotencyRecords>());
        await purge.RunAsync(new(), TestContext.Current.CancellationToken);
        var table = ageing.App.Services.GetRequiredService<TableServiceClient>().GetTableClient(TableIdempotencyRecords.Name);
        var left = await table
            .QueryAsync<TableEntity>(cancellationToken: TestContext.Current.CancellationToken)
            .ToListAsync(TestContext.Current.CancellationToken);
        // The young one and the note of when it began.
        left.Count.ShouldBe(2);
        await PostAsync(young);

        async Task PostAsync(string key)
        {
            using var asked = new HttpRequestMessage(HttpMethod.Post, "/api/connections")
            {
                Headers = { { "Idempotency-Key", key } },
                Content = System.Net.Http.Json.JsonContent.Create(Connections.StartBody("iamRole", name: key[..24])),
            };
            using var answer = await mia.SendAsync(asked, TestContext.Current.CancellationToken);
            answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        }
    }
}

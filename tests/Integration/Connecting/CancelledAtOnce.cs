using System.Net;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Connecting;

/// <summary>People who say two things at once.</summary>
[Collection(RunningApp.Name)]
public sealed class CancelledAtOnce(RunningApp running)
{
    private const int Pairs = 24;

    [Fact]
    public async Task Connections_that_are_confirmed_and_cancelled_at_once_are_cancelled_every_one()
    {
        using var mia = await running.App.SignInAsync("mia");
        var connections = await Task.WhenAll(
            Enumerable.Range(0, Pairs).Select(async _ => (await Connections.StartAsync(mia, "iamRole")).Text("id")));
        await Task.WhenAll(
            connections.Select(
                async (id, i) =>
                {
                    // Some in one order, some in the other, some truly at once.
                    if (i % 3 == 0)
                        await ConfirmAsync(id);
                    var confirming = i % 3 == 1 ? ConfirmAsync(id) : Task.CompletedTask;
                    await mia.SendAsync(HttpMethod.Delete, $"/api/connections/{id}", null, HttpStatusCode.Accepted);
                    await confirming;
                    if (i % 3 == 2)
                        await ConfirmAsync(id);
                }));
        foreach (var id in connections)
            await mia.UntilAsync(id, "cancelled");

        async Task ConfirmAsync(string id)
        {
            using var answer = await mia.PostAsync(
                $"/api/connections/{id}/confirmations/trust-policy",
                content: null,
                TestContext.Current.CancellationToken);
            answer.StatusCode.ShouldBeOneOf(HttpStatusCode.Accepted, HttpStatusCode.Conflict);
        }
    }
}

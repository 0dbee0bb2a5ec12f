using System.Net;
using System.Net.Http.Headers;
using ServerlessDrives.Tests.Integration.Connecting;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Host;

/// <summary>What long polls do to a host whose limits on requests are set: here eight at once, and two more that wait.</summary>
[Collection(PatientApp.Name)]
public sealed class FewRequestsAtOnce(PatientApp patient)
{
    [Fact]
    public async Task Polls_that_take_all_of_a_hosts_requests_keep_everything_else_out_until_they_end()
    {
        using var mia = await patient.App.SignInAsync("mia");
        var id = (await Connections.StartAsync(mia, "iamRole")).Text("id");
        var etag = await SettledAsync(mia, id);

        using var end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var polls = Enumerable.Range(0, 12).Select(_ => PollAsync(mia, id, etag, end.Token)).ToList();
        for (var refused = 0; refused < 2; refused++)
        {
            var first = await Task.WhenAny(polls);
            polls.Remove(first);
            (await first).ShouldBe((HttpStatusCode.TooManyRequests, ""));
        }

        (await HealthAsync()).ShouldBe(HttpStatusCode.TooManyRequests);
        polls.ShouldAllBe(poll => !poll.IsCompleted);

        await end.CancelAsync();
        foreach (var poll in polls)
            await Should.ThrowAsync<OperationCanceledException>(poll);
        while (await HealthAsync() != HttpStatusCode.OK)
            await Task.Delay(100, TestContext.Current.CancellationToken);
    }

    private async Task<HttpStatusCode> HealthAsync()
    {
        // Not held against the API's description, which knows nothing of what the host answers by itself.
        using var plain = new HttpClient { BaseAddress = patient.App.Address };
        using var answer = await plain.GetAsync("/api/health", TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    private static async Task<(HttpStatusCode Status, string Body)> PollAsync(
        HttpClient http,
        string id,
        EntityTagHeaderValue etag,
        CancellationToken cancellation)
    {
        using var plain = new HttpClient { BaseAddress = http.BaseAddress };
        using var asked = new HttpRequestMessage(HttpMethod.Get, $"/api/connections/{id}?wait=20");
        asked.Headers.Authorization = http.DefaultRequestHeaders.Authorization;
        asked.Headers.IfNoneMatch.Add(etag);
        using var answer = await plain.SendAsync(asked, cancellation);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(cancellation));
    }

    /// <summary>The state of a connection that nobody does anything to.</summary>
    private static async Task<EntityTagHeaderValue> SettledAsync(HttpClient http, string id)
    {
        for (EntityTagHeaderValue? before = null; ; await Task.Delay(300, TestContext.Current.CancellationToken))
        {
            using var answer = await http.GetAsync($"/api/connections/{id}", TestContext.Current.CancellationToken);
            if (before?.Equals(answer.Headers.ETag) == true)
                return before;
            before = answer.Headers.ETag;
        }
    }
}

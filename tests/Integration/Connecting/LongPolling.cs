using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Connecting;

/// <summary>Reads of a connection that wait for it to change.</summary>
[Collection(RunningApp.Name)]
public sealed class LongPolling(RunningApp running)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_read_that_waits_is_answered_once_the_connection_changes()
    {
        using var mia = await running.App.SignInAsync("mia");
        var (id, etag) = await StartAsync(mia);
        var waiting = ReadAsync(mia, id, "?wait=20", etag);
        // Without a wait this would long have been answered.
        for (var i = 0; i < 3; i++)
            (await ReadAsync(mia, id, "", etag)).Status.ShouldBe(HttpStatusCode.NotModified);
        waiting.IsCompleted.ShouldBeFalse();

        await mia.PostAsync($"/api/connections/{id}/confirmations/trust-policy", null, HttpStatusCode.Accepted);
        var changed = await waiting;
        changed.Status.ShouldBe(HttpStatusCode.OK);
        changed.ETag.ShouldNotBe(etag);
        changed.Body!.Text("updatedAt").ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_read_that_waits_in_vain_says_that_nothing_has_changed()
    {
        using var mia = await running.App.SignInAsync("mia");
        var (id, etag) = await StartAsync(mia);
        (await ReadAsync(mia, id, "?wait=1", etag)).Status.ShouldBe(HttpStatusCode.NotModified);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("\"of-another-time\"")]
    public async Task A_read_by_somebody_who_has_not_seen_the_present_state_does_not_wait(string? etag)
    {
        using var mia = await running.App.SignInAsync("mia");
        var (id, present) = await StartAsync(mia);
        var answer = await ReadAsync(mia, id, "?wait=20", etag);
        answer.Status.ShouldBe(HttpStatusCode.OK);
        answer.ETag.ShouldBe(present);
    }

    [Theory]
    [InlineData("21")]
    [InlineData("-1")]
    [InlineData("soon")]
    public async Task A_wait_that_is_no_number_of_seconds_up_to_twenty_is_refused(string wait)
    {
        using var mia = await running.App.SignInAsync("mia");
        var (id, _) = await StartAsync(mia);
        var refused = await mia.GetAsync($"/api/connections/{id}?wait={wait}", HttpStatusCode.UnprocessableEntity);
        refused["errors"]!["wait"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Reads_that_wait_are_counted_for_each_person_and_for_all_and_one_too_many_is_answered_at_once()
    {
        using var mia = await running.App.SignInAsync("mia");
        using var max = await running.App.SignInAsync("max");
        var (id, etag) = await StartAsync(mia);

        // One person waits four times at most here, and everybody together six times.
        var own = await OneTooManyAsync(mia, 5, "4 reads of yours wait for a change already");
        var all = await OneTooManyAsync(max, 3, "As many reads wait for a change here as may at once");
        // Whatever doesn't wait is answered all the same.
        (await mia.GetAsync("/api/me", HttpStatusCode.OK)).ShouldNotBeNull();
        (await ReadAsync(mia, id, "", etag)).Status.ShouldBe(HttpStatusCode.NotModified);
        (await ReadAsync(mia, id, "?wait=20", "\"of-another-time\"")).Status.ShouldBe(HttpStatusCode.OK);
        own.Concat(all).ShouldAllBe(waiting => !waiting.IsCompleted);

        await mia.PostAsync($"/api/connections/{id}/confirmations/trust-policy", null, HttpStatusCode.Accepted);
        (await Task.WhenAll(own.Concat(all))).ShouldAllBe(answer => answer.Status == HttpStatusCode.OK);
        // Places are free again.
        etag = (await ReadAsync(mia, id, "", null)).ETag;
        (await ReadAsync(mia, id, "?wait=1", etag)).Status.ShouldNotBe(HttpStatusCode.TooManyRequests);

        async Task<List<Task<Read>>> OneTooManyAsync(HttpClient http, int reads, string why)
        {
            var waiting = Enumerable.Range(0, reads).Select(_ => ReadAsync(http, id, "?wait=20", etag)).ToList();
            var answered = await Task.WhenAny(waiting);
            var refused = await answered;
            refused.Status.ShouldBe(HttpStatusCode.TooManyRequests);
            refused.Body!.Text("code").ShouldBe("too-many-waiting");
            refused.Body!.Text("detail").ShouldStartWith(why);
            refused.RetryAfter.ShouldBe(TimeSpan.FromSeconds(5));
            return [.. waiting.Except([answered])];
        }
    }

    /// <summary>A connection that stands still until somebody does something.</summary>
    private static async Task<(string Id, string ETag)> StartAsync(HttpClient http)
    {
        var id = (await Connections.StartAsync(http, "iamRole")).Text("id");
        var (etag, before) = ("", "");
        do
        {
            before = etag;
            etag = (await ReadAsync(http, id, "", null)).ETag!;
            await Task.Delay(300, Cancellation);
        }
        while (etag != before);
        return (id, etag);
    }

    private static async Task<Read> ReadAsync(HttpClient http, string id, string query, string? etag)
    {
        using var asked = new HttpRequestMessage(HttpMethod.Get, $"/api/connections/{id}{query}");
        if (etag is not null)
            asked.Headers.TryAddWithoutValidation("If-None-Match", etag);
        using var answer = await http.SendAsync(asked, Cancellation);
        return new(
            answer.StatusCode,
            answer.Headers.ETag?.Tag,
            answer.StatusCode is HttpStatusCode.NotModified ? null : await answer.Content.ReadFromJsonAsync<JsonNode>(Cancellation),
            answer.Headers.RetryAfter?.Delta);
    }

    private sealed record Read(HttpStatusCode Status, string? ETag, JsonNode? Body, TimeSpan? RetryAfter);
}

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

    private static async Task<(HttpStatusCode Status, string? ETag, JsonNode? Body)> ReadAsync(
        HttpClient http,
        string id,
        string query,
        string? etag)
    {
        using var asked = new HttpRequestMessage(HttpMethod.Get, $"/api/connections/{id}{query}");
        if (etag is not null)
            asked.Headers.TryAddWithoutValidation("If-None-Match", etag);
        using var answer = await http.SendAsync(asked, Cancellation);
        return (
            answer.StatusCode,
            answer.Headers.ETag?.Tag,
            answer.StatusCode is HttpStatusCode.OK ? await answer.Content.ReadFromJsonAsync<JsonNode>(Cancellation) : null);
    }
}

using System.Net;
using System.Net.Http.Headers;
using ServerlessDrives.Tests.Integration.Access;
using ServerlessDrives.Tests.Integration.Connecting;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Reliability;

/// <summary>Somebody, or the group that admits them, is taken out of a workspace while something of theirs still runs.</summary>
[Collection(RunningApp.Name)]
public sealed class EndedMemberships(RunningApp running)
{
    private const int MiB = 1024 * 1024;

    /// <summary>Every two seconds it is looked at who asks; on a busy machine a little later.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(8);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(By.Membership)]
    [InlineData(By.Group)]
    public async Task A_read_that_waits_ends_with_the_membership_and_tells_nothing_of_what_changes(By by)
    {
        using var leaving = await LeavingAsync("polls", by);
        var id = (
            await leaving.Ada.PostAsync(
                "/api/connections",
                Connections.StartBody("iamRole", workspace: leaving.Workspace),
                HttpStatusCode.Accepted)
        ).Text("id");
        var etag = await SettledAsync(leaving.Leo, id);

        var waits = Enumerable.Range(0, 4).Select(_ => WaitAsync(leaving.Leo, id, etag)).ToList();
        await Task.Delay(500, Cancellation);
        waits.ShouldAllBe(wait => !wait.IsCompleted);
        await leaving.EndAsync();
        await leaving.Ada.PostAsync($"/api/connections/{id}/confirmations/trust-policy", null, HttpStatusCode.Accepted);
        foreach (var (status, body) in await Task.WhenAll(waits).WaitAsync(Soon, Cancellation))
        {
            status.ShouldBe(HttpStatusCode.NotFound);
            body.ShouldNotContain("externalId");
        }
    }

    [Theory]
    [InlineData(By.Membership)]
    [InlineData(By.Group)]
    public async Task An_answer_that_is_kept_is_not_given_again_to_somebody_who_may_not_see_it_any_more(By by)
    {
        using var leaving = await LeavingAsync("answers", by);
        var (body, key) = (Connections.StartBody("iamRole", workspace: leaving.Workspace), Guid.NewGuid().ToString());
        var started = await leaving.Leo.SendAsync(
            HttpMethod.Post,
            "/api/connections",
            body,
            HttpStatusCode.Accepted,
            ("Idempotency-Key", key));
        started["externalId"].ShouldNotBeNull();
        await leaving.EndAsync();
        var refused = await leaving.Leo.SendAsync(
            HttpMethod.Post,
            "/api/connections",
            body,
            HttpStatusCode.NotFound,
            ("Idempotency-Key", key));
        refused.ToJsonString().ShouldNotContain(started.Text("externalId"));
    }

    [Theory]
    [InlineData(By.Membership)]
    [InlineData(By.Group)]
    public async Task A_file_that_is_being_read_ends_with_the_membership(By by)
    {
        using var leaving = await LeavingAsync("reads", by);
        var root = await leaving.ConnectAsync(running.App.Administrator());
        using (var written = await leaving.Ada.PutAsync($"{root}/files/large", new ByteArrayContent(new byte[64 * MiB]), Cancellation))
            written.StatusCode.ShouldBe(HttpStatusCode.Created, await written.Content.ReadAsStringAsync(Cancellation));

        using var answer = await leaving.Leo.GetAsync($"{root}/files/large", HttpCompletionOption.ResponseHeadersRead, Cancellation);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        await using var content = await answer.Content.ReadAsStreamAsync(Cancellation);
        var (buffer, read, cut) = (new byte[MiB], 0L, false);
        await leaving.EndAsync();
        try
        {
            for (int some; (some = await content.ReadAsync(buffer, Cancellation)) > 0; await Task.Delay(some / 8192, Cancellation))
                read += some;
        }
        catch (Exception aborted) when (aborted is IOException or HttpRequestException)
        {
            cut = true;
        }

        cut.ShouldBeTrue($"{read / MiB} MiB were read");
        read.ShouldBeLessThan(64 * MiB);
    }

    [Theory]
    [InlineData(By.Membership)]
    [InlineData(By.Group)]
    public async Task A_file_that_is_being_written_is_not_written_after_the_membership(By by)
    {
        using var leaving = await LeavingAsync("writes", by);
        var root = await leaving.ConnectAsync(running.App.Administrator());
        var ended = new TaskCompletionSource();
        var writing = leaving.Leo.PutAsync($"{root}/files/late", new Dripping(ended.Task), Cancellation);
        await Task.Delay(500, Cancellation);
        await leaving.EndAsync();
        await Task.Delay(3000, Cancellation);
        ended.SetResult();
        using var answer = await writing;
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound, await answer.Content.ReadAsStringAsync(Cancellation));
        await leaving.Ada.GetAsync($"{root}/files/late", HttpStatusCode.NotFound);
    }

    /// <summary>How somebody came into the workspace.</summary>
    public enum By
    {
        Membership,
        Group,
    }

    private async Task<Leaving> LeavingAsync(string name, By by)
    {
        var (ada, leo) = (await running.App.SignInAsync("ada"), await running.App.SignInAsync(by is By.Group ? "gus" : "leo"));
        var user = (await leo.GetAsync("/api/me", HttpStatusCode.OK))["user"]!.Text("id");
        var workspace = (await ada.PostAsync("/api/workspaces", new { name = Connections.Unique(name) }, HttpStatusCode.Created)).Text(
            "id");
        var entry = $"/api/workspaces/{workspace}/" + (by is By.Group ? $"groups/{MatrixWorld.Adjusters}" : $"members/{user}");
        await ada.SendAsync(HttpMethod.Put, entry, new { role = "member" }, HttpStatusCode.OK);
        return new(ada, leo, entry, workspace);
    }

    /// <summary>The ETag once the flow has taken up the connection, which changes it.</summary>
    private static async Task<string> SettledAsync(HttpClient http, string connection)
    {
        for (var (etag, before) = ("", ""); ; await Task.Delay(1500, Cancellation))
        {
            using var answer = await http.GetAsync($"/api/connections/{connection}", Cancellation);
            (before, etag) = (etag, answer.Headers.ETag!.ToString());
            if (etag == before)
                return etag;
        }
    }

    private static async Task<(HttpStatusCode Status, string Body)> WaitAsync(HttpClient http, string connection, string etag)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/connections/{connection}?wait=20");
        request.Headers.IfNoneMatch.Add(EntityTagHeaderValue.Parse(etag));
        using var answer = await http.SendAsync(request, Cancellation);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
    }

    private sealed record Leaving(HttpClient Ada, HttpClient Leo, string Entry, string Workspace) : IDisposable
    {
        public Task EndAsync() => Ada.SendAsync(HttpMethod.Delete, Entry, null, HttpStatusCode.NoContent);

        public async Task<string> ConnectAsync(AwsAdministrator administrator)
        {
            var id = (
                await Ada.PostAsync("/api/connections", Connections.StartBody("accessKey", workspace: Workspace), HttpStatusCode.Accepted)
            ).Text("id");
            await Ada.SendAsync(
                HttpMethod.Put,
                $"/api/connections/{id}/configuration",
                Connections.KeyConfiguration(administrator, Connections.Unique("leaving")),
                HttpStatusCode.Accepted);
            return $"/api/drives/{(await Ada.UntilAsync(id, "connected")).Text("driveId")}";
        }

        public void Dispose()
        {
            Ada.Dispose();
            Leo.Dispose();
        }
    }

    /// <summary>A body that goes on until it is told to end.</summary>
    private sealed class Dripping(Task end) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            try
            {
                for (var last = false; !last; await Task.Delay(100))
                {
                    last = end.IsCompleted;
                    await stream.WriteAsync(new byte[16 * 1024]);
                    await stream.FlushAsync();
                }
            }
            catch (IOException)
            {
                // Answered before the end.
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}

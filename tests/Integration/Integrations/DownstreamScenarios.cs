using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ServerlessDrives.Tests.Integration.Connecting;
using ServerlessDrives.Tests.Integration.Files;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Integrations;

/// <summary>Outputs on their way to a drive.</summary>
[Collection(RunningApp.Name)]
public sealed class DownstreamScenarios(RunningApp running)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_output_lands_on_the_drive_named_else_the_workspaces_default_else_the_organizations()
    {
        using var ada = await running.App.SignInAsync("ada");
        var workspace = (await ada.PostAsync("/api/workspaces", new { name = Connections.Unique("outputs") }, HttpStatusCode.Created)).Text(
            "id");
        await ada.SendAsync(HttpMethod.Put, $"/api/workspaces/{workspace}/members/mia", new { role = "member" }, HttpStatusCode.OK);
        using var mia = await running.App.SignInAsync("mia");
        var own = await ConnectAsync(ada, new { type = "workspace", workspaceId = workspace });
        var (whole, named) = (
            await ConnectAsync(ada, new { type = "organization" }),
            await ConnectAsync(ada, new { type = "organization" }));
        var byDefault = (
            await mia.PostAsync(
                "/api/integrations",
                new
                {
                    kind = "downstream",
                    workspaceId = workspace,
                    folder = "out",
                },
                HttpStatusCode.Created)
        ).Text("id");
        var explicitly = (
            await ada.PostAsync(
                "/api/integrations",
                new
                {
                    kind = "downstream",
                    workspaceId = workspace,
                    driveId = named,
                    folder = "out",
                },
                HttpStatusCode.Created)
        ).Text("id");

        if ((await EffectiveAsync(ada, workspace)) is null)
            (await StoreAsync(mia, byDefault, "none.txt", HttpStatusCode.Conflict)).Text("code").ShouldBe("no-drive");
        await ada.SendAsync(HttpMethod.Put, "/api/organization/default-drive", new { driveId = whole }, HttpStatusCode.OK);
        (await StoreAsync(mia, byDefault, "one.txt")).Text("driveId").ShouldBe(whole);
        await ada.SendAsync(HttpMethod.Put, $"/api/workspaces/{workspace}/default-drive", new { driveId = own }, HttpStatusCode.OK);
        var stored = await StoreAsync(mia, byDefault, "a b/two.txt");
        stored.Text("driveId").ShouldBe(own);
        stored.Text("path").ShouldBe("out/a b/two.txt");
        (await StoreAsync(mia, explicitly, "three.txt")).Text("driveId").ShouldBe(named);

        (await mia.GetStringAsync($"/api/files/{stored.Text("id")}/content", Cancellation)).ShouldBe("a b/two.txt");
        using var leo = await running.App.SignInAsync("leo");
        await StoreAsync(leo, byDefault, "leo.txt", HttpStatusCode.NotFound);
        (await leo.GetAsync($"/api/files/{stored.Text("id")}/content", HttpStatusCode.NotFound)).Text("code").ShouldBe("not-found");
    }

    [Fact]
    public async Task What_takes_no_outputs_says_why()
    {
        var drive = await TestDrive.SharedAsync(running.App);
        using var ada = await running.App.SignInAsync("ada");
        using var receiver = new EventReceiver();
        var webhook = await ada.PostAsync(
            "/api/webhooks",
            new { url = receiver.Url, events = new[] { "file.arrived" } },
            HttpStatusCode.Created);
        var upstream = await drive.Http.PostAsync(
            "/api/integrations",
            new
            {
                kind = "upstream",
                driveId = drive.Id,
                folder = "in",
                webhookId = webhook.Text("id"),
            },
            HttpStatusCode.Created);
        (await StoreAsync(drive.Http, upstream.Text("id"), "a.txt", HttpStatusCode.Conflict)).Text("code").ShouldBe("not-downstream");
        var downstream = await DownstreamAsync(drive);
        await drive.Http.SendAsync(
            HttpMethod.Patch,
            $"/api/integrations/{downstream}",
            new { pattern = "*" },
            HttpStatusCode.UnprocessableEntity);
        await drive.Http.SendAsync(HttpMethod.Patch, $"/api/integrations/{downstream}", new { paused = true }, HttpStatusCode.OK);
        (await StoreAsync(drive.Http, downstream, "a.txt", HttpStatusCode.Conflict)).Text("code").ShouldBe("integration-paused");
        await drive.Http.SendAsync(HttpMethod.Patch, $"/api/integrations/{downstream}", new { paused = false }, HttpStatusCode.OK);
        using var slash = await drive.Http.PostAsync(
            $"/api/integrations/{downstream}/outputs/a%2Fb.txt",
            new StringContent("which name?"),
            Cancellation);
        slash.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await slash.Content.ReadFromJsonAsync<JsonNode>(Cancellation))!["errors"]!["path"]![0]!
            .GetValue<string>()
            .ShouldContain("encoded slash");
        using var content = new StringContent("other than its digest");
        content.Headers.ContentMD5 = new byte[16];
        using var mismatch = await drive.Http.PostAsync($"/api/integrations/{downstream}/outputs/wrong.txt", content, Cancellation);
        ((int)mismatch.StatusCode).ShouldBeInRange(400, 422);
        (await mismatch.Content.ReadFromJsonAsync<JsonNode>(Cancellation))!.Text("code").ShouldBe("digest-mismatch");
        (await drive.KeysAsync($"{downstream}/")).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_output_is_there_whole_or_not_at_all_whatever_its_size()
    {
        var drive = await TestDrive.SharedAsync(running.App);
        var downstream = await DownstreamAsync(drive);
        await Should.ThrowAsync<HttpRequestException>(async () =>
        {
            using var cut = new StreamContent(new CutOffStream(20 << 20));
            cut.Headers.ContentLength = 40 << 20;
            using var answer = await drive.Http.PostAsync($"/api/integrations/{downstream}/outputs/large.bin", cut, Cancellation);
        });

        // More than what hosts let through by default.
        var bytes = TestDrive.Bytes(32 << 20);
        using var whole = await drive.Http.PostAsync(
            $"/api/integrations/{downstream}/outputs/large.bin",
            new ByteArrayContent(bytes),
            Cancellation);
        whole.StatusCode.ShouldBe(HttpStatusCode.Created, await whole.Content.ReadAsStringAsync(Cancellation));
        var stored = (await whole.Content.ReadFromJsonAsync<JsonNode>(Cancellation))!;
        stored["size"]!.GetValue<long>().ShouldBe(bytes.Length);
        (await drive.Http.GetByteArrayAsync($"/api/files/{stored.Text("id")}/content", Cancellation))
            .AsSpan()
            .SequenceEqual(bytes)
            .ShouldBeTrue();
        for (
            var until = DateTime.UtcNow.AddSeconds(60);
            (await drive.KeysAsync($"{downstream}/")).Any(key => key.StartsWith("upload:", StringComparison.Ordinal));
            await Task.Delay(100, Cancellation))
            DateTime.UtcNow.ShouldBeLessThan(until, "the upload that was cut off is still there");
        (await drive.KeysAsync($"{downstream}/")).ShouldHaveSingleItem().ShouldEndWith("/large.bin");
    }

    [Fact]
    public async Task An_output_that_is_sent_again_with_its_key_is_stored_and_referred_to_once()
    {
        var drive = await TestDrive.SharedAsync(running.App);
        var (downstream, key) = (await DownstreamAsync(drive), Guid.NewGuid().ToString());
        var first = await SendAsync("report.txt", "the report");
        first.Status.ShouldBe(HttpStatusCode.Created);
        (await drive.Http.DeleteAsync(drive.ContentUrl($"{downstream}/report.txt"), Cancellation)).StatusCode.ShouldBe(
            HttpStatusCode.NoContent);
        (await SendAsync("report.txt", "the report")).ShouldBe(first);
        (await drive.KeysAsync($"{downstream}/")).ShouldBeEmpty("the repetition was answered, not stored");
        var other = await SendAsync("another.txt", "the report");
        other.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        other.Text.ShouldContain("This key was used for another request");

        async Task<(HttpStatusCode Status, string Text)> SendAsync(string path, string content)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/integrations/{downstream}/outputs/{path}")
            {
                Content = new StringContent(content),
                Headers = { { "Idempotency-Key", key } },
            };
            using var answer = await drive.Http.SendAsync(request, Cancellation);
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
        }
    }

    [Fact]
    public async Task A_repetition_may_be_of_any_size_too()
    {
        var drive = await TestDrive.SharedAsync(running.App);
        var (downstream, key) = (await DownstreamAsync(drive), Guid.NewGuid().ToString());
        // More than what hosts let through by default.
        var bytes = TestDrive.Bytes(32 << 20);
        var answers = new List<string>();
        for (var time = 0; time < 2; time++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/integrations/{downstream}/outputs/large.bin")
            {
                Content = new ByteArrayContent(bytes),
                Headers = { { "Idempotency-Key", key } },
            };
            using var answer = await drive.Http.SendAsync(request, Cancellation);
            answers.Add(await answer.Content.ReadAsStringAsync(Cancellation));
            answer.StatusCode.ShouldBe(HttpStatusCode.Created, answers[^1]);
        }

        answers[1].ShouldBe(answers[0]);
    }

    /// <summary>One that stores in a folder of its own name on this drive.</summary>
    private static async Task<string> DownstreamAsync(TestDrive drive)
    {
        var made = await drive.Http.PostAsync(
            "/api/integrations",
            new
            {
                kind = "downstream",
                workspaceId = "ws_claims",
                driveId = drive.Id,
                folder = "out",
            },
            HttpStatusCode.Created);
        await drive.Http.SendAsync(
            HttpMethod.Patch,
            $"/api/integrations/{made.Text("id")}",
            new { folder = made.Text("id") },
            HttpStatusCode.OK);
        return made.Text("id");
    }

    /// <summary>Stores an output whose content is its name.</summary>
    private static async Task<JsonNode> StoreAsync(
        HttpClient http,
        string integration,
        string path,
        HttpStatusCode expected = HttpStatusCode.Created)
    {
        using var answer = await http.PostAsync(
            $"/api/integrations/{integration}/outputs/{Uri.EscapeDataString(path).Replace("%2F", "/", StringComparison.Ordinal)}",
            new StringContent(path),
            Cancellation);
        var text = await answer.Content.ReadAsStringAsync(Cancellation);
        answer.StatusCode.ShouldBe(expected, text);
        return JsonNode.Parse(text)!;
    }

    private static async Task<string?> EffectiveAsync(HttpClient http, string workspace)
    {
        using var answer = await http.GetAsync($"/api/workspaces/{workspace}/default-drive", Cancellation);
        return answer.IsSuccessStatusCode
            ? JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancellation))!["driveId"]?.GetValue<string>()
            : null;
    }

    private async Task<string> ConnectAsync(HttpClient ada, object audience)
    {
        var connection = await ada.PostAsync(
            "/api/connections",
            new
            {
                displayName = Connections.Unique("outputs"),
                audience,
                authentication = new { method = "accessKey" },
                configuration = Connections.KeyConfiguration(running.App.Administrator(), Connections.Unique("outputs")),
            },
            HttpStatusCode.Accepted);
        return (await ada.UntilAsync(connection.Text("id"), "connected")).Text("driveId");
    }

    /// <summary>Ends in the middle, as a client does that goes away.</summary>
    private sealed class CutOffStream(int length) : Stream
    {
        private int _left = length;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            if (_left == 0)
                throw new IOException("The client is gone.");
            var read = Math.Min(count, _left);
            _left -= read;
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

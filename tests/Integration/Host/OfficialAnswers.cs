using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ServerlessDrives.Tests.Integration.Connecting;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Host;

/// <summary>
/// 190 odd requests and what the official Functions host (4.1037) answered to them with this app, against what the local host answers.
/// In <c>official-answers.json</c>: <c>as</c> is who asks, <c>{d}</c> a drive by access key on the whole of acme-documents, <c>{c}</c> its
/// connection, <c>sent</c> the body, where <c>x*300008</c> stands for so many of them, <c>body</c> the kind of answer and <c>code</c> the
/// problem's. The order counts.
/// </summary>
[Collection(RunningApp.Name)]
public sealed partial class OfficialAnswers(RunningApp running)
{
    /// <summary>What must differ, and why.</summary>
    private static readonly (Func<string, string, bool> Is, Answer Ours, string Why)[] Different =
    [
        (
            (_, path) => path == "/embedded/cloud",
            new(200, "application/json", null),
            "What one machine has beside the app is only there; elsewhere this is a page that the wizard doesn't know."),
        (
            (method, path) => path == "/" && method is ("POST" or "PUT" or "PATCH" or "DELETE"),
            new(404, "problem", "not-found"),
            "Recorded before the app had a function for these, which stands before the host's own page."),
        (
            (method, path) => path == "/" && method is ("OPTIONS" or "TRACE" or "FOO"),
            new(204, "empty", null),
            "Recorded with the host's home page, which infra/azure disables; it then answers an empty 204 to what no function takes."),
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_local_host_answers_odd_requests_as_the_official_one_does()
    {
        var recorded = JsonNode
            .Parse(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Host", "official-answers.json"), Cancellation))!
            .AsArray();
        recorded.Count.ShouldBe(190);
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
        var signedIn = new Dictionary<string, AuthenticationHeaderValue>();
        foreach (var user in new[] { "mia", "leo", "eve" })
        {
            using var person = await running.App.SignInAsync(user);
            signedIn[user] = person.DefaultRequestHeaders.Authorization!;
        }

        var (connection, drive) = await ConnectAsync();
        var (complaints, reasons) = (new List<string>(), new HashSet<string>());
        foreach (var odd in recorded.Select(node => node!))
        {
            var (method, path) = (odd.Text("method"), odd.Text("path"));
            using var request = Request(
                odd,
                path.Replace("{c}", connection, StringComparison.Ordinal).Replace("{d}", drive, StringComparison.Ordinal));
            if (odd["as"]?.GetValue<string>() is { } user)
                request.Headers.Authorization = signedIn[user];
            using var answer = await http.SendAsync(request, Cancellation);
            var ours = await AnswerOfAsync(answer);
            var expected = new Answer(odd["status"]!.GetValue<int>(), odd.Text("body"), odd["code"]?.GetValue<string>());
            var different = Different.Where(known => known.Is(method, path)).ToList();
            reasons.UnionWith(different.Select(known => known.Why));
            if (different is [var only])
                expected = only.Ours;
            if (ours != expected)
                complaints.Add($"{method} {path[..Math.Min(path.Length, 100)]}: {ours} instead of {expected}");
        }

        complaints.ShouldBeEmpty();
        reasons.Count.ShouldBe(Different.Length);
    }

    private async Task<(string Connection, string Drive)> ConnectAsync()
    {
        using var mia = await running.App.SignInAsync("mia");
        var connection = (await Connections.StartAsync(mia, "accessKey")).Text("id");
        await mia.SendAsync(
            HttpMethod.Put,
            $"/api/connections/{connection}/configuration",
            Connections.KeyConfiguration(running.App.Administrator(), ""),
            System.Net.HttpStatusCode.Accepted);
        return (connection, (await mia.UntilAsync(connection, "connected")).Text("driveId"));
    }

    private HttpRequestMessage Request(JsonNode odd, string path)
    {
        // Sent as it is written: no dot segment is taken out before.
        var address = new Uri(
            $"{running.App.Address.GetLeftPart(UriPartial.Authority)}{path}",
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        var request = new HttpRequestMessage(new HttpMethod(odd.Text("method")), address);
        if (odd["sent"]?.GetValue<string>() is { } sent)
        {
            request.Content = new ByteArrayContent(Encoding.Latin1.GetBytes(Repeated(sent)));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        }

        foreach (var (name, value) in odd["headers"]?.AsObject() ?? [])
        {
            var text = Repeated(value!.GetValue<string>());
            if (name.StartsWith("Content-", StringComparison.Ordinal))
            {
                request.Content!.Headers.Remove(name);
                request.Content.Headers.TryAddWithoutValidation(name, text);
            }
            else
            {
                request.Headers.TryAddWithoutValidation(name, text);
            }
        }

        return request;
    }

    private static async Task<Answer> AnswerOfAsync(HttpResponseMessage answer)
    {
        var body = await answer.Content.ReadAsByteArrayAsync(Cancellation);
        var type = answer.Content.Headers.ContentType?.MediaType ?? "";
        var (kind, code) = (type, (string?)null);
        if (body.Length == 0)
            kind = "empty";
        else if (type == "application/problem+json")
            (kind, code) = ("problem", JsonNode.Parse(body)!.Text("code"));
        // Pages of ours, unless they come compressed.
        else if (Encoding.UTF8.GetString(body).Contains("<title>ServerlessDrives", StringComparison.Ordinal))
            kind = "wizard";
        return new((int)answer.StatusCode, kind, code);
    }

    private static string Repeated(string text) =>
        Times().Match(text) is { Success: true } times
            ? new string(times.Groups["what"].Value[0], int.Parse(times.Groups["times"].Value, provider: null))
            : text;

    [GeneratedRegex("^(?<what>[ax])\\*(?<times>[0-9]+)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 100)]
    private static partial Regex Times();

    private sealed record Answer(int Status, string Body, string? Code);
}

using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Shouldly;

namespace ServerlessDrives.Tests.Shared;

/// <summary>JSON over HTTP in a line each, with the status that is expected.</summary>
public static class Wire
{
    public static async Task<JsonNode> SendAsync(
        this HttpClient http,
        HttpMethod method,
        string path,
        object? body,
        HttpStatusCode expected,
        params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = body is string text ? new StringContent(text, Encoding.UTF8, "application/json") : JsonContent.Create(body);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var answer = await http.SendAsync(request);
        var content = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(expected, $"{method} {path}: {content}");
        return content.Length == 0 ? new JsonObject() : JsonNode.Parse(content)!;
    }

    public static Task<JsonNode> GetAsync(this HttpClient http, string path, HttpStatusCode expected) =>
        http.SendAsync(HttpMethod.Get, path, null, expected);

    public static Task<JsonNode> PostAsync(this HttpClient http, string path, object? body, HttpStatusCode expected) =>
        http.SendAsync(HttpMethod.Post, path, body, expected);

    public static string Text(this JsonNode node, string name) => node[name]!.GetValue<string>();

    /// <summary>Reads the connection again and again until it has come to one of these statuses.</summary>
    public static async Task<JsonNode> UntilAsync(
        this HttpClient http,
        string connection,
        Func<JsonNode, bool> arrived,
        TimeSpan? patience = null)
    {
        var until = DateTime.UtcNow + (patience ?? TimeSpan.FromSeconds(90));
        while (true)
        {
            var now = await http.GetAsync($"/api/connections/{connection}", HttpStatusCode.OK);
            if (arrived(now))
                return now;
            DateTime.UtcNow.ShouldBeLessThan(until, $"The connection did not get there: {now.ToJsonString()}");
            await Task.Delay(100);
        }
    }

    public static Task<JsonNode> UntilAsync(this HttpClient http, string connection, params string[] statuses) =>
        http.UntilAsync(connection, now => statuses.Contains(now.Text("status")));

    public static JsonNode Check(this JsonNode report, string name, string? permission = null) =>
        report["checks"]!
            .AsArray()
            .First(check => check!.Text("name") == name && (permission is null || check!["permission"]?.GetValue<string>() == permission))!;
}

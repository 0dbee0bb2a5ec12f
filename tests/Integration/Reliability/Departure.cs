using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace ServerlessDrives.Tests.Integration.Reliability;

/// <summary>A caller who sends a request and is gone before it is answered.</summary>
internal static class Departure
{
    /// <summary>Sends the request whole, and resets the connection after that long.</summary>
    public static async Task SendAndLeaveAsync(Uri address, HttpClient signedIn, string path, object body, string key, TimeSpan after)
    {
        var json = JsonSerializer.Serialize(body);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, LingerState = new(enable: true, seconds: 0) };
        try
        {
            await socket.ConnectAsync(address.Host, address.Port);
            await socket.SendAsync(
                Encoding.UTF8.GetBytes(
                    $"POST {path} HTTP/1.1\r\nHost: {address.Authority}\r\nAuthorization: " +
                    $"{signedIn.DefaultRequestHeaders.Authorization}\r\nIdempotency-Key: {key}\r\n"
                        + $"Content-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(json)}\r\n\r\n{json}"));
            await Task.Delay(after);
        }
        catch (SocketException)
        {
            // The app was killed meanwhile, which is another way not to be answered.
        }
    }

    /// <summary>The same request under the same key, by somebody who waits: until it is answered by something else than "later".</summary>
    public static async Task<System.Text.Json.Nodes.JsonNode> RepeatAsync(
        HttpClient http,
        string path,
        object body,
        string key,
        System.Net.HttpStatusCode expected)
    {
        for (var until = DateTime.UtcNow.AddSeconds(60); ; await Task.Delay(200))
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path)
            {
                Content = System.Net.Http.Json.JsonContent.Create(body),
                Headers = { { "Idempotency-Key", key } },
            };
            using var answer = await http.SendAsync(request);
            var content = await answer.Content.ReadAsStringAsync();
            var later = (int)answer.StatusCode is 429 or >= 500 || content.Contains("\"in-progress\"", StringComparison.Ordinal);
            if (answer.StatusCode == expected)
                return System.Text.Json.Nodes.JsonNode.Parse(content)!;
            if (!later || DateTime.UtcNow > until)
                throw new InvalidOperationException($"POST {path} again: {(int)answer.StatusCode} {content}");
        }
    }
}

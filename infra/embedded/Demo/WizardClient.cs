using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace ServerlessDrives.Embedded.Demo;

/// <summary>A person who uses the product by its public API and nothing else.</summary>
internal sealed class WizardClient(HttpClient http, Uri address)
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(60);

    private string? _token;

    public async Task SignInAsync(string user, CancellationToken cancellation)
    {
        var answer = await SendAsync(
            HttpMethod.Post,
            "/embedded/token",
            new JsonObject { ["user"] = user },
            HttpStatusCode.OK,
            cancellation);
        _token = answer["access_token"]!.GetValue<string>();
    }

    public async Task<JsonNode> SendAsync(
        HttpMethod method,
        string path,
        JsonNode? body,
        HttpStatusCode expected,
        CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, new Uri(address, path));
        if (_token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var answer = await http.SendAsync(request, cancellation);
        var text = await answer.Content.ReadAsStringAsync(cancellation);
        if (answer.StatusCode != expected)
            throw new DemoFailedException($"{method} {path} answered {(int)answer.StatusCode} in place of {(int)expected}: {text}");
        return answer.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) is true
            ? JsonNode.Parse(text)!
            : JsonValue.Create(text);
    }

    /// <summary>Long-polls the connection until it has come to where it is expected.</summary>
    public async Task<JsonNode> UntilAsync(string connection, string status, int attempt, CancellationToken cancellation)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        enough.CancelAfter(TimeLimit);
        string? etag = null;
        JsonNode? last = null;
        try
        {
            while (true)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, $"/api/connections/{connection}?wait=20"));
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
                if (etag is not null)
                    request.Headers.TryAddWithoutValidation("If-None-Match", etag);
                using var answer = await http.SendAsync(request, enough.Token);
                if (answer.StatusCode is HttpStatusCode.NotModified)
                    continue;
                if (!answer.IsSuccessStatusCode)
                    throw new DemoFailedException(
                        $"The connection can't be read: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(enough.Token)}");
                etag = answer.Headers.ETag?.ToString();
                last = (await answer.Content.ReadFromJsonAsync<JsonNode>(enough.Token))!;
                if (last["status"]!.GetValue<string>() == status && last["attempt"]!.GetValue<int>() == attempt)
                    return last;
                if (last["status"]!.GetValue<string>() is "failed" or "expired" or "cancelled")
                    throw new DemoFailedException($"The connection ended: {last["problem"]}");
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new DemoFailedException(
                $"The connection did not become {status} (attempt {attempt}) within {TimeLimit.TotalSeconds:0} seconds: " +
                $"{last?.ToJsonString()}"
            );
        }
    }
}

/// <summary>Something in the guided run was not as it should be.</summary>
internal sealed class DemoFailedException(string message) : Exception(message);

using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace ServerlessDrives.Tests.Integration.Sandbox;

/// <summary>Requests signed by hand: what no SDK would send.</summary>
internal sealed class SignedRequests(Uri endpoint, string accessKeyId, string secret) : IDisposable
{
    private readonly HttpClient http = new();

    public void Dispose() => http.Dispose();

    /// <summary>Sends a request whose every header is signed; answers the status and the body.</summary>
    /// <param name="path">Encoded, with its slash.</param>
    /// <param name="query">Names and values as they are; a value may be empty.</param>
    public async Task<(HttpStatusCode Status, string Body)> SendAsync(
        string service,
        string method,
        string path,
        IEnumerable<KeyValuePair<string, string>> query,
        IEnumerable<KeyValuePair<string, string>> headers,
        byte[]? body = null)
    {
        var content = body ?? [];
        var now = DateTime.UtcNow;
        var (date, time) = (now.ToString("yyyyMMdd"), now.ToString("yyyyMMdd'T'HHmmss'Z'"));
        var hash = Convert.ToHexStringLower(SHA256.HashData(content));
        var sent = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["host"] = endpoint.Authority,
            ["x-amz-date"] = time,
            ["x-amz-content-sha256"] = hash,
        };
        foreach (var (name, value) in headers)
            sent[name.ToLowerInvariant()] = value;
        var parameters = string.Join(
            '&',
            query
                .Select(pair => (Name: Uri.EscapeDataString(pair.Key), Value: Uri.EscapeDataString(pair.Value)))
                .OrderBy(pair => pair.Name, StringComparer.Ordinal)
                .Select(pair => $"{pair.Name}={pair.Value}"));
        var signed = string.Join(';', sent.Keys);
        var canonical =
            $"{method}\n{path}\n{parameters}\n{string.Concat(sent.Select(pair => $"{pair.Key}:{pair.Value}\n"))}\n{signed}\n{hash}";
        var scope = $"{date}/us-east-1/{service}/aws4_request";
        var toSign = $"AWS4-HMAC-SHA256\n{time}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var key = new[] { date, "us-east-1", service, "aws4_request" }.Aggregate(
            Encoding.UTF8.GetBytes("AWS4" + secret),
            (step, part) => HMACSHA256.HashData(step, Encoding.UTF8.GetBytes(part)));
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(toSign)));

        using var request = new HttpRequestMessage(
            new HttpMethod(method),
            new Uri(endpoint, parameters.Length == 0 ? path : $"{path}?{parameters}"));
        if (method is not ("GET" or "HEAD"))
            request.Content = new ByteArrayContent(content);
        foreach (var (name, value) in sent.Where(pair => pair.Key != "host"))
        {
            if (!request.Headers.TryAddWithoutValidation(name, value) && request.Content is not null)
            {
                request.Content.Headers.Remove(name);
                request.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        request.Headers.Authorization = new AuthenticationHeaderValue(
            "AWS4-HMAC-SHA256",
            $"Credential={accessKeyId}/{scope},SignedHeaders={signed},Signature={signature}");
        using var answer = await http.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace ServerlessDrives.Tests.Shared;

/// <summary>A receiver of webhooks on loopback, with a signature check of its own that shares no code with the sender.</summary>
public sealed class EventReceiver : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly ConcurrentQueue<ReceivedEvent> _received = new();

    public EventReceiver()
    {
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            Url = new($"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/hook/");
        }

        _listener.Prefixes.Add(Url.AbsoluteUri);
        _listener.Start();
        _ = ReceiveAsync();
    }

    public Uri Url { get; }

    /// <summary>What it answers.</summary>
    public int Status { get; set; } = 204;

    /// <summary>A header of its answer.</summary>
    public (string Name, string Value)? Header { get; set; }

    public IReadOnlyList<ReceivedEvent> Received => [.. _received];

    public IReadOnlyList<ReceivedEvent> Of(string type) => [.. _received.Where(received => received.Type == type)];

    public void Dispose() => _listener.Close();

    private async Task ReceiveAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                await AnswerAsync(await _listener.GetContextAsync());
            }
            catch (Exception gone) when (gone is HttpListenerException or ObjectDisposedException or IOException)
            {
                // The sender hung up, and the next request is another's; or the test is over.
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        using var body = new MemoryStream();
        await context.Request.InputStream.CopyToAsync(body);
        var headers = context.Request.Headers;
        _received.Enqueue(
            new(
                headers["webhook-id"] ?? "",
                headers["webhook-timestamp"] ?? "",
                headers["webhook-signature"] ?? "",
                headers["content-type"] ?? "",
                body.ToArray()));
        context.Response.StatusCode = Status;
        if (Header is { } header)
            context.Response.Headers[header.Name] = header.Value;
        context.Response.Close();
    }
}

/// <summary>One request as it arrived.</summary>
public sealed record ReceivedEvent(string Id, string Timestamp, string Signature, string ContentType, byte[] Body)
{
    public JsonNode Json => JsonNode.Parse(Body)!;

    public string Type => Json["type"]!.GetValue<string>();

    /// <summary>Whether the signature is the one of the Standard Webhooks specification under this key.</summary>
    public bool IsSignedWith(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        using var mac = new HMACSHA256(Convert.FromBase64String(key["whsec_".Length..]));
        mac.TransformBlock(Encoding.UTF8.GetBytes($"{Id}.{Timestamp}."), 0, Encoding.UTF8.GetByteCount($"{Id}.{Timestamp}."), null, 0);
        mac.TransformFinalBlock(Body, 0, Body.Length);
        var expected = "v1," + Convert.ToBase64String(mac.Hash!);
        return Signature
            .Split(' ')
            .Any(candidate => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(candidate), Encoding.UTF8.GetBytes(expected)));
    }
}

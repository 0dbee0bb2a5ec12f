using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ServerlessDrives.Tests.Integration.Observability;

/// <summary>A span as the collector received it.</summary>
/// <param name="TraceId">In hexadecimal, as W3C writes it.</param>
/// <param name="Parent">Empty for a root.</param>
/// <param name="Kind">OTLP's number: 1 internal, 2 server, 3 client, 4 producer, 5 consumer.</param>
/// <param name="Links">The ids of the traces that it links to.</param>
public sealed record ReceivedSpan(
    string TraceId, string Id, string Parent, string Name, int Kind, IReadOnlyDictionary<string, string> Tags, IReadOnlyList<string> Links)
{
    public string? this[string tag] => Tags.GetValueOrDefault(tag);
}

/// <summary>An OTLP collector on loopback: takes what OpenTelemetry's own exporter sends, over HTTP in Protocol Buffers.</summary>
public sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication _web;
    private readonly ConcurrentQueue<byte[]> _everything = new();

    private OtlpReceiver(WebApplication web) => _web = web;

    public ConcurrentQueue<ReceivedSpan> Spans { get; } = new();

    public ConcurrentDictionary<string, bool> Metrics { get; } = new();

    public Uri Address { get; private set; } = null!;

    /// <summary>What the app needs to be told to send everything here, and soon.</summary>
    public Dictionary<string, string> Settings => new()
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = Address.AbsoluteUri,
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
        ["OTEL_BLRP_SCHEDULE_DELAY"] = "200",
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "1000",
    };

    public static async Task<OtlpReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var receiver = new OtlpReceiver(builder.Build());
        receiver._web.MapPost("/v1/{signal}", receiver.TakeAsync);
        await receiver._web.StartAsync();
        receiver.Address = new Uri(receiver._web.Urls.Single());
        return receiver;
    }

    /// <summary>Whether any request, whatever it told, had this text in it.</summary>
    public bool Mentions(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return _everything.Any(body => body.AsSpan().IndexOf(bytes) >= 0);
    }

    public ValueTask DisposeAsync() => _web.DisposeAsync();

    private async Task<IResult> TakeAsync(HttpRequest request, string signal)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
        var bytes = body.ToArray();
        _everything.Enqueue(bytes);
        // Resource → scope → span or metric.
        foreach (var told in new Message(bytes).All(1).SelectMany(resource => resource.All(2)).SelectMany(scope => scope.All(2)))
        {
            if (signal == "traces")
                Spans.Enqueue(SpanOf(told));
            else if (signal == "metrics")
                Metrics[told.Text(1)] = true;
        }

        return Results.Bytes([], "application/x-protobuf");
    }

    private static ReceivedSpan SpanOf(Message span) => new(
        span.Hex(1),
        span.Hex(2),
        span.Hex(4),
        span.Text(5),
        (int)span.Number(6),
        span.All(9).ToDictionary(tag => tag.Text(1), tag => ValueOf(tag.All(2).Single()), StringComparer.Ordinal),
        [.. span.All(13).Select(link => link.Hex(1))]);

    private static string ValueOf(Message value) => value.Has(3) ? $"{value.Number(3)}" : value.Text(1);
}

/// <summary>One message of Protocol Buffers, read field by field.</summary>
internal sealed class Message
{
    private readonly List<(int Field, ulong Number, ReadOnlyMemory<byte> Bytes)> _fields = [];

    public Message(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var tag = Varint(ref bytes);
            switch (tag & 7)
            {
                case 0:
                    _fields.Add(((int)(tag >> 3), Varint(ref bytes), default));
                    break;
                case 1:
                    bytes = bytes[8..];
                    break;
                case 2:
                    var length = (int)Varint(ref bytes);
                    _fields.Add(((int)(tag >> 3), 0, bytes[..length]));
                    bytes = bytes[length..];
                    break;
                case 5:
                    bytes = bytes[4..];
                    break;
                default:
                    throw new InvalidDataException($"Wire type {tag & 7} is none of Protocol Buffers'.");
            }
        }
    }

    public bool Has(int field) => _fields.Any(known => known.Field == field);

    public IEnumerable<Message> All(int field) => _fields.Where(known => known.Field == field).Select(known => new Message(known.Bytes));

    public string Text(int field) => Encoding.UTF8.GetString(Find(field).Bytes.Span);

    public string Hex(int field) => Convert.ToHexStringLower(Find(field).Bytes.Span);

    public ulong Number(int field) => Find(field).Number;

    private (int Field, ulong Number, ReadOnlyMemory<byte> Bytes) Find(int field) => _fields.FirstOrDefault(known => known.Field == field);

    private static ulong Varint(ref ReadOnlyMemory<byte> bytes)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = bytes.Span[0];
            bytes = bytes[1..];
            value |= (ulong)(next & 0x7F) << shift;
            if ((next & 0x80) == 0)
                return value;
        }
    }
}

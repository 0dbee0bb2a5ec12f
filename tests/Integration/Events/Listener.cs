using System.Net;
using System.Text.Json.Nodes;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Events;

/// <summary>Somebody outside who is told of events: a receiver, and the webhook that leads to it.</summary>
public sealed class Listener : IDisposable
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(90);

    private readonly EventReceiver _receiver;

    private Listener(EventReceiver receiver, JsonNode webhook) => (_receiver, Webhook) = (receiver, webhook);

    /// <summary>As it was answered when it was made.</summary>
    public JsonNode Webhook { get; }

    public string WebhookId => Webhook.Text("id");

    public string SigningSecret => Webhook.Text("signingSecret");

    public Uri Url => _receiver.Url;

    /// <summary>What the receiver answers.</summary>
    public int Status { set => _receiver.Status = value; }

    /// <summary>A header of its answers.</summary>
    public (string Name, string Value)? Header { set => _receiver.Header = value; }

    public IReadOnlyList<ReceivedEvent> Received => _receiver.Received;

    /// <param name="admin">Who may make webhooks.</param>
    /// <param name="events">Those that are wanted; none for all.</param>
    public static Task<Listener> StartAsync(HttpClient admin, params string[] events) => StartAsync(admin, 204, events);

    /// <param name="status">What the receiver answers.</param>
    public static async Task<Listener> StartAsync(HttpClient admin, int status, params string[] events)
    {
        var receiver = new EventReceiver { Status = status };
        return new(receiver, await admin.PostAsync("/api/webhooks", new { url = receiver.Url, events }, HttpStatusCode.Created));
    }

    public IReadOnlyList<ReceivedEvent> Of(string type) => _receiver.Of(type);

    public Task UntilAsync(int count) => UntilAsync(() => Received.Count >= count, () => $"{Received.Count} of {count} came");

    public Task UntilAsync(Func<ReceivedEvent, bool> came) =>
        UntilAsync(() => Received.Any(came), () => string.Join(", ", Received.Select(received => received.Json.ToJsonString())));

    /// <summary>The webhook is deleted, so that what others do isn't sent here in vain.</summary>
    public Task LeaveAsync(HttpClient admin) =>
        admin.SendAsync(HttpMethod.Delete, $"/api/webhooks/{WebhookId}", null, HttpStatusCode.NoContent);

    public void Dispose() => _receiver.Dispose();

    public static async Task UntilAsync(Func<bool> holds, Func<string> otherwise)
    {
        for (var until = DateTime.UtcNow + TimeLimit; !holds(); await Task.Delay(100, TestContext.Current.CancellationToken))
            DateTime.UtcNow.ShouldBeLessThan(until, otherwise());
    }
}

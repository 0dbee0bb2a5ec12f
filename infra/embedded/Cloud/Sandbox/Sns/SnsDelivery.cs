using System.Globalization;
using System.Net;
using System.Net.Mime;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Sns;

/// <summary>
/// Sends signed messages to subscribers over HTTP, again with growing pauses where they fail. What is on its way when the sandbox ends is
/// lost.
/// </summary>
internal sealed class SnsDelivery : IAsyncDisposable
{
    private const int AtOnce = 4;
    private const int MostTries = 15;
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(20);

    private readonly Channel<Outgoing> _outgoing = Channel.CreateUnbounded<Outgoing>();
    private readonly CancellationTokenSource _ended = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { Timeout = TimeLimit };
    private readonly SnsIdentity _identity;
    private readonly Uri _address;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly Task _sending;

    /// <param name="address">SNS's own, over https.</param>
    public SnsDelivery(SnsIdentity identity, Uri address, TimeProvider clock, ILogger log)
    {
        (_identity, _address, _clock, _log) = (identity, address, clock, log);
        _sending = Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Task.Run(SendAsync)));
    }

    public void Notify(Topic topic, Subscription subscription, string message, string? subject)
    {
        var parts = Parts("Notification", topic, message);
        if (subject is not null)
            parts["Subject"] = subject;
        var unsubscribe = new Uri(_address, $"/?Action=Unsubscribe&SubscriptionArn={Uri.EscapeDataString(subscription.Arn)}");
        Send(topic, subscription, parts, ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"], unsubscribe);
    }

    /// <param name="type"><c>SubscriptionConfirmation</c> or <c>UnsubscribeConfirmation</c>.</param>
    public void AskToConfirm(Topic topic, Subscription subscription, string type)
    {
        var parts = Parts(
            type,
            topic,
            type == "SubscriptionConfirmation"
                ? $"You have chosen to subscribe to the topic {topic.Arn}.\nTo confirm the subscription, visit the SubscribeURL " +
                    "included in this message."
                : $"You have chosen to deactivate subscription {subscription.Arn}.\nTo cancel this operation and restore the " +
                    "subscription, visit the SubscribeURL included in this message."
        );
        parts["Token"] = subscription.Token;
        parts["SubscribeURL"] = new Uri(
            _address,
            $"/?Action=ConfirmSubscription&TopicArn={Uri.EscapeDataString(topic.Arn)}&Token={subscription.Token}"
        ).AbsoluteUri;
        Send(topic, subscription, parts, ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"], null);
    }

    public async ValueTask DisposeAsync()
    {
        _outgoing.Writer.TryComplete();
        await _ended.CancelAsync();
        await _sending;
        _http.Dispose();
        _ended.Dispose();
    }

    private Dictionary<string, string> Parts(string type, Topic topic, string message) => new()
    {
        ["Type"] = type,
        ["MessageId"] = Guid.NewGuid().ToString(),
        ["TopicArn"] = topic.Arn,
        ["Message"] = message,
        ["Timestamp"] = _clock.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
    };

    private void Send(Topic topic, Subscription subscription, Dictionary<string, string> parts, string[] signed, Uri? unsubscribe)
    {
        var text = string.Concat(signed.Where(parts.ContainsKey).Select(name => $"{name}\n{parts[name]}\n"));
        var json = new JsonObject();
        foreach (var (name, value) in parts)
            json[name] = value;
        json["SignatureVersion"] = topic.SignatureVersion;
        json["Signature"] = _identity.Sign(text, topic.SignatureVersion);
        json["SigningCertURL"] = new Uri(_address, _identity.SigningCertificatePath).AbsoluteUri;
        if (unsubscribe is not null)
            json["UnsubscribeURL"] = unsubscribe.AbsoluteUri;
        _outgoing.Writer.TryWrite(new(subscription, parts["Type"], parts["MessageId"], topic.Arn, json.ToJsonString()));
    }

    private async Task SendAsync()
    {
        try
        {
            await foreach (var outgoing in _outgoing.Reader.ReadAllAsync(_ended.Token))
            {
                if (await TryAsync(outgoing) || outgoing.Tries + 1 >= MostTries)
                    continue;
                var again = outgoing with { Tries = outgoing.Tries + 1 };
                var pause = TimeSpan.FromSeconds(Math.Min(LongestPause.TotalSeconds, Math.Pow(2, outgoing.Tries) / 2));
                _ = Task.Delay(pause, _clock, _ended.Token)
                    .ContinueWith(
                        _ => _outgoing.Writer.TryWrite(again),
                        _ended.Token,
                        TaskContinuationOptions.OnlyOnRanToCompletion,
                        TaskScheduler.Default);
            }
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
            // The sandbox ends.
        }
    }

    /// <returns>Whether it is done with: taken, or refused for good.</returns>
    private async Task<bool> TryAsync(Outgoing outgoing)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, outgoing.To.Endpoint)
            {
                Content = new StringContent(outgoing.Body, Encoding.UTF8, MediaTypeNames.Text.Plain),
            };
            request.Headers.TryAddWithoutValidation("x-amz-sns-message-type", outgoing.Type);
            request.Headers.TryAddWithoutValidation("x-amz-sns-message-id", outgoing.Id);
            request.Headers.TryAddWithoutValidation("x-amz-sns-topic-arn", outgoing.Topic);
            if (outgoing.Type != "SubscriptionConfirmation")
                request.Headers.TryAddWithoutValidation("x-amz-sns-subscription-arn", outgoing.To.Arn);
            request.Headers.TryAddWithoutValidation("User-Agent", "Amazon Simple Notification Service Agent");
            using var answer = await _http.SendAsync(request, _ended.Token);
            return answer.IsSuccessStatusCode
                || ((int)answer.StatusCode is >= 400 and < 500 && answer.StatusCode is not HttpStatusCode.TooManyRequests);
        }
        catch (Exception failure)
            when (failure is HttpRequestException || (failure is OperationCanceledException && !_ended.IsCancellationRequested))
        {
            _log.LogDebug(failure, "A message of {Topic} did not reach its subscriber", outgoing.Topic);
            return false;
        }
    }

    private sealed record Outgoing(Subscription To, string Type, string Id, string Topic, string Body, int Tries = 0);
}

using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using ServerlessDrives.Access;

namespace ServerlessDrives.Events.Webhooks;

/// <summary>Sends events as CloudEvents 1.0 JSON, signed as the Standard Webhooks specification says.</summary>
public sealed class WebhookSender(HttpClient http, ISecrets secrets, EventOptions options, TimeProvider clock) : IWebhookSender
{
    /// <summary>The name of the HTTP client, whose handler reaches public addresses only.</summary>
    public const string ClientName = "webhooks";

    /// <summary>For one try, from connecting to the last byte of the answer's head.</summary>
    public static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(15);

    public async Task<DeliveryAttempt> SendAsync(Webhook webhook, Delivery delivery, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(webhook);
        ArgumentNullException.ThrowIfNull(delivery);
        var started = clock.GetUtcNow();
        var watch = Stopwatch.StartNew();
        if (await secrets.ReadAsync(webhook.Secret, webhook.SecretVersion, cancellation) is not { } key)
            return new(started, null, 0, "The webhook's signing key is gone; delete the webhook and make it again.");

        if (webhook.Url.Scheme != Uri.UriSchemeHttps && !options.AllowPrivateTargets)
            return new(started, null, 0, "Events are sent over https only.");

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(TimeLimit);
        try
        {
            using var request = Request(webhook, delivery, key, started);
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
            var status = (int)answer.StatusCode;
            return new(
                started,
                status,
                watch.ElapsedMilliseconds,
                answer.IsSuccessStatusCode ? null : $"The receiver answered {status}.",
                RetryAfter(answer.Headers.RetryAfter, started));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new(started, null, watch.ElapsedMilliseconds, $"The receiver did not answer within {TimeLimit.TotalSeconds:0} seconds.");
        }
        catch (HttpRequestException failure)
        {
            return new(
                started,
                null,
                watch.ElapsedMilliseconds,
                failure.InnerException is ForbiddenTargetException forbidden
                    ? forbidden.Message
                    : $"The receiver could not be reached: {failure.Message}");
        }
    }

    private static HttpRequestMessage Request(Webhook webhook, Delivery delivery, Secret key, DateTimeOffset now)
    {
        var happened = delivery.Event;
        var (body, contentType) = EventBody.Of(happened);
        var timestamp = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return new(HttpMethod.Post, webhook.Url)
        {
            Content = new ReadOnlyMemoryContent(body) { Headers = { ContentType = MediaTypeHeaderValue.Parse(contentType) } },
            Headers =
            {
                { "webhook-id", happened.Id },
                { "webhook-timestamp", timestamp },
                { "webhook-signature", Sign(key, happened.Id, timestamp, body.Span) },
                { "User-Agent", "ServerlessDrives-Webhooks/1" },
            },
        };
    }

    /// <summary>
    /// <c>v1,</c> and the base64 of HMAC-SHA256 over <c>id.timestamp.body</c>; the key is the base64 behind <c>whsec_</c>.
    /// </summary>
    internal static string Sign(Secret key, string id, string timestamp, ReadOnlySpan<byte> body)
    {
        var head = Encoding.UTF8.GetBytes($"{id}.{timestamp}.");
        var signed = new byte[head.Length + body.Length];
        head.CopyTo(signed, 0);
        body.CopyTo(signed.AsSpan(head.Length));
        var secret = Convert.FromBase64String(key.Reveal()[WebhookKey.Prefix.Length..]);
        return $"v1,{Convert.ToBase64String(HMACSHA256.HashData(secret, signed))}";
    }

    private static TimeSpan? RetryAfter(RetryConditionHeaderValue? header, DateTimeOffset now) => header switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - now,
        _ => null,
    };
}

/// <summary>Keys that webhooks are signed with.</summary>
public static class WebhookKey
{
    /// <summary>What the Standard Webhooks specification has a key begin with.</summary>
    public const string Prefix = "whsec_";

    /// <summary>192 random bits, base64 behind the prefix.</summary>
    public static Secret New() => new(Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(24)));
}

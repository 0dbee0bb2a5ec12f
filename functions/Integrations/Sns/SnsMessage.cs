using System.Globalization;
using System.Text;
using System.Text.Json;
using ServerlessDrives.Access;

namespace ServerlessDrives.Integrations.Sns;

public enum SnsMessageType
{
    Notification,
    SubscriptionConfirmation,
    UnsubscribeConfirmation,
}

/// <summary>What SNS posts to a subscriber over HTTP. Source: "Parsing Amazon SNS message formats" in the SNS developer guide.</summary>
/// <param name="Text">The message itself; for S3's notifications JSON as text.</param>
/// <param name="At">When it was published.</param>
/// <param name="SignatureVersion">1 is SHA-1 with RSA, 2 SHA-256 with RSA.</param>
/// <param name="SubscribeUrl">What confirms the subscription; null for a notification.</param>
/// <param name="Signed">The text that the signature is of.</param>
public sealed record SnsMessage(
    SnsMessageType Type,
    TopicArn Topic,
    string Text,
    DateTimeOffset At,
    int SignatureVersion,
    byte[] Signature,
    Uri SigningCertUrl,
    Uri? SubscribeUrl,
    string? Token,
    byte[] Signed)
{
    private static readonly string[] OfNotification = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"];
    private static readonly string[] OfSubscription = ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"];

    public static Result<SnsMessage, ParseError> Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind is JsonValueKind.Object ? Read(document.RootElement) : NotSns("It is no JSON object.");
        }
        // The second one: strings in it that are no text, which are noticed when they are read.
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            return NotSns("It is no JSON.");
        }
    }

    private static Result<SnsMessage, ParseError> Read(JsonElement root)
    {
        string? Text(string name) =>
            root.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

        SnsMessageType? type = Text("Type") switch
        {
            "Notification" => SnsMessageType.Notification,
            "SubscriptionConfirmation" => SnsMessageType.SubscriptionConfirmation,
            "UnsubscribeConfirmation" => SnsMessageType.UnsubscribeConfirmation,
            _ => null,
        };
        if (type is null)
            return NotSns("Its Type is none of SNS's; raw message delivery must be off, since it leaves the signature out.");
        if (!TopicArn.Parse(Text("TopicArn")).TryGet(out var topic, out var problem))
            return NotSns(problem.Message);
        if (!DateTimeOffset.TryParse(Text("Timestamp"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
            return NotSns("Its Timestamp is no time.");
        if (
            Text("SignatureVersion") is not ("1" or "2")
            || !TryBase64(Text("Signature"), out var signature)
            || !Uri.TryCreate(Text("SigningCertURL"), UriKind.Absolute, out var certificate))
            return NotSns("It has no signature of version 1 or 2.");
        if (Text("Message") is not { } text || Text("MessageId") is null)
            return NotSns("It has no Message or no MessageId.");
        var (subscribe, token) = ((Uri?)null, Text("Token"));
        if (
            type is not SnsMessageType.Notification
            && (token is null || !Uri.TryCreate(Text("SubscribeURL"), UriKind.Absolute, out subscribe)))
            return NotSns("It has no SubscribeURL or no Token.");

        var signed = new StringBuilder();
        foreach (var name in type is SnsMessageType.Notification ? OfNotification : OfSubscription)
        {
            if (Text(name) is { } value)
                signed.Append(name).Append('\n').Append(value).Append('\n');
        }

        return new SnsMessage(
            type.Value,
            topic,
            text,
            at,
            Text("SignatureVersion") == "1" ? 1 : 2,
            signature,
            certificate,
            subscribe,
            token,
            Encoding.UTF8.GetBytes(signed.ToString()));
    }

    private static bool TryBase64(string? text, out byte[] bytes)
    {
        bytes = new byte[(text?.Length ?? 0) * 3 / 4];
        if (text is not { Length: > 0 } || !Convert.TryFromBase64String(text, bytes, out var written))
            return false;
        bytes = bytes[..written];
        return true;
    }

    private static Result<SnsMessage, ParseError> NotSns(string why) => new ParseError($"This is no message of Amazon SNS. {why}");
}

/// <summary>Amazon SNS, as far as its messages can be believed.</summary>
public interface ISns
{
    /// <summary>Whether SNS signed the message in the region of its topic; null when that can't be told now.</summary>
    Task<bool?> SignedAsync(SnsMessage message, CancellationToken cancellation);

    /// <summary>Confirms the subscription that the message asks about.</summary>
    /// <returns>Whether SNS took it; null when it can't be asked now.</returns>
    Task<bool?> ConfirmAsync(SnsMessage message, CancellationToken cancellation);
}

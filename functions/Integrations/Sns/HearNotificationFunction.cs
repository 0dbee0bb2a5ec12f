using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Limits;

namespace ServerlessDrives.Integrations.Sns;

/// <summary><c>POST /api/notifications/{token}</c>: where SNS tells of new files.</summary>
[Section("Integrations")]
public sealed class HearNotificationFunction(HearNotifications hear, NotificationLimits limits)
{
    [Function("HearNotification")]
    [Requires(Need.Nobody)]
    [Summary(
        "What Amazon SNS says of new files",
        Detail = "For Amazon SNS only: the address is a secret of the integration's, and every message's signature (version 1 or 2), " +
            "topic and age are checked. "
            + "A subscription of a topic of the bucket's own account is confirmed by itself, and no other topic is listened to from " +
                "then on."
    )]
    [Reads("text/plain")]
    [Answers(200, "Heard. What it told of is on its way to the webhook, or wasn't meant.")]
    [Refuses("not-found", "malformed", "content-too-large", "notification-refused", "too-many-requests", "unavailable")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/notifications/{token}")] HttpRequest request,
        FunctionContext context,
        string token)
    {
        ArgumentNullException.ThrowIfNull(request);
        var caller = Caller.AddressOf(context);
        if (limits.Refuse(caller) is { } busy)
            return busy.AsProblem();
        var heard = await HearAsync(token, request);
        if (!heard.TryGet(out _, out var refusal) && refusal.Kind is not RefusalKind.Unavailable)
            limits.Count(caller);
        return heard.Answer(_ => Results.Ok());
    }

    private async Task<Result<SnsMessageType, Refusal>> HearAsync(string token, HttpRequest request)
    {
        var cancellation = request.HttpContext.RequestAborted;
        if (!(await hear.FindAsync(token, cancellation)).TryGet(out var addressed, out var unknown))
            return unknown;
        return (await request.ReadAnyBytesAsync()).TryGet(out var body, out var unreadable)
            ? await hear.HearAsync(addressed, body, cancellation)
            : unreadable;
    }
}

/// <summary>
/// Slows down whoever sends what isn't SNS's. Only what was refused counts, so that SNS, which may send thousands a second when a customer
/// copies a folder, is never slowed down; whoever guesses addresses or forges messages is after a few.
/// </summary>
public sealed class NotificationLimits : IDisposable
{
    private readonly Allowance _refused = new(burst: 60, eachSecond: 6, "Too much from here was refused. Wait a little.");

    /// <returns>Null when the request may go on.</returns>
    public Refusal? Refuse(string caller) => _refused.Look(caller);

    /// <summary>What this caller brought was refused.</summary>
    public void Count(string caller) => _refused.Take(caller);

    public void Dispose() => _refused.Dispose();
}

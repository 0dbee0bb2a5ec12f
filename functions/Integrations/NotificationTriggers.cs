using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Drives;
using ServerlessDrives.Http;

namespace ServerlessDrives.Integrations;

/// <summary>S3's own notifications of new files: how they are set up, and where they come in.</summary>
[Section("Integrations")]
public sealed class NotificationTriggers(
    IntegrationFinder finder,
    DriveFinder drives,
    NotificationDesk desk,
    HearNotifications hear,
    NotificationLimits limits,
    IntegrationViews views)
{
    [Function("GetIntegrationSetup")]
    [Requires(Need.Person)]
    [Summary(
        "Notifications as something to run",
        Detail = "For an upstream: an SNS topic in the bucket's account that S3 may publish to, its subscription to an address of this " +
            "integration's own, and the bucket's notification "
            + "configuration, merged into what it has. From the confirmation on files are told of at once, and looks at the folder are " +
                "the safety net. "
            + "Whoever knows the address can only pass on what SNS has signed. The instructions are the same each time until the " +
                "address is revoked."
    )]
    [Query("format", "In which form.", Required = true, OneOf = ["aws-cli", "cloudformation", "terraform"])]
    [Answers(200, "A script for the aws CLI.", ContentType = "text/x-shellscript")]
    [Answers(200, "A CloudFormation template.", ContentType = "application/json")]
    [Answers(200, "A Terraform module.", ContentType = "text/plain")]
    [Refuses("forbidden", "invalid", "not-upstream", "owner-unknown", "changed")]
    public async Task<IResult> SetupAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/integrations/{integrationId}/setup")] HttpRequest request,
        string integrationId)
    {
        if (!(await FindToChangeAsync(request, integrationId)).TryGet(out var found, out var unknown))
            return unknown.AsProblem();
        if (SetupText.FormatOf(request.Query["format"]) is not { } format)
            return Refusal.Invalid("format", "One of aws-cli, cloudformation, terraform was expected.").AsProblem();
        var (person, cancellation) = (request.Person(), request.HttpContext.RequestAborted);
        if (!(await drives.FindAsync(person, found.Value.Drive!.Value.Value, cancellation)).TryGet(out var drive, out var gone))
            return gone.AsProblem();
        var written = await desk.SetupAsync(person, found, drive, format, new Uri($"{request.Scheme}://{request.Host}"), cancellation);
        return written.Answer(text =>
        {
            // It holds the address, which only SNS needs to know.
            request.HttpContext.Response.Headers.CacheControl = "no-store";
            return Results.Text(text, SetupText.ContentTypeOf(format), Encoding.UTF8);
        });
    }

    [Function("RevokeNotifications")]
    [Requires(Need.Person)]
    [Summary(
        "Stop notifications",
        Detail = "The address is good for nothing any more, and polling finds new files as before. The topic in AWS is the customer's " +
            "to delete."
    )]
    [Answers(204, "Nothing is listened to there.")]
    [HonoursIfMatch]
    [Refuses("forbidden", "not-upstream")]
    public async Task<IResult> RevokeAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "api/integrations/{integrationId}/notifications")] HttpRequest request,
        string integrationId)
    {
        if (!(await FindToChangeAsync(request, integrationId)).TryGet(out var found, out var unknown))
            return unknown.AsProblem();
        if (
            Preconditions.Check(request, await views.OfAsync(found.Value, request.HttpContext.RequestAborted), "integration") is { } changed
        )
            return changed.AsProblem();
        return (await desk.RevokeAsync(request.Person(), found, request.HttpContext.RequestAborted)).Answer(_ => Results.NoContent());
    }

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
    public async Task<IResult> HearAsync(
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

    private async Task<Result<SnsMessageType>> HearAsync(string token, HttpRequest request)
    {
        var cancellation = request.HttpContext.RequestAborted;
        if (!(await hear.FindAsync(token, cancellation)).TryGet(out var addressed, out var unknown))
            return unknown;
        return (await request.ReadAnyBytesAsync()).TryGet(out var body, out var unreadable)
            ? await hear.HearAsync(addressed, body, cancellation)
            : unreadable;
    }

    private async Task<Result<Versioned<Integration>>> FindToChangeAsync(HttpRequest request, string integrationId)
    {
        ArgumentNullException.ThrowIfNull(request);
        var person = request.Person();
        if (!(await finder.FindAsync(person, integrationId, request.HttpContext.RequestAborted)).TryGet(out var found, out var unknown))
            return unknown;
        if (!person.MayConnect(found.Value.Audience))
            return Refusal.Forbidden("Only admins change integrations on the organization's drives.");
        return found.Value.Kind is IntegrationKind.Upstream
            ? found
            : Refusal.Conflict("not-upstream", "Only an upstream integration hears of new files; this one is downstream.");
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

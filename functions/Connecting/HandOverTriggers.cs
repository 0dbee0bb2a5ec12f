using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using ServerlessDrives.Access;
using ServerlessDrives.Http;

namespace ServerlessDrives.Connecting;

/// <param name="Step"><c>trust-policy</c> or <c>bucket-policy</c>.</param>
/// <param name="ExpiresInHours">1 to 720; until the connection expires unless said otherwise.</param>
[NeedsFields("step")]
public sealed record CallbackLinkBody(string? Step, int? ExpiresInHours);

/// <summary>A link as it is given out; the only time that its token is seen.</summary>
public sealed record CallbackLinkView(Uri Url, string Step, DateTimeOffset ExpiresAt);

/// <summary>What hands a step over to an AWS admin: callback links, the step as something to run, the merged bucket policy.</summary>
[Section("Connecting")]
public sealed class HandOverTriggers(
    IConnections connections,
    ConnectionViews views,
    CallbackDesk callbacks,
    SetupDesk setup,
    Idempotency idempotency)
{
    [Function("CreateCallbackLink")]
    [Requires(Need.Person)]
    [Summary("Make a callback link", Detail = "For one step and attempt. The answer is the only place where the link is ever seen.")]
    [Reads<CallbackLinkBody>]
    [Answers<CallbackLinkView>(201, "The link.")]
    [HonoursIdempotencyKey]
    [Refuses("forbidden", "step-not-open")]
    public Task<IResult> CreateCallbackLinkAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/connections/{connectionId}/callback-links")] HttpRequest request,
        string connectionId
    ) =>
        idempotency.OnceAsync<CallbackLinkBody>(
            request,
            async body =>
            {
                if (!(await FindAsync(request, connectionId)).TryGet(out var found, out var unknown))
                    return unknown.AsProblem();
                var connection = found.Value;
                if (StepOf(body.Step) is not { } step)
                    return Refusal.Invalid("step", "Choose \"trust-policy\" or \"bucket-policy\".").AsProblem();
                if (body.ExpiresInHours is { } asked && (asked < 1 || asked > CallbackDesk.LongestLife.TotalHours))
                    return Refusal
                        .Invalid("expiresInHours", $"A link lives between 1 hour and {CallbackDesk.LongestLife.TotalHours:0} hours.")
                        .AsProblem();
                var life = body.ExpiresInHours is { } hours ? TimeSpan.FromHours(hours) : (TimeSpan?)null;
                var made = await callbacks.MakeAsync(
                    request.Person(),
                    new(connection.Organization, connection.Id),
                    step,
                    life,
                    request.Operation().Id,
                    request.HttpContext.RequestAborted);
                return made.Answer(link =>
                    Results.Json(
                        new CallbackLinkView(
                            new Uri(BaseAddress(request), $"/callback/{link.Token.Reveal()}"),
                            body.Step!,
                            link.Link.ExpiresAt),
                        Json.Options,
                        statusCode: StatusCodes.Status201Created));
            });

    [Function("RevokeCallbackLinks")]
    [Requires(Need.Person)]
    [Summary("Revoke all callback links")]
    [Answers(204, "No link of this connection works any more.")]
    [HonoursIfMatch]
    [Refuses("forbidden")]
    public async Task<IResult> RevokeCallbackLinksAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "api/connections/{connectionId}/callback-links")] HttpRequest request,
        string connectionId)
    {
        if (!(await FindAsync(request, connectionId)).TryGet(out var found, out var unknown))
            return unknown.AsProblem();
        var connection = found.Value;
        var insists = request.Headers.IfMatch.Count > 0;
        if (
            insists
            && Preconditions.Check(request, await views.OfAsync(connection, request.HttpContext.RequestAborted), "connection")
                is { } changed)
            return changed.AsProblem();
        return (
            await callbacks.RevokeAllAsync(
                request.Person(),
                new(connection.Organization, connection.Id),
                insists ? found.ETag : null,
                request.HttpContext.RequestAborted)
        ).Answer(_ => Results.NoContent());
    }

    [Function("GetConnectionSetup")]
    [Requires(Need.Person)]
    [Summary("The open step as something to run")]
    [Query("format", "In which form.", Required = true, OneOf = ["aws-cli", "cloudformation", "terraform"])]
    [Query<bool>("preview", "True for a text to look at: no callback link is made, and a mark stands in its place.")]
    [Answers(200, "A script for the aws CLI.", ContentType = "text/x-shellscript")]
    [Answers(200, "A CloudFormation template.", ContentType = "application/json")]
    [Answers(200, "A Terraform module.", ContentType = "text/plain")]
    [Refuses("forbidden", "invalid", "step-not-open")]
    public async Task<IResult> SetupAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/connections/{connectionId}/setup")] HttpRequest request,
        string connectionId)
    {
        if (!(await FindAsync(request, connectionId)).TryGet(out var found, out var unknown))
            return unknown.AsProblem();
        var connection = found.Value;
        var format = SetupText.FormatOf(request.Query["format"]);
        if (format is null)
            return Refusal.Invalid("format", "One of aws-cli, cloudformation, terraform was expected.").AsProblem();
        var written = await setup.WriteAsync(
            request.Person(),
            connection,
            format.Value,
            BaseAddress(request),
            request.Query["preview"] == "true",
            request.HttpContext.RequestAborted);
        return written.Answer(text =>
        {
            // A script holds callback links, which whoever has them can use.
            request.HttpContext.Response.Headers.CacheControl = "no-store";
            return Results.Text(text, SetupText.ContentTypeOf(format.Value), Encoding.UTF8);
        });
    }

    [Function("MergeBucketPolicy")]
    [Requires(Need.Person)]
    [Summary(
        "Merge our statements into a bucket policy",
        Detail = "The body is the bucket's present policy, or nothing. Statements of ours that are there already are replaced, so that " +
            "it may be repeated."
    )]
    [Reads<JsonObject>(Optional = true)]
    [Answers<JsonObject>(200, "The policy with our statements in it.")]
    [Refuses("forbidden", "step-not-open")]
    public async Task<IResult> MergeAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/connections/{connectionId}/merged-bucket-policy")]
            HttpRequest request,
        string connectionId)
    {
        if (!(await FindAsync(request, connectionId)).TryGet(out var found, out var unknown))
            return unknown.AsProblem();
        var connection = found.Value;
        if (connection is not { Access: { } access, RoleArn: { } role } || connection.Method is ConnectionMethod.AccessKey)
            return Refusal
                .Conflict("step-not-open", "There is no bucket policy to merge yet; it is offered once bucket and role are known.")
                .AsProblem();
        if (!(await request.ReadBytesAsync()).TryGet(out var present, out var unreadable))
            return unreadable.AsProblem();
        return BucketPolicy.For(role, access).MergeIntoBytes(present).TryGet(out var merged, out var problem)
            ? Results.Json(merged, Json.Options)
            : Refusal.Invalid("policy", problem).AsProblem();
    }

    internal static ConfirmationStep? StepOf(string? text) => text switch
    {
        "trust-policy" => ConfirmationStep.TrustPolicy,
        "bucket-policy" => ConfirmationStep.BucketPolicy,
        _ => null,
    };

    internal static Uri BaseAddress(HttpRequest request) => new($"{request.Scheme}://{request.Host}");

    private async Task<Result<Versioned<DriveConnection>>> FindAsync(HttpRequest request, string connectionId)
    {
        var person = request.Person();
        if (!Identifier.TryParse<ConnectionId>(connectionId, out var id)
            || await connections.FindAsync(new(person.Organization, id), request.HttpContext.RequestAborted) is not { } found
            || !person.MaySee(found.Value.Audience))
            return Refusal.NotFound("connection");
        return person.MayConnect(found.Value.Audience)
            ? found
            : Refusal.Forbidden("Only admins change connections for the whole organization.");
    }
}

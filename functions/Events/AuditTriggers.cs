using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Http;

namespace ServerlessDrives.Events;

/// <summary>An entry as the API shows it.</summary>
/// <param name="Before">What the resource was; null for something new.</param>
/// <param name="After">What it is; null for something that is gone.</param>
public sealed record AuditEntryView(string Id, DateTimeOffset At, Actor Actor, string Action, string Resource, JsonObject? Before, JsonObject? After);

/// <summary>The audit trail over HTTP, for admins.</summary>
[Section("Events")]
public sealed class AuditTriggers(IAuditTrail audit)
{
    [Function("ListAudit")]
    [Requires(Need.Admin)]
    [Summary("Who did what")]
    [AnswersPage<AuditEntryView>("The newest first.")]
    [Query<DateTimeOffset>("from", "Nothing before this.")]
    [Query("actor", "Only what this one did.")]
    [Query("resource", "Only what was done to this.")]
    [Refuses("invalid")]
    public async Task<IResult> ListAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/audit")] HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!Paging.Of(request).TryGet(out var paging, out var refusal))
            return refusal.AsProblem();
        DateTimeOffset? from = null;
        if (request.Query.TryGetValue("from", out var text))
        {
            if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var parsed))
                return Refusal.Invalid("from", "A time as of RFC 3339 was expected, such as 2026-11-24T10:00:00Z.").AsProblem();
            from = parsed;
        }

        var query = new AuditQuery(request.Person().Organization, from, Text(request, "actor"), Text(request, "resource"));
        var page = await audit.ListAsync(query, paging.Limit, paging.Cursor, request.HttpContext.RequestAborted);
        return Answers.List(page.Select(entry => new AuditEntryView(entry.Id, entry.At, entry.Actor, entry.Action, entry.Resource, entry.Before, entry.After)));
    }

    private static string? Text(HttpRequest request, string name) => request.Query[name].ToString() is { Length: > 0 and <= 200 } text ? text : null;
}

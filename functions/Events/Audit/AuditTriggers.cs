using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Middleware;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Events.Audit;

/// <summary>An entry as the API shows it.</summary>
/// <param name="Before">What the resource was; null for something new.</param>
/// <param name="After">What it is; null for something that is gone.</param>
/// <param name="People">Whoever of our users it tells of, who did it or to whom it was done, as they called themselves when they last
/// signed in; those who never have are missing.</param>
public sealed record AuditEntryView(
    string Id,
    DateTimeOffset At,
    Actor Actor,
    string Action,
    string Resource,
    JsonObject? Before,
    JsonObject? After,
    IReadOnlyList<UserView> People)
{
    internal static AuditEntryView Of(AuditEntry entry, IReadOnlyDictionary<UserId, KnownPerson> known) => new(
        entry.Id, entry.At, entry.Actor, entry.Action, entry.Resource, entry.Before, entry.After,
        [.. UsersOf(entry).Distinct().Where(known.ContainsKey).Select(user => UserView.Of(known[user]))]);

    internal static IEnumerable<UserId> UsersOf(AuditEntry entry)
    {
        foreach (
            var text in new[]
            {
                entry.Actor.Kind is "user" ? entry.Actor.Id : null,
                entry.Before?["user"]?.ToString(),
                entry.After?["user"]?.ToString(),
            })
        {
            if (UserId.TryParse(text, null, out var user))
                yield return user;
        }
    }
}

/// <summary>The audit trail over HTTP, for admins.</summary>
[Section("Events")]
public sealed class AuditTriggers(IAuditTrail audit, IPeople people)
{
    private const int MaxTextLength = 200;
    private const int MostActors = 20;

    [Function("ListAudit")]
    [Requires(Need.Admin)]
    [Summary("Who did what")]
    [AnswersPage<AuditEntryView>("The newest first.")]
    [Query<DateTimeOffset>("from", "Nothing before this.")]
    [Query<IReadOnlyList<string>>("actor", "Only what these did, at most 20: actor=…&actor=….")]
    [Query("resource", "Only what was done to this.")]
    [Query(
        "about",
        "Only what was done to something whose id or name has this in it, whatever the case. A page may hold fewer entries than asked " +
        "for and still have a next one."
    )]
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

        var actors = request.Query["actor"].OfType<string>().Where(actor => actor.Length > 0).Distinct().ToList();
        if (actors.Count > MostActors || actors.Exists(actor => actor.Length > MaxTextLength))
            return Refusal
                .Invalid("actor", $"At most {MostActors} of at most {MaxTextLength} characters can be asked for at once.")
                .AsProblem();
        if (!ListQuery.Text(request, "resource", MaxTextLength).TryGet(out var resource, out var longResource))
            return longResource.AsProblem();
        if (!ListQuery.Text(request, "about", MaxTextLength).TryGet(out var about, out var longAbout))
            return longAbout.AsProblem();
        var query = new AuditQuery(request.Person().Organization, from, actors, resource.Chosen, about.Chosen);
        var page = await audit.ListAsync(query, paging.Limit, paging.Cursor, request.HttpContext.RequestAborted);
        var known = await people.FindAsync(
            query.Organization,
            page.Items.SelectMany(AuditEntryView.UsersOf).Distinct(),
            request.HttpContext.RequestAborted);
        return Answers.List(page.Select(entry => AuditEntryView.Of(entry, known)));
    }
}

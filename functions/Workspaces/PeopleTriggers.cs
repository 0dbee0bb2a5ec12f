using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Middleware;

namespace ServerlessDrives.Workspaces;

/// <summary>Who is called what in an organization, over HTTP.</summary>
[Section("People")]
public sealed class PeopleTriggers(IPeople people)
{
    /// <summary>How many may be asked for by their ids at once.</summary>
    private const int Most = 100;

    [Function("ListPeople")]
    [Requires(Need.Person)]
    [Summary("What people are called")]
    [AnswersPage<UserView>("Those who have signed in, as they called themselves when they last did. Others are missing.")]
    [Query<IReadOnlyList<UserId>>(
        "id",
        "Only these users, at most 100: id=…&id=…. Without it all are listed, for admins and for managers of a workspace."
    )]
    [Refuses("forbidden", "invalid")]
    public async Task<IResult> ListAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/people")] HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (person, cancellation) = (request.Person(), request.HttpContext.RequestAborted);
        if (!Paging.Of(request).TryGet(out var paging, out var refusal))
            return refusal.AsProblem();
        if (request.Query.TryGetValue("id", out var asked))
        {
            if (!Users(asked).TryGet(out var users, out var invalid))
                return invalid.AsProblem();
            var known = await people.FindAsync(person.Organization, users, cancellation);
            return Answers.List(
                new Page<UserView>([.. users.Where(known.ContainsKey).Select(user => UserView.Of(known[user]))], NextCursor: null));
        }

        if (!person.MayAddMembers)
            return Refusal.Forbidden("Only admins, and managers of a workspace, see everybody in the organization.").AsProblem();
        return Answers.List((await people.ListAsync(person.Organization, paging.Limit, paging.Cursor, cancellation)).Select(UserView.Of));
    }

    private static Result<IReadOnlyList<UserId>, Refusal> Users(IEnumerable<string?> texts)
    {
        var users = new HashSet<UserId>();
        foreach (var text in texts)
        {
            if (!UserId.TryParse(text, null, out var user))
                return Refusal.Invalid("id", "This is not the id of a user.");
            users.Add(user);
        }

        return users.Count <= Most ? users.ToList() : Refusal.Invalid("id", $"At most {Most} users can be asked for at once.");
    }
}

using System.Text.Json.Nodes;

namespace ServerlessDrives.Events.Audit;

/// <summary>Who did something.</summary>
/// <param name="Kind"><c>user</c>, <c>callback</c> (an AWS admin behind a link, who is whoever they say), <c>link</c> (whoever
/// holds the link to a shared file) or <c>system</c>.</param>
/// <param name="Id">The user's id, the name that was given, or the timer's or orchestration's name, or the share's id.</param>
public sealed record Actor(string Kind, string Id)
{
    public static Actor User(UserId id) => new("user", id.Value);

    public static Actor Callback(string name) => new("callback", name);

    public static Actor Link(ShareId share) => new("link", share.Value);

    public static Actor System(string name) => new("system", name);
}

/// <summary>One act: who did what to which resource when, and what it was before and after. Without secrets and object keys.</summary>
/// <param name="Action">A verb in the past tense behind the noun: <c>connection.confirmed</c>.</param>
/// <param name="Resource">The id of what was acted upon.</param>
/// <param name="Before">What it was; null for something new.</param>
/// <param name="After">What it is; null for something that is gone.</param>
public sealed record AuditEntry(
    string Id,
    OrganizationId Organization,
    DateTimeOffset At,
    Actor Actor,
    string Action,
    string Resource,
    JsonObject? Before,
    JsonObject? After);

/// <summary>What somebody does, to be written down together with its effect: both or neither.</summary>
/// <param name="Action">As of <see cref="AuditEntry"/>; so is the rest.</param>
public sealed record AuditRecord(
    OrganizationId Organization,
    Actor Actor,
    string Action,
    string Resource,
    JsonObject? Before,
    JsonObject? After);

/// <summary>Who did what, kept for good.</summary>
public interface IAuditTrail
{
    /// <summary>Writes down an act whose effect lies somewhere that no transaction reaches from here.</summary>
    /// <param name="key">An act that is done again after a crash, under the same key, stays one entry.</param>
    Task RecordAsync(AuditRecord act, string key, CancellationToken cancellation);

    /// <summary>The newest first.</summary>
    Task<Page<AuditEntry>> ListAsync(AuditQuery query, int limit, string? cursor, CancellationToken cancellation);
}

/// <param name="From">Nothing before this; null for all.</param>
/// <param name="Actors">The ids of some actors; none for all.</param>
/// <param name="Resource">One resource's id; null for all.</param>
/// <param name="About">A part of the id of what was acted upon, or of a name that it had; null for all.</param>
public sealed record AuditQuery(
    OrganizationId Organization,
    DateTimeOffset? From,
    IReadOnlyList<string> Actors,
    string? Resource,
    string? About);

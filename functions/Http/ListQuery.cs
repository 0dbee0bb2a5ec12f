using Microsoft.AspNetCore.Http;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Http;

/// <summary>What a list is narrowed to.</summary>
public static class ListQuery
{
    /// <param name="Chosen">Null for no restriction.</param>
    public sealed record Choice<T>(T? Chosen);

    /// <summary>
    /// The audiences that the person may see, or of these the ones that <c>workspaceId</c> can use: its own and the organization's.
    /// </summary>
    public static async Task<Result<Choice<IReadOnlyCollection<Audience>>, Refusal>> AudiencesAsync(
        HttpRequest request,
        Person person,
        IWorkspaces workspaces)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(person);
        if (!request.Query.TryGetValue("workspaceId", out var text) || text.Count == 0)
            return new Choice<IReadOnlyCollection<Audience>>(person.Audiences);
        if (!WorkspaceId.TryParse(text, out _))
            return Refusal.Invalid("workspaceId", "A workspace's id starts with ws_.");
        return (await workspaces.FindAsync(person, text, request.HttpContext.RequestAborted)).TryGet(out var found, out var unknown)
            ? new Choice<IReadOnlyCollection<Audience>>([Audience.Whole, new Audience.Workspace(found.Value.Id)])
            : unknown;
    }

    /// <summary>An id.</summary>
    public static Result<Choice<TId?>, Refusal> Id<TId>(HttpRequest request, string name)
        where TId : struct, IIdentifier<TId>
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!request.Query.TryGetValue(name, out var text) || text.ToString() is not { Length: > 0 } asked)
            return new Choice<TId?>(null);
        return Identifier.TryParse<TId>(asked, out var id)
            ? new Choice<TId?>(id)
            : Refusal.Invalid(name, $"An id that starts with {TId.Prefix} was expected.");
    }

    /// <summary>A text that is looked for as it is.</summary>
    public static Result<Choice<string>, Refusal> Text(HttpRequest request, string name, int maxLength)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!request.Query.TryGetValue(name, out var text) || text.ToString() is not { Length: > 0 } asked)
            return new Choice<string>(null);
        return asked.Length <= maxLength
            ? new Choice<string>(asked)
            : Refusal.Invalid(name, $"At most {maxLength} characters were expected.");
    }

    /// <summary>One of an enum's words, in camelCase.</summary>
    public static Result<Choice<TEnum?>, Refusal> Word<TEnum>(HttpRequest request, string name)
        where TEnum : struct, Enum
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!request.Query.TryGetValue(name, out var text) || text.ToString() is not { Length: > 0 } word)
            return new Choice<TEnum?>(null);
        return Enum.TryParse<TEnum>(word, ignoreCase: true, out var value) && word.All(char.IsAsciiLetter)
            ? new Choice<TEnum?>(value)
            : Refusal.Invalid(
                name,
                $"One of {string.Join(", ", Enum.GetNames<TEnum>().Select(known => char.ToLowerInvariant(known[0]) + known[1..]))} was " +
                "expected."
            );
    }
}

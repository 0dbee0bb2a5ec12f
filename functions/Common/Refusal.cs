namespace ServerlessDrives.Common;

/// <summary>What kind of no a <see cref="Refusal"/> is. Only <c>Http</c> knows which status each one answers with.</summary>
public enum RefusalKind
{
    /// <summary>The request can't be read.</summary>
    Malformed,

    /// <summary>The person is known and may know of the thing, but may not do this.</summary>
    Forbidden,

    /// <summary>There is no such thing, or it is not for this person to know that there is.</summary>
    NotFound,

    /// <summary>The thing's present state doesn't allow it.</summary>
    Conflict,

    /// <summary>It was there and never will be again.</summary>
    Gone,

    /// <summary>It is no longer what the caller last saw.</summary>
    Changed,

    /// <summary>The request can be read but some of its fields are wrong; <see cref="Refusal.Errors"/> says which.</summary>
    Invalid,

    /// <summary>Too many requests of this kind; later is fine.</summary>
    TooMany,

    /// <summary>AWS refused what we asked on the person's behalf.</summary>
    RefusedByAws,

    /// <summary>Something that we depend on doesn't answer at the moment.</summary>
    Unavailable,
}

/// <summary>A person's mistake or a rule of the product that says no: never an exception, always a sentence.</summary>
/// <param name="Kind">What kind of no.</param>
/// <param name="Code">Stable, kebab-case, for programs.</param>
/// <param name="Detail">A sentence for people: what is wrong and what to do.</param>
public sealed record Refusal(RefusalKind Kind, string Code, string Detail)
{
    /// <summary>Messages by field path (<c>configuration.bucket</c>); empty when no field is to blame.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Errors { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Further members of the answer, such as the report of a failed verification or what a role is used by.</summary>
    public IReadOnlyDictionary<string, object> Extensions { get; init; } = new Dictionary<string, object>();

    /// <summary>How long to wait before asking again, where that is known.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public static Refusal NotFound(string what) =>
        new(RefusalKind.NotFound, "not-found", $"There is no such {what}, or you may not see it.");

    public static Refusal Forbidden(string detail) => new(RefusalKind.Forbidden, "forbidden", detail);

    public static Refusal Conflict(string code, string detail) => new(RefusalKind.Conflict, code, detail);

    public static Refusal Changed(string what) =>
        new(RefusalKind.Changed, "changed", $"The {what} has changed since you read it. Read it again and repeat your change.");

    public static Refusal Invalid(IReadOnlyDictionary<string, IReadOnlyList<string>> errors) =>
        new(RefusalKind.Invalid, "invalid", errors.Count == 1 ? errors.First().Value[0] : $"{errors.Count} fields need correcting.")
        {
            Errors = errors,
        };

    public static Refusal Invalid(string field, string message) =>
        Invalid(new Dictionary<string, IReadOnlyList<string>> { [field] = [message] });
}

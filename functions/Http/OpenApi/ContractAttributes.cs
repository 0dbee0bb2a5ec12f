namespace ServerlessDrives.Http;

/// <summary>Under which heading of the API's description a class of triggers stands.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class SectionAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}

/// <summary>What a call does, in a line.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class SummaryAttribute(string text) : Attribute
{
    public string Text { get; } = text;

    /// <summary>Of a route that ends in a catch-all: whether this is about the call without that part.</summary>
    public bool WithoutPath { get; init; }

    /// <summary>More, where a line isn't enough.</summary>
    public string? Detail { get; init; }
}

/// <summary>
/// Is described as another function is, which does the same for those who name the thing in another way. What stands on the method itself
/// comes first, and takes the place of the other's summary, and of its answer, parameter or header of the same name.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class DescribedAsAttribute(string method) : Attribute
{
    public string Method { get; } = method;

    /// <summary>The other's class; the same one unless said otherwise.</summary>
    public Type? Of { get; init; }
}

/// <summary>A good answer.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public class AnswersAttribute(int status, string description) : Attribute
{
    public int Status { get; } = status;

    public string Description { get; } = description;

    /// <summary>What the JSON body is made of; null for none, or for bytes.</summary>
    public virtual Type? Body => null;

    /// <summary>Of a body that isn't JSON of ours.</summary>
    public string? ContentType { get; init; }

    /// <summary>Whether the answer says which state of the resource it shows.</summary>
    public bool ETag { get; init; }

    /// <summary>Whether the answer says where the resource is.</summary>
    public bool Location { get; init; }

    /// <summary>Of a route that ends in a catch-all: whether this is about the call without that part.</summary>
    public bool WithoutPath { get; init; }

    /// <summary>Other headers, as <c>Name: what it says</c>.</summary>
    public string[] Headers { get; init; } = [];
}

/// <summary>A good answer with a JSON body.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class AnswersAttribute<T>(int status, string description) : AnswersAttribute(status, description)
{
    public override Type Body => typeof(T);
}

/// <summary>A resource with its ETag; a reader who has it already is answered 304.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AnswersResourceAttribute<T> : AnswersAttribute
{
    public AnswersResourceAttribute(string description)
        : base(200, description) => ETag = true;

    public override Type Body => typeof(T);
}

/// <summary>A page of a list, with <c>?limit=</c> and <c>?cursor=</c>.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AnswersPageAttribute<T>(string description) : AnswersAttribute(200, description)
{
    public override Type Body => typeof(Page<T>);
}

/// <summary>The body that a call reads.</summary>
[AttributeUsage(AttributeTargets.Method)]
public class ReadsAttribute(string contentType) : Attribute
{
    public string ContentType { get; } = contentType;

    public virtual Type? Body => null;

    /// <summary>Whether the body may be left out.</summary>
    public bool Optional { get; init; }
}

/// <summary>The JSON body that a call reads.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ReadsAttribute<T>() : ReadsAttribute("application/json")
{
    public override Type Body => typeof(T);
}

/// <summary>
/// Codes of the problems that a call answers with, beyond those that follow from the rest: who must be signed in, what is read, what the
/// path names. All are in <see cref="KnownProblems"/>.
/// </summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class RefusesAttribute(params string[] codes) : Attribute
{
    public IReadOnlyList<string> Codes { get; } = codes;
}

/// <summary>A parameter in the query.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public class QueryAttribute(string name, string description) : Attribute
{
    public string Name { get; } = name;

    public string Description { get; } = description;

    public virtual Type Type => typeof(string);

    public bool Required { get; init; }

    /// <summary>Of a route that ends in a catch-all: whether this is about the call without that part.</summary>
    public bool WithoutPath { get; init; }

    /// <summary>The only texts that it may be.</summary>
    public string[] OneOf { get; init; } = [];

    /// <summary>The smallest number.</summary>
    public int Least { get; init; } = int.MinValue;

    /// <summary>The largest number.</summary>
    public int Most { get; init; } = int.MaxValue;
}

/// <summary>A parameter in the query that isn't just any text.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class QueryAttribute<T>(string name, string description) : QueryAttribute(name, description)
{
    public override Type Type => typeof(T);
}

/// <summary>A header that a call takes heed of.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class HeedsAttribute(string header, string description) : Attribute
{
    public string Header { get; } = header;

    public string Description { get; } = description;
}

/// <summary>Honours <c>If-Match</c>: a change to something that isn't what the caller saw is answered 412.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class HonoursIfMatchAttribute : Attribute;

/// <summary>Honours <c>Idempotency-Key</c>: the same key and body get the same answer for a day, and the act is done once.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class HonoursIdempotencyKeyAttribute : Attribute;

namespace ServerlessDrives.Http;

/// <summary>Whom a function answers.</summary>
public enum Need
{
    /// <summary>Anybody: sign-in pages, health, callback links and the wizard's files.</summary>
    Nobody,

    /// <summary>Somebody who is signed in; what they may do is decided by what they ask for.</summary>
    Person,

    /// <summary>An admin of the organization.</summary>
    Admin,
}

/// <summary>Says whom an HTTP function answers. One that doesn't say so answers nobody: the app doesn't start.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequiresAttribute(Need need) : Attribute
{
    public Need Need { get; } = need;

    /// <summary>
    /// Whether memberships will do that this instance read within the last two seconds: for functions that only read files. Whoever is
    /// taken out of a workspace by another instance reads for so much longer; whoever is by this one doesn't.
    /// </summary>
    public bool GoesByRecent { get; init; }
}

/// <summary>Which function needs what, read once from the code.</summary>
public sealed class NeedsByFunction
{
    private readonly IReadOnlyDictionary<string, RequiresAttribute> _needs;

    /// <exception cref="InvalidOperationException">An HTTP function doesn't say whom it answers.</exception>
    public NeedsByFunction()
        : this(typeof(NeedsByFunction).Assembly.GetTypes())
    {
    }

    internal NeedsByFunction(IEnumerable<Type> types) =>
        _needs = HttpFunctionMethods
            .Of(types)
            .ToDictionary(
                function => function.Name,
                function =>
                    function.Requires
                    ?? throw new InvalidOperationException(
                        $"{function.Method.DeclaringType?.Name}.{function.Method.Name} doesn't say whom it answers: add [Requires(…)]."),
                StringComparer.OrdinalIgnoreCase);

    /// <summary>What the function needs; null when it isn't one of ours.</summary>
    public RequiresAttribute? For(string function) => _needs.GetValueOrDefault(function);
}

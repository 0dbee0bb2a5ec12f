namespace ServerlessDrives.Embedded.Cloud.Sandbox.Policies;

/// <summary>A policy as its JSON says it.</summary>
/// <param name="Version"><c>2012-10-17</c>, or <c>2008-10-17</c> (also when none is given), which knows no variables.</param>
internal sealed record PolicyDocument(string Version, IReadOnlyList<Statement> Statements)
{
    public const string CurrentVersion = "2012-10-17";
    public const string FormerVersion = "2008-10-17";

    public bool HasVariables => Version == CurrentVersion;
}

/// <summary>Null where an element is absent; of each pair (<c>Action</c>/<c>NotAction</c>…) at most one is there.</summary>
internal sealed record Statement
{
    public string? Sid { get; init; }
    public required bool Allows { get; init; }
    public IReadOnlyList<Principal>? Principals { get; init; }
    public IReadOnlyList<Principal>? NotPrincipals { get; init; }
    public IReadOnlyList<string>? Actions { get; init; }
    public IReadOnlyList<string>? NotActions { get; init; }
    public IReadOnlyList<string>? Resources { get; init; }
    public IReadOnlyList<string>? NotResources { get; init; }
    public IReadOnlyList<Condition> Conditions { get; init; } = [];
}

/// <param name="Kind"><c>AWS</c>, <c>Federated</c>, <c>Service</c> or <c>CanonicalUser</c>.</param>
/// <param name="Value">An ARN, an account, <c>*</c>, or the unique id that a saved ARN was bound to.</param>
internal sealed record Principal(string Kind, string Value);

/// <param name="Operator">As written, with its set prefix and <c>IfExists</c>.</param>
internal sealed record Condition(string Operator, string Key, IReadOnlyList<string> Values);

/// <summary>A document that isn't a policy, with what is wrong with it.</summary>
/// <param name="kind">Which rule of the grammar; the services have words of their own for each.</param>
internal sealed class PolicySyntaxException(PolicyFault kind, string message) : Exception(message)
{
    public PolicyFault Kind { get; } = kind;
}

internal enum PolicyFault
{
    NotJson,
    Version,
    UnknownField,
    MissingField,
    InvalidValue,
    NoStatement,
    DuplicateSid,
    Condition,
}

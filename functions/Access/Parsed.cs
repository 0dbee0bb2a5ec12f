using System.Diagnostics.CodeAnalysis;

namespace ServerlessDrives.Access;

/// <summary>
/// What came of reading something that a person typed: the value, or one sentence that says what is wrong and what was expected.
/// </summary>
public readonly struct Parsed<T>
    where T : notnull
{
    private readonly T? _value;
    private readonly string? _problem;

    internal Parsed(T? value, string? problem) => (_value, _problem) = (value, problem);

    public bool TryGet([MaybeNullWhen(false)] out T value, [NotNullWhen(false)] out string? problem)
    {
        value = _value;
        problem = _problem;
        return problem is null;
    }

    public static implicit operator Parsed<T>(T value) => new(value, null);
}

/// <summary>Makes refusals of <see cref="Parsed{T}"/>.</summary>
public static class Parsed
{
    public static Parsed<T> Refuse<T>(string problem)
        where T : notnull
        => new(default, problem);
}

using System.Diagnostics.CodeAnalysis;

namespace ServerlessDrives.Common;

/// <summary>
/// Either what was asked for, or why there is none: a <see cref="Refusal"/> for a person, a <see cref="ParseError"/> for a text that was
/// typed, or what AWS refused. Nothing else; a broken world is an exception.
/// </summary>
public readonly struct Result<T, TError>
    where T : notnull
    where TError : class
{
    private readonly T? _value;

    private Result(T? value, TError? error) => (_value, Error) = (value, error);

    /// <summary>Null when there is a value.</summary>
    public TError? Error { get; }

    /// <summary>True with the value, or false with the error.</summary>
    public bool TryGet([MaybeNullWhen(false)] out T value, [NotNullWhen(false)] out TError? error)
    {
        value = _value;
        error = Error;
        return error is null;
    }

    public Result<TOut, TError> Then<TOut>(Func<T, Result<TOut, TError>> next)
        where TOut : notnull
        => Error is null ? next(_value!) : Error;

    public TOut Match<TOut>(Func<T, TOut> value, Func<TError, TOut> error) => Error is null ? value(_value!) : error(Error);

    public static implicit operator Result<T, TError>(T value) => new(value, null);

    public static implicit operator Result<T, TError>(TError error) => new(default, error);
}

using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ServerlessDrives.Common;

/// <summary>
/// An identifier: the prefix of its kind and a unique part of 1 to 64 of <c>a–z</c>, <c>0–9</c> and <c>-</c>, which sorts by time of
/// creation. <c>IdAliases.cs</c> has a name for each, such as <c>DriveId</c>.
/// </summary>
[JsonConverter(typeof(IdJsonConverter))]
[SuppressMessage("Design", "CA1000", Justification = "They are called by the aliases, which have no type parameter: DriveId.New(clock).")]
public readonly record struct Id<TKind> : IIdentifier<Id<TKind>>
    where TKind : IIdKind
{
    private readonly string? _value;

    private Id(string value) => _value = value;

    public static string Prefix => TKind.Prefix;

    public string Value => _value ?? throw new InvalidOperationException("An id that was never given.");

    public static Id<TKind> Of(string value) => new(value);

    /// <inheritdoc cref="Identifier.New{TId}"/>
    public static Id<TKind> New(TimeProvider clock) => Identifier.New<Id<TKind>>(clock);

    /// <inheritdoc cref="Identifier.From{TId}"/>
    public static Id<TKind> From(Guid unique) => Identifier.From<Id<TKind>>(unique);

    public static Id<TKind> Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var id) ? id : throw new FormatException($"'{s}' is not an id that starts with {Prefix}.");

    public static bool TryParse([NotNullWhen(true)] string? s, out Id<TKind> result) => Identifier.TryParse(s, out result);

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Id<TKind> result) =>
        Identifier.TryParse(s, out result);

    public override string ToString() => Value;
}

/// <summary>Ids are plain strings in JSON.</summary>
public sealed class IdJsonConverter : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert)
    {
        ArgumentNullException.ThrowIfNull(typeToConvert);
        return typeToConvert.IsGenericType && typeToConvert.GetGenericTypeDefinition() == typeof(Id<>);
    }

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(IdentifierJsonConverter<>).MakeGenericType(typeToConvert))!;
}

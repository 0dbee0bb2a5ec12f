using System.ComponentModel;

namespace ServerlessDrives.Embedded.Functions;

/// <summary>Reads route and query values into parameters: text, numbers, booleans, GUIDs, dates and enums, nullable or not.</summary>
internal static class TextBinding
{
    private static readonly HashSet<Type> Readable =
        [typeof(string), typeof(int), typeof(long), typeof(double), typeof(bool), typeof(Guid), typeof(DateTime), typeof(DateTimeOffset)];

    public static bool CanRead(Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        return Readable.Contains(plain) || plain.IsEnum;
    }

    public static object? Read(string? text, Type type)
    {
        if (text is null)
            return type.IsValueType && Nullable.GetUnderlyingType(type) is null ? Activator.CreateInstance(type) : null;
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        if (plain == typeof(string))
            return text;
        return plain.IsEnum ? Enum.Parse(plain, text, ignoreCase: true) : TypeDescriptor.GetConverter(plain).ConvertFromInvariantString(text);
    }
}

using System.Text;

namespace ServerlessDrives.Access.Policies;

/// <summary>Literal text in the resources and conditions of policies.</summary>
public static class PolicyText
{
    /// <summary>
    /// What IAM would read as a wildcard or as the start of a policy variable (<c>*</c>, <c>?</c>, <c>$</c>) as <c>${*}</c>, <c>${?}</c>,
    /// <c>${$}</c>.
    /// </summary>
    public static string Escape(string literal)
    {
        ArgumentNullException.ThrowIfNull(literal);
        if (literal.AsSpan().IndexOfAny('*', '?', '$') < 0)
            return literal;
        var escaped = new StringBuilder(literal.Length + 8);
        foreach (var c in literal)
        {
            if (c is '*' or '?' or '$')
                escaped.Append("${").Append(c).Append('}');
            else
                escaped.Append(c);
        }

        return escaped.ToString();
    }

    /// <summary>
    /// A document in characters that IAM reads: it takes none above U+00FF, and what shells and consoles make of the others differs.
    /// In JSON a character may stand in quotation marks only, so each can be written as <c>\uXXXX</c>.
    /// </summary>
    public static string Plain(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        if (Ascii.IsValid(json))
            return json;
        var plain = new StringBuilder(json.Length + 64);
        foreach (var c in json)
        {
            if (char.IsAscii(c))
                plain.Append(c);
            else
                plain.Append(System.Globalization.CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
        }

        return plain.ToString();
    }

    /// <summary>The text of a document that a person sends: JSON is UTF-8, and a byte-order mark before it is not part of it.</summary>
    public static Result<string, ParseError> Read(ReadOnlySpan<byte> bytes)
    {
        if (OtherEncodingOf(bytes) is { } other)
            return new ParseError(
                $"The document is in {other}, as some Windows tools write it; JSON is UTF-8. Save it as UTF-8 (in PowerShell: Out-File " +
                "-Encoding utf8) and send it again."
            );
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
            bytes = bytes[3..];
        return System.Text.Unicode.Utf8.IsValid(bytes)
            ? Encoding.UTF8.GetString(bytes)
            : new ParseError("The document isn't in UTF-8, perhaps in Latin-1 (Windows-1252). Save it as UTF-8 and send it again.");
    }

    /// <summary>By its byte-order mark; without one by the zeros that the first character, which JSON has in ASCII, leaves.</summary>
    private static string? OtherEncodingOf(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [0xFF, 0xFE, 0, 0, ..] or [0, 0, 0xFE, 0xFF, ..] or [not 0, 0, 0, 0, ..] or [0, 0, 0, not 0, ..] => "UTF-32",
        [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] or [not 0, 0, not 0, ..] or [0, not 0, ..] or [not 0, 0] => "UTF-16",
        _ => null,
    };
}

using System.Text;

namespace ServerlessDrives.Access;

/// <summary>Literal text in the resources and conditions of policies.</summary>
public static class PolicyText
{
    /// <summary>What IAM would read as a wildcard or as the start of a policy variable (<c>*</c>, <c>?</c>, <c>$</c>) as <c>${*}</c>, <c>${?}</c>, <c>${$}</c>.</summary>
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
}

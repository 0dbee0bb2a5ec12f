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
}

using System.Diagnostics.CodeAnalysis;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Policies;

/// <summary>The keys of a request, by name without regard to case.</summary>
internal sealed class RequestKeys(IReadOnlyDictionary<string, IReadOnlyList<string>> values)
{
    /// <summary>False when the request has no such key.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out IReadOnlyList<string>? found) => values.TryGetValue(name, out found);
}

/// <summary>
/// A text of a policy with its variables filled in and its wildcards told from the stars that were meant literally (<c>${*}</c>).
/// </summary>
internal sealed class Pattern
{
    // Two code points that no text holds stand for the wildcards.
    private const char Any = '\uFFFE';
    private const char One = '\uFFFF';
    private readonly string text;

    private Pattern(string text) => this.text = text;

    /// <summary>The text without its wildcards' meaning.</summary>
    public string Literal => text.Replace(Any, '*').Replace(One, '?');

    /// <summary>Null when a variable has no value in this request and no default: then the text matches nothing.</summary>
    /// <param name="keys">Null where the document's version has no variables.</param>
    public static Pattern? Of(string written, RequestKeys? keys, bool wildcards = true)
    {
        var result = new System.Text.StringBuilder(written.Length);
        for (var i = 0; i < written.Length; i++)
        {
            if (
                keys is not null
                && written[i] == '$'
                && i + 1 < written.Length
                && written[i + 1] == '{'
                && written.IndexOf('}', i) is var close and > 0)
            {
                if (Value(written[(i + 2)..close], keys) is not { } value) return null;
                result.Append(value);
                i = close;
                continue;
            }

            result.Append((written[i], wildcards) switch { ('*', true) => Any, ('?', true) => One, (var c, _) => c });
        }

        return new Pattern(result.ToString());
    }

    public bool Matches(string value, bool ignoreCase = false) => Matches(text, value, ignoreCase);

    /// <summary>
    /// Compares ARNs field by field: a wildcard stays within its field. A pattern with fewer than six fields goes on with <c>*</c>.
    /// </summary>
    public bool MatchesArn(string arn)
    {
        if (text.Length == 1 && text[0] == Any) return true;
        var wanted = text.Split(':', 6);
        var given = arn.Split(':', 6);
        if (given.Length < 6) return Matches(text, arn, false);
        for (var i = 0; i < 6; i++)
            if (i < wanted.Length && !Matches(wanted[i], given[i], false)) return false;
        return true;
    }

    private static string? Value(string variable, RequestKeys keys)
    {
        if (variable is "*" or "?" or "$") return variable;
        var comma = variable.IndexOf(',', StringComparison.Ordinal);
        var name = (comma < 0 ? variable : variable[..comma]).Trim();
        if (keys.TryGet(name, out var values) && values.Count == 1) return values[0];
        return comma < 0 ? null : variable[(comma + 1)..].Trim().Trim('\'');
    }

    private static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> value, bool ignoreCase)
    {
        int p = 0, v = 0, star = -1, resume = 0;
        while (v < value.Length)
        {
            if (p < pattern.Length && pattern[p] == Any)
            {
                star = p++;
                resume = v;
            }
            else if (p < pattern.Length && (pattern[p] == One || Same(pattern[p], value[v], ignoreCase)))
            {
                p++;
                v++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                v = ++resume;
            }
            else
            {
                return false;
            }
        }

        while (p < pattern.Length && pattern[p] == Any) p++;
        return p == pattern.Length;
    }

    private static bool Same(char a, char b, bool ignoreCase) =>
        a == b || (ignoreCase && char.ToUpperInvariant(a) == char.ToUpperInvariant(b));
}

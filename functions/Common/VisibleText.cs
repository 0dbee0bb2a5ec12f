using System.Globalization;
using System.Text;

namespace ServerlessDrives.Common;

/// <summary>Names that people give and read: what may be in one, when two are the same, and how one that isn't ours is shown.</summary>
public static class VisibleText
{
    /// <summary>Characters that show nothing although Unicode counts them among letters, marks or symbols.</summary>
    private static readonly HashSet<int> Blank =
    [
        0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x2800, 0x3164, 0xFFA0, 0xFFFC, 0x16FE4, 0x1D159,
    ];

    /// <summary>A name, without space around it.</summary>
    /// <param name="what">What it is the name of, with its article: "the drive".</param>
    public static Result<string, ParseError> Parse(string? text, int maxLength, string what)
    {
        var name = text?.Trim() ?? "";
        if (name.Length == 0)
            return new ParseError($"Give {what} a name of 1 to {maxLength} characters.");
        if (name.Length > maxLength)
            return new ParseError($"The name has {name.Length} characters; at most {maxLength} are allowed.");
        return Hidden(name).Any()
            ? new ParseError("The name has characters that can't be seen; use letters, digits, spaces and punctuation.")
            : name;
    }

    /// <summary>A name that is a field of a form by itself.</summary>
    public static Result<string, Refusal> Read(string field, string? text, int maxLength, string what) =>
        Parse(text, maxLength, what).TryGet(out var name, out var problem) ? name : Refusal.Invalid(field, problem.Message);

    /// <summary>The same for names that look alike: of one spelling, width and case, with one space where there are several.</summary>
    public static string KeyOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var key = new StringBuilder(name.Length);
        var isSpaced = false;
        foreach (var rune in TextNormalization.ToFormKC(name).EnumerateRunes().Where(rune => !IsVariationSelector(rune)))
        {
            var isSpace = Rune.IsWhiteSpace(rune);
            if (!isSpace)
                key.Append(rune);
            else if (!isSpaced)
                key.Append(' ');
            isSpaced = isSpace;
        }

        return TextNormalization.ToFormKC(key.ToString().Trim().ToUpperInvariant());
    }

    /// <summary>
    /// The text with a code in place of each character that can't be seen or changes the order of others: <c>⟨U+202E⟩</c>.
    /// </summary>
    public static string Reveal(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!Hidden(text).Any())
            return text;
        var shown = new StringBuilder(text.Length + 16);
        Rune? before = null;
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsHidden(rune, before))
                shown.Append(CultureInfo.InvariantCulture, $"⟨U+{rune.Value:X4}⟩");
            else
                shown.Append(rune);
            before = rune;
        }

        return shown.ToString();
    }

    private static IEnumerable<Rune> Hidden(string text)
    {
        Rune? before = null;
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsHidden(rune, before))
                yield return rune;
            before = rune;
        }
    }

    private static bool IsHidden(Rune rune, Rune? before) =>
        rune == Rune.ReplacementChar
        || Blank.Contains(rune.Value)
        || Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.Control
            or UnicodeCategory.Format
            or UnicodeCategory.PrivateUse
            or UnicodeCategory.Surrogate
            or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.OtherNotAssigned => true,
            // Behind a symbol, a selector says whether it is drawn in colour.
            _ when IsVariationSelector(rune) => before is not { } symbol
                || !(Rune.IsSymbol(symbol) || Rune.IsPunctuation(symbol) || Rune.IsDigit(symbol)),
            _ => false,
        };

    private static bool IsVariationSelector(Rune rune) => rune.Value is (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0100 and <= 0xE01EF);
}

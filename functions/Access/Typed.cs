using System.Globalization;
using System.Text;

namespace ServerlessDrives.Access;

/// <summary>How sentences repeat what a person typed.</summary>
internal static class Typed
{
    /// <summary>One character: in quotes if it can be seen, or else by its name or number.</summary>
    public static string Character(Rune character) =>
        Rune.GetUnicodeCategory(character) switch
        {
            UnicodeCategory.SpaceSeparator => character.Value == ' ' ? "a space" : $"a space (U+{character.Value:X4})",
            UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator =>
                $"a character that can't be seen (U+{character.Value:X4})",
            _ => $"“{character}”",
        };

    /// <summary>In quotes, at most 80 characters of it, what can't be seen left out.</summary>
    public static string Quote(string? text)
    {
        var visible = new StringBuilder();
        foreach (var rune in (text ?? "").EnumerateRunes())
        {
            if (
                Rune.GetUnicodeCategory(rune)
                is UnicodeCategory.Control
                    or UnicodeCategory.Format
                    or UnicodeCategory.LineSeparator
                    or UnicodeCategory.ParagraphSeparator)
                continue;
            if (visible.Length >= 80)
            {
                visible.Append('…');
                break;
            }

            visible.Append(rune.ToString());
        }

        return $"“{visible}”";
    }
}

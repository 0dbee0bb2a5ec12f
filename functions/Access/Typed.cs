using System.Globalization;
using System.Text;

namespace ServerlessDrives.Access;

/// <summary>How sentences repeat what a person typed.</summary>
internal static class Typed
{
    /// <summary>In quotes, at most 80 characters of it, what can't be seen left out.</summary>
    public static string Quote(string? text)
    {
        var visible = new StringBuilder();
        foreach (var rune in (text ?? "").EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
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

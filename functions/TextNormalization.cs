using System.Globalization;
using System.Text;

namespace ServerlessDrives;

/// <summary>
/// Unicode's normalization form KC (UAX #15). The app runs without ICU, and <see cref="string.Normalize(NormalizationForm)"/> then leaves
/// all text as it is; so the tables come with the app.
/// </summary>
internal static class TextNormalization
{
    // Hangul syllables are composed by a rule and stand in no table.
    private const int SyllableBase = 0xAC00;
    private const int LeadBase = 0x1100;
    private const int VowelBase = 0x1161;
    private const int TrailBase = 0x11A7;
    private const int Leads = 19;
    private const int Vowels = 21;
    private const int Trails = 28;

    private static readonly Lazy<Tables> Known = new(Tables.Read);

    public static string ToFormKC(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Ascii.IsValid(text) ? text : Compose(Decompose(text));
    }

    private static List<int> Decompose(string text)
    {
        var (tables, runes) = (Known.Value, new List<int>(text.Length));
        foreach (var rune in text.EnumerateRunes())
        {
            var at = rune.Value - SyllableBase;
            if (at is >= 0 and < Leads * Vowels * Trails)
            {
                runes.Add(LeadBase + (at / (Vowels * Trails)));
                runes.Add(VowelBase + (at % (Vowels * Trails) / Trails));
                if (at % Trails != 0)
                    runes.Add(TrailBase + (at % Trails));
            }
            else if (tables.Decompositions.TryGetValue(rune.Value, out var parts))
            {
                runes.AddRange(parts);
            }
            else
            {
                runes.Add(rune.Value);
            }
        }

        // Marks that follow a letter are put in the order of their classes; those of one class stay in theirs.
        for (var i = 1; i < runes.Count; i++)
        {
            for (var j = i; j > 0 && tables.ClassOf(runes[j]) is > 0 and var own && tables.ClassOf(runes[j - 1]) > own; j--)
                (runes[j], runes[j - 1]) = (runes[j - 1], runes[j]);
        }

        return runes;
    }

    private static string Compose(List<int> runes)
    {
        var tables = Known.Value;
        var composed = new List<int>(runes.Count);
        var (starter, lastClass) = (-1, -1);
        foreach (var rune in runes)
        {
            var own = tables.ClassOf(rune);
            if (starter >= 0 && (lastClass < own || lastClass == -1) && CompositionOf(tables, composed[starter], rune) is { } whole)
            {
                composed[starter] = whole;
                continue;
            }

            if (own == 0)
                (starter, lastClass) = (composed.Count, -1);
            else
                lastClass = own;
            composed.Add(rune);
        }

        var text = new StringBuilder(composed.Count);
        foreach (var rune in composed)
            text.Append(char.ConvertFromUtf32(rune));
        return text.ToString();
    }

    private static int? CompositionOf(Tables tables, int first, int second)
    {
        if (first is >= LeadBase and < LeadBase + Leads && second is >= VowelBase and < VowelBase + Vowels)
            return SyllableBase + ((((first - LeadBase) * Vowels) + second - VowelBase) * Trails);
        if (
            first - SyllableBase is >= 0 and < Leads * Vowels * Trails and var at
            && at % Trails == 0
            && second is > TrailBase and < TrailBase + Trails)
            return first + second - TrailBase;
        return tables.Compositions.TryGetValue((first, second), out var whole) ? whole : null;
    }

    /// <summary>Normalization.txt, read when the first text needs it.</summary>
    private sealed class Tables
    {
        private readonly Dictionary<int, int> _classes = [];

        public Dictionary<int, int[]> Decompositions { get; } = [];

        public Dictionary<(int First, int Second), int> Compositions { get; } = [];

        public int ClassOf(int rune) => _classes.GetValueOrDefault(rune);

        public static Tables Read()
        {
            var tables = new Tables();
            using var lines = new StreamReader(typeof(TextNormalization).Assembly.GetManifestResourceStream("Normalization.txt")!);
            while (lines.ReadLine() is { } line)
            {
                if (!line.StartsWith('#'))
                    tables.Add(line);
            }

            return tables;
        }

        private void Add(string line)
        {
            var kind = line[0];
            var fields = line.TrimStart('=', '^').Split(' ');
            var range = fields[0].Split('+');
            var (first, count, values) = (Number(range[0]), range.Length == 1 ? 1 : Number(range[1]), fields[1..].Select(Number).ToArray());
            if (kind == '=')
            {
                Compositions[(values[0], values[1])] = first;
                return;
            }

            for (var i = 0; i < count; i++)
            {
                if (kind == '^')
                    _classes[first + i] = values[0];
                else
                    Decompositions[first + i] = count == 1 ? values : [values[0] + i];
            }
        }

        private static int Number(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}

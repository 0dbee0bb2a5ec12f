using System.Globalization;
using System.Text;
using CsCheck;

namespace ServerlessDrives.Tests.Unit.Edge;

/// <summary>What a stranger may send: how many of it, and what it is made of.</summary>
internal static class Inputs
{
    /// <summary>For each parser; tests/fuzz sets a million.</summary>
    public static int Count { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("FUZZ_INPUTS"), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? count
            : 10_000;

    /// <summary>Longer than this for one input is a hang.</summary>
    public static readonly TimeSpan Hang = TimeSpan.FromSeconds(2);

    /// <summary>Texts that are taken, and the same with characters changed, taken out, put in, doubled and cut.</summary>
    public static Gen<string> Like(params string[] good) =>
        Gen.OneOf(
            Gen.Select(Gen.OneOf(Array.ConvertAll(good, Gen.Const)), Change.Array[0, 6])
                .Select((text, changes) => changes.Aggregate(text, (changed, change) => change(changed))),
            Gen.String[Gen.Char, 0, 120],
            Gen.String[Gen.Char["{}[]\",:\\/ .*?=&%+-_'\0\r\n\tnulltrue01eE9aZ\u00e4\u202e\ud800\udc00\ufeff"], 0, 120]);

    /// <summary>Each input is dealt with: no exception but those that are expected, and no hang.</summary>
    public static void EachIsDealtWith<T>(this Gen<T> inputs, Action<T> parse) => inputs.Sample(
        input =>
        {
            var began = TimeProvider.System.GetTimestamp();
            parse(input);
            if (TimeProvider.System.GetElapsedTime(began) > Hang && !IsFirst())
                throw new InvalidOperationException("It took so long that it hangs.");
        },
        iter: Count,
        threads: 1);

    private static int _inputs;

    /// <summary>The very first ones have code compiled and tables read.</summary>
    private static bool IsFirst() => Interlocked.Increment(ref _inputs) < 100;

    private static readonly Gen<Func<string, string>> Change = Gen.Select(Gen.Int[0, 7], Gen.Int[0, 4096], Gen.Char)
        .Select((kind, at, with) => (Func<string, string>)(text => Changed(text, kind, at, with)));

    private static string Changed(string text, int kind, int position, char with)
    {
        var at = text.Length == 0 ? 0 : position % text.Length;
        return kind switch
        {
            0 when text.Length > 0 => text.Remove(at, 1),
            1 => text.Insert(at, $"{with}"),
            2 when text.Length > 0 => text.Remove(at, 1).Insert(at, $"{with}"),
            3 => text[..at],
            4 when text.Length < 100_000 => text + text,
            5 => text.Insert(at, "\0"),
            6 => text.Insert(at, new string('[', 200)),
            7 when text.Length > 0 => text.Replace(text[at], '"'),
            _ => text,
        };
    }

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}

using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Unit.Architecture;

/// <summary>Our sources in C# can be read side by side: no line is wider than CONTRIBUTING.md says.</summary>
public sealed class LinesOfSources
{
    private const int MostColumns = 140;

    [Fact]
    public void No_line_is_wider_than_140_columns()
    {
        string[] sources =
        [
            .. new[] { "functions", "infra", "tests" }.SelectMany(folder => Source.Files(Path.Combine(Repository.Folder, folder))),
        ];
        sources.Length.ShouldBeGreaterThan(500);

        sources.SelectMany(TooWide).ShouldBeEmpty();
    }

    /// <summary>A URL alone on a line of a comment may be as long as it is.</summary>
    private static IEnumerable<string> TooWide(string file) =>
        File.ReadLines(file)
            .Select((line, index) => (Text: line, Number: index + 1))
            .Where(line => line.Text.Length > MostColumns && !IsOnlyAUrl(line.Text))
            .Select(line => $"{Path.GetRelativePath(Repository.Folder, file)}:{line.Number} has {line.Text.Length}");

    private static bool IsOnlyAUrl(string line) =>
        line.TrimStart(' ', '/').Split(' ') is [var word] && line.TrimStart().StartsWith("//", StringComparison.Ordinal)
        && Uri.TryCreate(word, UriKind.Absolute, out _);
}

using CsCheck;
using ServerlessDrives.Integrations.Upstreams;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Unit.Integrations;

/// <summary>Globs: what they mean, and that the matcher agrees with a definition that is too slow to use.</summary>
public sealed class FilePatterns
{
    [Theory]
    [InlineData("**", "a.pdf", true)]
    [InlineData("**", "a/b/c.pdf", true)]
    [InlineData("*", "a.pdf", true)]
    [InlineData("*", "a/b.pdf", false)]
    [InlineData("*.pdf", "a.pdf", true)]
    [InlineData("*.pdf", "a.PDF", false)]
    [InlineData("*.pdf", "a/b.pdf", false)]
    [InlineData("**/*.pdf", "b.pdf", true)]
    [InlineData("**/*.pdf", "x/y/b.pdf", true)]
    [InlineData("claim-??.pdf", "claim-17.pdf", true)]
    [InlineData("claim-??.pdf", "claim-1.pdf", false)]
    [InlineData("claim-?.pdf", "claim-\U0001F600.pdf", true)]
    [InlineData("reports/**", "reports/a/b.csv", true)]
    [InlineData("reports/", "reports/a/b.csv", true)]
    [InlineData("reports/**", "reports", false)]
    [InlineData("reports/**/2026/*.csv", "reports/2026/a.csv", true)]
    [InlineData("reports/**/2026/*.csv", "reports/x/2025/2026/a.csv", true)]
    [InlineData("reports/**/2026/*.csv", "reports/x/2026/y/a.csv", false)]
    [InlineData("**/2026/**/*.csv", "a/2026/2026/b/c.csv", true)]
    [InlineData("a[1].txt", "a[1].txt", true)]
    [InlineData("*.*", "README", false)]
    [InlineData("**.pdf", "a.pdf", true)]
    [InlineData("**.pdf", "a/b.pdf", false)]
    [InlineData("a//b", "a//b", true)]
    public void A_pattern_means_these_files(string pattern, string path, bool expected) => Parse(pattern).Matches(path).ShouldBe(expected);

    [Theory]
    [InlineData("/a")]
    [InlineData("../a")]
    [InlineData("a/./b")]
    [InlineData("a\nb")]
    public void A_pattern_that_leads_elsewhere_is_refused_in_a_sentence(string pattern)
    {
        FilePattern.Parse(pattern).TryGet(out _, out var problem).ShouldBeFalse();
        problem.Message.ShouldNotBeNullOrWhiteSpace();
        FilePattern.Parse(new string('a', FilePattern.MaxLength + 1)).TryGet(out _, out _).ShouldBeFalse();
    }

    [Fact]
    public void No_pattern_means_everything()
    {
        Parse(null).Matches("a/b").ShouldBeTrue();
        Parse("  ").Matches("a").ShouldBeTrue();
    }

    [Fact]
    public void The_matcher_agrees_with_the_definition()
    {
        var pattern = Gen.Char["ab*?/"].Array[1, 9].Select(characters => new string(characters)).Where(text => !text.StartsWith('/'));
        var path = Gen.Char["ab/"].Array[1, 9].Select(characters => new string(characters));
        var (matched, unmatched) = (0, 0);
        Gen.Select(pattern, path).Sample((glob, name) =>
        {
            var expected = Defined(Parts(glob), name.Split('/'));
            Parse(glob).Matches(name).ShouldBe(expected, $"{glob} on {name}");
            if (expected)
                Interlocked.Increment(ref matched);
            else
                Interlocked.Increment(ref unmatched);
        }, iter: 20_000);
        matched.ShouldBeGreaterThan(500);
        unmatched.ShouldBeGreaterThan(500);
    }

    [Fact]
    public void A_hostile_pattern_takes_no_longer_than_its_length_allows() =>
        Parse(string.Concat(Enumerable.Repeat("**/*a*a", 60)))
            .Matches(string.Join('/', Enumerable.Repeat(new string('a', 60) + "b", 15)))
            .ShouldBeFalse();

    private static FilePattern Parse(string? text) =>
        FilePattern.Parse(text).TryGet(out var pattern, out var problem) ? pattern : throw new ArgumentException(problem.Message);

    private static string[] Parts(string glob)
    {
        var parts = glob.EndsWith('/') ? (glob + "**").Split('/') : glob.Split('/');
        return parts[^1] == "**" ? [.. parts, "*"] : parts;
    }

    /// <summary>The definition: ** is no folder, or one and ** again.</summary>
    private static bool Defined(ReadOnlySpan<string> parts, ReadOnlySpan<string> names)
    {
        if (parts.IsEmpty)
            return names.IsEmpty;
        if (parts[0] == "**")
            return Defined(parts[1..], names) || (!names.IsEmpty && Defined(parts, names[1..]));
        return !names.IsEmpty && DefinedName(parts[0], names[0]) && Defined(parts[1..], names[1..]);
    }

    /// <summary>The definition: * is nothing, or one character and * again.</summary>
    private static bool DefinedName(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        if (pattern.IsEmpty)
            return name.IsEmpty;
        return pattern[0] switch
        {
            '*' => DefinedName(pattern[1..], name) || (!name.IsEmpty && DefinedName(pattern, name[1..])),
            '?' => !name.IsEmpty && DefinedName(pattern[1..], name[1..]),
            var c => !name.IsEmpty && c == name[0] && DefinedName(pattern[1..], name[1..]),
        };
    }
}

using ServerlessDrives.Drives;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Unit.Edge;

/// <summary>Names that people give.</summary>
public sealed class Names
{
    [Theory]
    [InlineData("\u3164")]
    [InlineData("\u2800")]
    [InlineData("\u115f")]
    [InlineData("Claims\u2028intake")]
    [InlineData("Claims\u2029intake")]
    [InlineData("Claims\u202eintake")]
    [InlineData("Claims\u2066intake")]
    [InlineData("Cla\u00adims")]
    [InlineData("Cla\u200bims")]
    [InlineData("Cla\u034fims")]
    [InlineData("Claims\ufe0f")]
    [InlineData("Claims\U000e0041")]
    [InlineData("Cla\ud800ims")]
    [InlineData("\u00a0\u2003")]
    public void A_name_that_hides_something_is_refused(string name) => DisplayName.Parse(name).TryGet(out _, out _).ShouldBeFalse();

    [Theory]
    [InlineData("Verträge 2026")]
    [InlineData("請求書")]
    [InlineData("한국어 문서")]
    [InlineData("Crème brûlée (test) – №1")]
    [InlineData("❤️ Claims")]
    [InlineData("e\u0301tudes")]
    public void A_name_that_can_be_seen_is_taken_as_it_is(string name) =>
        DisplayName.Parse(name).TryGet(out var taken, out _).ShouldBe(taken?.Value == name);

    [Theory]
    [InlineData("é", "e\u0301")]
    [InlineData("a b", "a  b")]
    [InlineData("a b", "a\u00a0b")]
    [InlineData("a b", " a \u2003b ")]
    [InlineData("Claims", "ｃｌａｉｍｓ")]
    [InlineData("ﬁles", "FILES")]
    [InlineData("Å", "\u212b")]
    [InlineData("한", "\u1112\u1161\u11ab")]
    [InlineData("❤️", "❤")]
    [InlineData("q\u0307\u0323", "q\u0323\u0307")]
    [InlineData("①", "1")]
    public void Names_that_look_alike_are_one(string one, string other) => VisibleText.KeyOf(other).ShouldBe(VisibleText.KeyOf(one));

    [Theory]
    [InlineData("e", "é")]
    [InlineData("ab", "a b")]
    [InlineData("Straße", "Strasse")]
    [InlineData("한", "하")]
    public void Others_are_not(string one, string other) => VisibleText.KeyOf(other).ShouldNotBe(VisibleText.KeyOf(one));

    [Fact]
    public void A_plain_name_is_reserved_where_it_always_was()
    {
        foreach (var name in new[] { "Claims intake", "Verträge 2026", "Ärzte", "請求書", "Ελλάδα" })
            VisibleText.KeyOf(name).ShouldBe(name.ToUpperInvariant());
    }

    [Theory]
    [InlineData("scan.pdf", "scan.pdf")]
    [InlineData("invoice\u202efdp.exe", "invoice⟨U+202E⟩fdp.exe")]
    [InlineData("a\u200bb\nc", "a⟨U+200B⟩b⟨U+000A⟩c")]
    [InlineData("\u3164", "⟨U+3164⟩")]
    [InlineData("❤️.png", "❤️.png")]
    public void A_file_name_is_shown_with_what_it_hides(string name, string shown) => VisibleText.Reveal(name).ShouldBe(shown);
}

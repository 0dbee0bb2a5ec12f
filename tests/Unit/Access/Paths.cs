using System.Text;
using CsCheck;
using ServerlessDrives.Access;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Unit.Access;

public sealed class Paths
{
    [Theory]
    [InlineData(null, "", "")]
    [InlineData("", "", "")]
    [InlineData("/", "", "")]
    [InlineData("claims", "claims", "claims/")]
    [InlineData("/claims/inbox/", "claims/inbox", "claims/inbox/")]
    public void Slashes_at_the_ends_mean_nothing(string? text, string path, string prefix)
    {
        DrivePath.Parse(text).TryGet(out var drive, out _).ShouldBeTrue();
        drive!.Value.ShouldBe(path);
        drive.Prefix.ShouldBe(prefix);
        drive.IsRoot.ShouldBe(path.Length == 0);
    }

    [Theory]
    [InlineData("a/../b", "“..”")]
    [InlineData("./a", "“.”")]
    [InlineData("a//b", "empty part")]
    [InlineData("a\nb", "control character")]
    [InlineData("a\u0085b", "control character")]
    [InlineData("a\ufffeb", "control character")]
    [InlineData("s3://acme/claims/inbox", "claims/inbox")]
    public void What_nothing_good_can_come_of_is_refused(string text, string expected)
    {
        DrivePath.Parse(text).TryGet(out _, out var problem).ShouldBeFalse();
        problem.Message.ShouldContain(expected);
    }

    [Fact]
    public void A_path_has_at_most_896_bytes()
    {
        DrivePath.Parse(new string('a', 896)).TryGet(out _, out _).ShouldBeTrue();
        DrivePath.Parse(new string('ä', 449)).TryGet(out _, out var problem).ShouldBeFalse();
        problem.Message.ShouldContain("898 bytes");
    }

    [Fact]
    public void Whatever_is_typed_the_path_never_leaves_its_prefix() =>
        Gen.String[Gen.Char["ab./\\*?${}\0\n ä\ud800"], 0, 30]
            .Sample(text =>
            {
                if (!DrivePath.Parse(text).TryGet(out var path, out _))
                    return;
                path!.Value.Split('/').ShouldAllBe(segment => segment != "." && segment != "..");
                path.Value.ShouldNotContain("\0");
                (
                    path.IsRoot
                    || (path.Prefix.EndsWith('/') && !path.Prefix.StartsWith('/') && !path.Prefix.Contains("//", StringComparison.Ordinal))
                ).ShouldBeTrue();
                DrivePath.Parse(path.Value).TryGet(out var again, out _).ShouldBeTrue();
                again.ShouldBe(path);
                Encoding.UTF8.GetByteCount(path.Value).ShouldBeLessThanOrEqualTo(DrivePath.MaxBytes);
            });

    [Fact]
    public void A_file_keeps_its_name_and_its_key_leads_back_to_it() =>
        Gen.Select(Gen.OneOf(Array.ConvertAll(["", "claims", "claims/inbox"], Gen.Const)), Gen.String[Gen.Char["ab./ ä+%"], 1, 20])
            .Sample(
                (drive, text) =>
                {
                    if (!FilePath.Parse(text).TryGet(out var file, out _))
                        return;
                    DrivePath.Parse(drive).TryGet(out var path, out _).ShouldBeTrue();
                    file!.Value.ShouldBe(text);
                    path!.TryFileOf(path.KeyOf(file), out var found).ShouldBeTrue();
                    found.ShouldBe(file);
                });

    [Theory]
    [InlineData("")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a/../b")]
    public void A_file_is_named_exactly(string text) => FilePath.Parse(text).TryGet(out _, out _).ShouldBeFalse();

    [Fact]
    public void A_sibling_that_begins_alike_is_not_on_the_drive()
    {
        DrivePath.Parse("a/table").TryGet(out var path, out _).ShouldBeTrue();
        path!.TryFileOf("a/table_other/x", out _).ShouldBeFalse();
    }
}

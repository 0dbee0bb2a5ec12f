using ServerlessDrives.Access;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Unit.Access;

public sealed class BucketNames
{
    [Theory]
    [InlineData("acme-documents")]
    [InlineData("abc")]
    [InlineData("a.b.c")]
    [InlineData("1.2.3.4a")]
    [InlineData(" acme-documents ")]
    public void A_bucket_that_AWS_would_make_is_accepted(string text) =>
        BucketName.Parse(text).TryGet(out var name, out _).ShouldBeTrue(name?.Value);

    [Theory]
    [InlineData("arn:aws:s3:::acme-documents")]
    [InlineData("arn:aws:s3:::acme-documents/claims/*")]
    [InlineData("s3://acme-documents")]
    [InlineData("s3://acme-documents/claims/inbox/")]
    [InlineData("https://s3.console.aws.amazon.com/s3/buckets/acme-documents?region=us-east-1&tab=objects")]
    [InlineData("https://us-east-1.console.aws.amazon.com/s3/buckets/acme-documents?region=us-east-1")]
    [InlineData("https://acme-documents.s3.us-east-1.amazonaws.com/claims/a.pdf")]
    [InlineData("acme-documents.s3.amazonaws.com")]
    [InlineData("https://s3.eu-west-1.amazonaws.com/acme-documents/claims")]
    [InlineData("https://acme-documents.s3.cn-north-1.amazonaws.com.cn")]
    [InlineData("acme-documents/claims/inbox")]
    [InlineData("Acme-Documents")]
    public void What_people_paste_in_its_place_is_refused_and_the_name_in_it_is_offered(string text) =>
        Problem(text).ShouldContain("acme-documents");

    [Theory]
    [InlineData(null, "name")]
    [InlineData("ab", "3 to 63")]
    [InlineData("acme_documents", "_")]
    [InlineData("-acme", "starts and ends")]
    [InlineData("acme-", "starts and ends")]
    [InlineData("a..b", "two dots")]
    [InlineData("192.168.5.4", "IP address")]
    [InlineData("xn--acme", "xn--")]
    [InlineData("sthree-acme", "sthree-")]
    [InlineData("amzn-s3-demo-bucket", "amzn-s3-demo-")]
    [InlineData("acme-s3alias", "access point")]
    [InlineData("acme--ol-s3", "Object Lambda")]
    [InlineData("acme.mrap", "multi-Region")]
    [InlineData("acme--usw2-az1--x-s3", "directory bucket")]
    [InlineData("acme--table-s3", "table bucket")]
    [InlineData("arn:aws:s3:us-east-1:444455556666:accesspoint/acme", "access point")]
    public void A_name_that_AWS_would_not_give_is_refused_with_the_rule(string? text, string rule) => Problem(text).ShouldContain(rule);

    [Fact]
    public void A_name_with_dots_says_so() =>
        BucketName.Parse("a.b.c").TryGet(out var name, out _).ShouldBeTrue(name!.HasDots ? null : "has dots");

    [Fact]
    public void Sixty_three_characters_are_the_most()
    {
        BucketName.Parse(new string('a', 63)).TryGet(out _, out _).ShouldBeTrue();
        BucketName.Parse(new string('a', 64)).TryGet(out _, out _).ShouldBeFalse();
    }

    private static string Problem(string? text)
    {
        BucketName.Parse(text).TryGet(out _, out var problem).ShouldBeFalse();
        return problem!.Message;
    }
}

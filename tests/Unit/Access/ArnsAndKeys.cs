using System.Text.Json;
using CsCheck;
using ServerlessDrives.Access;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Unit.Access;

public sealed class ArnsAndKeys
{
    [Fact]
    public void A_role_arn_is_taken_apart()
    {
        RoleArn.Parse("arn:aws-us-gov:iam::444455556666:role/team/a/drives").TryGet(out var role, out _).ShouldBeTrue();
        role!.Partition.ShouldBe(Partition.GovCloud);
        role.Account.Value.ShouldBe("444455556666");
        role.Path.ShouldBe("/team/a/");
        role.RoleName.ShouldBe("drives");
    }

    [Fact]
    public void Every_role_arn_that_AWS_would_make_is_accepted_and_kept_as_it_is()
    {
        var name = Gen.String[Gen.Char["abcXYZ019_+=,.@-"], 1, 63];
        var path = Gen.String[Gen.Char["abcXYZ019_+=,.@-"], 1, 20]
            .Array[0, 4]
            .Select(parts => string.Concat(parts.Select(part => part + "/")));
        Gen.Select(Gen.OneOf(Array.ConvertAll(["aws", "aws-cn", "aws-us-gov", "aws-eusc", "aws-iso", "aws-iso-b"], Gen.Const)), path, name)
            .Sample(
                (partition, path, name) =>
                {
                    var text = $"arn:{partition}:iam::444455556666:role/x{path.Replace("/", "x/", StringComparison.Ordinal)}{name}";
                    RoleArn.Parse(text).TryGet(out var role, out var problem).ShouldBeTrue(problem?.Message);
                    role!.ToString().ShouldBe(text);
                    role.RoleName.ShouldEndWith(name);
                    JsonSerializer.Deserialize<RoleArn>(JsonSerializer.Serialize(role)).ShouldBe(role);
                });
    }

    [Theory]
    [InlineData("arn:aws:iam::444455556666:user/ada", "user's ARN")]
    [InlineData("arn:aws:iam::444455556666:instance-profile/drives", "instance profile")]
    [InlineData("arn:aws:sts::444455556666:assumed-role/drives/session", "arn:aws:iam::444455556666:role/drives")]
    [InlineData("arn:aws:iam::444455556666:root", "root")]
    [InlineData("arn:aws:iam::444455556666:policy/drives", "policy")]
    [InlineData("arn:aws:iam::444455556666:role/aws-service-role/s3.amazonaws.com/x", "service-linked")]
    [InlineData("arn:aws:iam::444455556666:role/aws-reserved/sso.amazonaws.com/x", "Identity Center")]
    [InlineData("arn:aws-mars:iam::444455556666:role/drives", "no AWS partition")]
    [InlineData("arn:aws:iam::44445555666:role/drives", "not a role's ARN")]
    [InlineData("drives", "whole ARN")]
    [InlineData("", "Give the role's ARN")]
    public void What_is_no_role_is_refused_by_name(string text, string expected) => Problem(RoleArn.Parse(text)).ShouldContain(expected);

    [Theory]
    [InlineData("ASIAIOSFODNN7EXAMPLE", "temporary")]
    [InlineData("AIDAIOSFODNN7EXAMPLE", "unique ID")]
    [InlineData("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "secret access key")]
    [InlineData("AKIA", "16 to 128")]
    [InlineData("AKIA-IOSFODNN7EXAMPLE", "letters, digits and underscores")]
    public void What_is_no_lasting_access_key_is_refused_and_not_repeated(string text, string expected)
    {
        var problem = Problem(AccessKeyId.Parse(text));
        problem.ShouldContain(expected);
        problem.ShouldNotContain(text.Length > 4 ? text : "wJalr");
    }

    [Theory]
    [InlineData("alias/acme", "alias")]
    [InlineData("arn:aws:kms:us-east-1:444455556666:alias/acme", "alias")]
    [InlineData("1234abcd-12ab-34cd-56ef-1234567890ab", "arn:aws:kms:<region>:<account>:key/1234abcd-12ab-34cd-56ef-1234567890ab")]
    [InlineData("arn:aws-cn:kms:us-east-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab", "partition")]
    [InlineData("arn:aws:s3:::acme", "not a KMS key")]
    public void What_is_no_key_arn_is_refused_by_name(string text, string expected) =>
        Problem(KmsKeyArn.Parse(text)).ShouldContain(expected);

    [Fact]
    public void A_multi_region_key_is_a_key()
    {
        KmsKeyArn
            .Parse("arn:aws:kms:eu-west-1:444455556666:key/mrk-1234abcd12ab34cd56ef1234567890ab")
            .TryGet(out var key, out _)
            .ShouldBeTrue();
        key!.Region.Code.ShouldBe("eu-west-1");
    }

    [Theory]
    [InlineData("us-east-1", "aws")]
    [InlineData("mx-central-1", "aws")]
    [InlineData("zz-newland-7", "aws")]
    [InlineData("cn-northwest-1", "aws-cn")]
    [InlineData("us-gov-west-1", "aws-us-gov")]
    [InlineData("eusc-de-east-1", "aws-eusc")]
    [InlineData("us-iso-east-1", "aws-iso")]
    [InlineData("us-isob-east-1", "aws-iso-b")]
    public void A_region_knows_its_partition(string text, string partition)
    {
        Region.Parse(text).TryGet(out var region, out _).ShouldBeTrue();
        region!.Partition.Name.ShouldBe(partition);
    }

    [Theory]
    [InlineData("US-EAST-1", "us-east-1")]
    [InlineData("us_east_1", "us-east-1")]
    [InlineData("eu-central-1b", "eu-central-1")]
    [InlineData("Europe (eu-west-1)", "eu-west-1")]
    [InlineData("EU", "eu-west-1")]
    public void A_region_that_is_nearly_right_is_offered_as_it_should_be(string text, string offered) =>
        Problem(Region.Parse(text)).ShouldContain($"did you mean {offered}?");

    [Fact]
    public void External_ids_are_never_the_same_and_always_valid() => Gen.Int[1, 50].Sample(count =>
    {
        var ids = Enumerable.Range(0, count).Select(_ => ExternalId.New()).ToList();
        ids.Distinct().Count().ShouldBe(count);
        foreach (var id in ids)
        {
            id.Value.Length.ShouldBe(40);
            ExternalId.Parse(id.Value).TryGet(out var again, out _).ShouldBeTrue();
            again.ShouldBe(id);
        }
    });

    [Fact]
    public void An_account_with_the_consoles_hyphens_is_offered_without() =>
        Problem(AccountId.Parse("4444-5555-6666")).ShouldContain("444455556666");

    [Fact]
    public void A_text_that_does_not_parse_is_bad_json() =>
        Should.Throw<JsonException>(() => JsonSerializer.Deserialize<Region>("\"nowhere\""));

    [Fact]
    public void Encryption_is_written_as_the_api_says()
    {
        KmsKeyArn
            .Parse("arn:aws:kms:us-east-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab")
            .TryGet(out var key, out _)
            .ShouldBeTrue();
        JsonSerializer
            .Serialize<Encryption>(new Encryption.SseKms(key!))
            .ShouldBe("""{"type":"sse-kms","kmsKeyId":"arn:aws:kms:us-east-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab"}""");
        foreach (var encryption in (Encryption[])[Encryption.Nothing, Encryption.S3Managed, new Encryption.SseKms(key!)])
            JsonSerializer.Deserialize<Encryption>(JsonSerializer.Serialize(encryption)).ShouldBe(encryption);
    }

    private static string Problem<T>(Result<T, ParseError> parsed)
        where T : notnull
    {
        parsed.TryGet(out _, out var problem).ShouldBeFalse();
        return problem!.Message;
    }
}

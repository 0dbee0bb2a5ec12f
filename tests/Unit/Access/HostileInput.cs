using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using ServerlessDrives.Access;
using ServerlessDrives.Access.Policies;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Unit.Access;

/// <summary>Whatever is typed or pasted: nothing throws, what is accepted is what was meant, and what is refused has a sentence.</summary>
public sealed class HostileInput
{
    private static readonly Gen<string> Anything = Gen.OneOf(
        Gen.String[Gen.Char, 0, 80],
        Gen.String[Gen.Char["abcXYZ019.-_:/*?${}\\\"' \t\n\0\u00e4\ud800\udc00\u202e%+"], 0, 80],
        Pieces([
            "arn:",
            "aws",
            "aws-cn",
            ":s3:::",
            ":iam::",
            "444455556666",
            ":role/",
            ":user/",
            "acme-documents",
            "..",
            "s3://",
            "https://",
            ".s3.",
            "amazonaws.com",
            "/",
            "xn--",
            "-s3alias",
            "kms",
            ":key/",
            "us-east-1",
            "AKIA",
            "${",
            "*",
            " ",
        ]));

    [Fact]
    public void A_bucket_name_is_refused_in_a_sentence_or_is_one_that_AWS_would_give() => Anything.Sample(text =>
    {
        if (!BucketName.Parse(text).TryGet(out var name, out var problem))
        {
            problem.Message.ShouldNotBeNullOrWhiteSpace();
            return;
        }

        name.Value.Length.ShouldBeInRange(3, 63);
        name.Value.ShouldAllBe(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '.' || c == '-');
        RoundTrips<BucketName>(name);
    }, iter: 3_000);

    [Fact]
    public void A_role_ARN_is_refused_in_a_sentence_or_falls_into_its_parts_and_back() => Anything.Sample(text =>
    {
        if (!RoleArn.Parse(text).TryGet(out var arn, out var problem))
        {
            problem.Message.ShouldNotBeNullOrWhiteSpace();
            return;
        }

        $"arn:{arn.Partition}:iam::{arn.Account}:role{arn.Path}{arn.RoleName}".ShouldBe(arn.Value);
        arn.RoleName.Length.ShouldBeInRange(1, 64);
        RoundTrips<RoleArn>(arn);
    }, iter: 3_000);

    [Fact]
    public void A_role_ARN_made_of_good_parts_is_always_taken() =>
        Gen.Select(
                One("aws", "aws-cn", "aws-us-gov"),
                Gen.String[Gen.Char["0123456789"], 12, 12],
                One("/", "/teams/data/", "/a/"),
                Gen.String[Gen.Char["abcXYZ019_+=,.@-"], 1, 64])
            .Sample(
                (partition, account, path, name) =>
                {
                    RoleArn
                        .Parse($"arn:{partition}:iam::{account}:role{path}{name}")
                        .TryGet(out var arn, out var problem)
                        .ShouldBeTrue(problem?.Message);
                    arn!.RoleName.ShouldBe(name);
                    arn.Path.ShouldBe(path);
                });

    [Fact]
    public void Everything_else_that_is_typed_is_refused_in_a_sentence_or_written_back_as_it_is() => Anything.Sample(text =>
    {
        Judge(Region.Parse(text));
        Judge(KmsKeyArn.Parse(text));
        Judge(AccessKeyId.Parse(text));
        Judge(AccountId.Parse(text));
        Judge(PrincipalArn.Parse(text));
        Judge(DrivePath.Parse(text));
        if (FilePath.Parse(text).TryGet(out var file, out var problem))
            file.Value.ShouldBe(text);
        else
            problem.Message.ShouldNotBeNullOrWhiteSpace();
        Judge(ExternalId.Parse(text));
    }, iter: 3_000);

    [Fact]
    public void A_secret_access_key_in_the_place_of_its_id_is_not_taken_and_not_repeated() =>
        Gen.String[Gen.Char["abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/+"], 40, 40]
            .Where(secret => secret.Any(char.IsAsciiLetterLower))
            .Sample(secret =>
            {
                AccessKeyId.Parse(secret).TryGet(out _, out var problem).ShouldBeFalse();
                problem!.Message.ShouldNotContain(secret);
            });

    [Fact]
    public void Escaped_text_has_no_wildcard_and_no_variable_left() =>
        Gen.String[Gen.Char["a*?${}/"], 0, 30]
            .Sample(literal =>
            {
                var rest = PolicyText
                    .Escape(literal)
                    .Replace("${*}", "", StringComparison.Ordinal)
                    .Replace("${?}", "", StringComparison.Ordinal)
                    .Replace("${$}", "", StringComparison.Ordinal);
                rest.ShouldNotContain("*");
                rest.ShouldNotContain("?");
                rest.ShouldNotContain("$");
            });

    [Fact]
    public void Whatever_the_bucket_has_merging_never_throws() =>
        Gen.OneOf(Anything, Json.Select(node => node?.ToJsonString() ?? "null"))
            .Sample(
                existing =>
                {
                    if (!Ours("con_1").MergeInto(existing).TryGet(out _, out var problem))
                        problem.Message.ShouldNotBeNullOrWhiteSpace();
                },
                iter: 2_000);

    [Theory]
    [InlineData("""{"Version":"\ud800","Statement":[]}""")]
    [InlineData("""{"Version":"2012-10-17","Statement":[{"Sid":"\ud800"}]}""")]
    [InlineData("""{"Version":"2012-10-17","Statement":[{"Resource":"\udc00"}]}""")]
    [InlineData("""{"Version":"2012-10-17","Statement":[],"Statement":[]}""")]
    [InlineData("""{"Version":"2012-10-17","Statement":[null]}""")]
    public void A_policy_that_is_no_text_is_refused(string existing) =>
        Ours("con_1").MergeInto(existing).TryGet(out _, out _).ShouldBeFalse();

    [Fact]
    public void Merging_keeps_what_is_others_puts_in_what_is_ours_and_changes_nothing_the_second_time() =>
        Gen.Select(Statements, Gen.Bool, Gen.Bool)
            .Sample(
                (foreign, single, withOurs) =>
                {
                    var statements = foreign.Select(statement => (JsonNode)statement.DeepClone()).ToList();
                    if (withOurs)
                        statements.AddRange(Ours("con_1").ToJson()["Statement"]!.AsArray().Select(statement => statement!.DeepClone()));
                    JsonNode element = single && statements.Count == 1 ? statements[0] : new JsonArray([.. statements]);
                    var existing = new JsonObject
                    {
                        ["Version"] = "2012-10-17",
                        ["Id"] = "theirs",
                        ["Statement"] = element,
                    };

                    Ours("con_1").MergeInto(existing.ToJsonString()).TryGet(out var merged, out var problem).ShouldBeTrue(problem?.Message);
                    merged!["Id"]!.GetValue<string>().ShouldBe("theirs");
                    var texts = merged["Statement"]!.AsArray().Select(statement => statement!.ToJsonString()).ToList();
                    texts.Take(foreign.Length).ShouldBe(foreign.Select(statement => statement.ToJsonString()));
                    texts
                        .Skip(foreign.Length)
                        .ShouldBe(Ours("con_1").ToJson()["Statement"]!.AsArray().Select(statement => statement!.ToJsonString()));

                    Ours("con_1").MergeInto(merged.ToJsonString()).TryGet(out var again, out _).ShouldBeTrue();
                    again!.ToJsonString().ShouldBe(merged.ToJsonString());

                    // Another drive's statements on the same bucket are as foreign as anybody's.
                    Ours("con_2").MergeInto(merged.ToJsonString()).TryGet(out var both, out _).ShouldBeTrue();
                    both!["Statement"]!.AsArray().Take(texts.Count).Select(statement => statement!.ToJsonString()).ShouldBe(texts);
                    Ours("con_1").MergeInto(both.ToJsonString()).TryGet(out var back, out _).ShouldBeTrue();
                    back!["Statement"]!.AsArray().Count.ShouldBe(both["Statement"]!.AsArray().Count);
                }, iter: 300);

    private static Gen<string> One(params string[] of) => Gen.OneOf(Array.ConvertAll(of, Gen.Const));

    private static Gen<string> Pieces(string[] pieces) => One(pieces).Array[0, 8].Select(string.Concat);

    private static readonly Gen<JsonObject[]> Statements = Gen.Select(
            One("Allow", "Deny"),
            One("s3:GetObject", "s3:*", "s3:List*"),
            One("", "Theirs", "ServerlessDrives"),
            Gen.String[Gen.Char["aö\"\\*${} "], 0, 12])
        .Select(
            (effect, action, sid, what) =>
            {
                var statement = new JsonObject
                {
                    ["Effect"] = effect,
                    ["Principal"] = "*",
                    ["Action"] = action,
                    ["Resource"] = $"arn:aws:s3:::acme-documents/{what}",
                };
                if (sid.Length > 0)
                    statement["Sid"] = sid;
                return statement;
            })
        .Array[0, 5];

    private static readonly Gen<JsonNode?> Json = Gen.Recursive<JsonNode?>((depth, inner) => depth > 3
        ? Gen.Const((JsonNode?)null)
        : Gen.OneOf(
            Gen.Const((JsonNode?)null),
            Gen.Int.Select(number => (JsonNode?)JsonValue.Create(number)),
            One("Statement", "2012-10-17", "2008-10-17", "${aws:username}").Select(text => (JsonNode?)JsonValue.Create(text)),
            inner.Array[0, 3].Select(items => (JsonNode?)new JsonArray([.. items.Select(item => item?.DeepClone())])),
            Gen.Select(One("Statement", "Version", "Sid", "x"), inner, inner).Select((name, value, statement) =>
            {
                var made = new JsonObject { ["Statement"] = statement?.DeepClone() };
                made[name] = value?.DeepClone();
                return (JsonNode?)made;
            })));

    private static BucketPolicy Ours(string seed)
    {
        BucketName.Parse("acme-documents").TryGet(out var bucket, out _).ShouldBeTrue();
        Region.Parse("us-east-1").TryGet(out var region, out _).ShouldBeTrue();
        DrivePath.Parse("claims/$in*box?").TryGet(out var path, out _).ShouldBeTrue();
        RoleArn.Parse("arn:aws:iam::444455556666:role/drives").TryGet(out var role, out _).ShouldBeTrue();
        return BucketPolicy.For(role!, new BucketAccess(seed, bucket!, region!, path!, Encryption.Nothing));
    }

    private static void Judge<T>(Result<T, ParseError> parsed)
        where T : class, IParsed<T>
    {
        if (parsed.TryGet(out var value, out var problem))
            RoundTrips<T>(value);
        else
            problem.Message.ShouldNotBeNullOrWhiteSpace();
    }

    private static void RoundTrips<T>(T value)
        where T : class, IParsed<T>
    {
        T.Parse(value.ToString()).TryGet(out var again, out var problem).ShouldBeTrue(problem?.Message);
        again.ShouldBe(value);
        JsonSerializer.Deserialize<T>(JsonSerializer.Serialize(value)).ShouldBe(value);
    }
}

using System.Text.Json.Nodes;
using CsCheck;
using ServerlessDrives.Access;
using ServerlessDrives.Access.Policies;
using Shouldly;
using Xunit;
using static ServerlessDrives.Tests.Shared.ParsedValues;

namespace ServerlessDrives.Tests.Unit.Access;

public sealed class Policies
{
    private static readonly RoleArn Role = Read(RoleArn.Parse("arn:aws:iam::444455556666:role/drives"));
    private static readonly KmsKeyArn Key = Read(
        KmsKeyArn.Parse("arn:aws:kms:us-east-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab"));

    [Fact]
    public void The_trust_policy_lets_our_principal_in_with_the_external_id_only()
    {
        var id = ExternalId.New();
        var statement = TrustPolicy.For(Read(PrincipalArn.Parse("arn:aws:iam::111122223333:role/serverless-drives")), id).ToJson()[
            "Statement"
        ]![0]!;
        statement["Principal"]!["AWS"]!.GetValue<string>().ShouldBe("arn:aws:iam::111122223333:role/serverless-drives");
        statement["Action"]!.GetValue<string>().ShouldBe("sts:AssumeRole");
        statement["Condition"]!["StringEquals"]!["sts:ExternalId"]!.GetValue<string>().ShouldBe(id.Value);
    }

    [Fact]
    public void The_role_policy_grants_the_eleven_real_permissions_and_never_the_twelfth()
    {
        var text = RolePolicy.For(Access("claims/inbox")).ToString();
        foreach (var permission in Permission.All)
            text.Contains($"\"{permission.Name}\"", StringComparison.Ordinal).ShouldBe(permission.IsAction, permission.Name);
        Permission.All.Count.ShouldBe(12);
        Permission.All.Count(permission => permission.IsAction).ShouldBe(11);
    }

    [Fact]
    public void Listing_is_conditioned_on_the_path_and_listing_uploads_is_not()
    {
        var statements = Statements(RolePolicy.For(Access("claims/inbox")).ToJson());
        var list = statements.Single(statement => Actions(statement).Contains("s3:ListBucket"));
        list["Resource"]!.GetValue<string>().ShouldBe("arn:aws:s3:::acme");
        Texts(list["Condition"]!["StringLike"]!["s3:prefix"]!).ShouldBe(["claims/inbox/", "claims/inbox/*"]);
        var uploads = statements.Single(statement => Actions(statement).Contains("s3:ListBucketMultipartUploads"));
        uploads["Condition"].ShouldBeNull();
        statements.Single(statement => Actions(statement).Contains("s3:PutObject"))["Resource"]!
            .GetValue<string>()
            .ShouldBe("arn:aws:s3:::acme/claims/inbox/*");
    }

    [Fact]
    public void A_whole_bucket_has_no_condition() =>
        Statements(RolePolicy.For(Access("")).ToJson()).ShouldAllBe(statement => statement["Condition"] == null);

    [Fact]
    public void The_partition_of_the_region_is_in_every_arn()
    {
        var access = Access("a", region: "cn-north-1");
        Statements(RolePolicy.For(access).ToJson())
            .ShouldAllBe(statement => statement["Resource"]!.GetValue<string>().StartsWith("arn:aws-cn:s3:::", StringComparison.Ordinal));
    }

    [Fact]
    public void A_kms_key_is_granted_in_the_role_policy_and_offered_for_its_own()
    {
        var access = Access("a") with { Encryption = new Encryption.SseKms(Key) };
        var key = Statements(RolePolicy.For(access).ToJson()).Single(statement => Actions(statement).Contains("kms:Decrypt"));
        Actions(key).ShouldBe(["kms:GenerateDataKey", "kms:Decrypt"]);
        key["Resource"]!.GetValue<string>().ShouldBe(Key.Value);
        Statements(BucketPolicy.For(Role, access).ToJson())
            .ShouldAllBe(statement => !Actions(statement).Any(action => action.StartsWith("kms:", StringComparison.Ordinal)));
        var offered = KeyPolicyStatement.For(Role, access)!;
        offered.IsRequired.ShouldBeFalse();
        offered.ToJson()["Resource"]!.GetValue<string>().ShouldBe("*");
        KeyPolicyStatement.For(Role, Access("a")).ShouldBeNull();
    }

    [Fact]
    public void Escaped_text_matches_itself_and_nothing_else() => Gen.String[Gen.Char["ab*?${}/"], 0, 12].Array[2, 2].Sample(texts =>
    {
        var pattern = PolicyText.Escape(texts[0]);
        Matches(pattern, texts[0]).ShouldBeTrue();
        Matches(pattern, texts[1]).ShouldBe(texts[0] == texts[1]);
    });

    [Fact]
    public void A_session_policy_always_fits_and_opens_no_more_than_the_bucket() =>
        Gen.Select(Gen.String[Gen.Char["ab*?$ä漢/"], 0, 290], Gen.Bool)
            .Sample(
                (text, encrypted) =>
                {
                    if (!DrivePath.Parse(text).TryGet(out var path, out _))
                        return;
                    var access = Access("x") with
                    {
                        Path = path!,
                        Encryption = encrypted ? new Encryption.SseKms(Key) : Encryption.Nothing,
                    };
                    foreach (var policy in SessionPolicy.For(access))
                    {
                        policy.Length.ShouldBeLessThanOrEqualTo(SessionPolicy.MaxLength);
                        policy.ShouldAllBe(c => c >= ' ' && c <= '\u00ff');
                        Statements(JsonNode.Parse(policy)!.AsObject())
                            .Select(statement => statement["Resource"]!.GetValue<string>())
                            .ShouldAllBe(resource =>
                                resource == "arn:aws:s3:::acme"
                                || resource.StartsWith("arn:aws:s3:::acme/", StringComparison.Ordinal)
                                || resource.StartsWith("arn:aws:kms:us-east-1:", StringComparison.Ordinal));
                    }
                });

    [Fact]
    public void A_short_path_is_confined_to_exactly() =>
        Statements(JsonNode.Parse(SessionPolicy.For(Access("claims/inbox"))[0])!.AsObject())
            .Single(statement => Actions(statement).Contains("s3:PutObject"))["Resource"]!
            .GetValue<string>()
            .ShouldBe("arn:aws:s3:::acme/claims/inbox/*");

    [Fact]
    public void Merging_keeps_what_others_wrote_and_comes_to_the_same_twice()
    {
        const string others =
            """{"Version":"2012-10-17","Id":"x","Statement":"""
                + """{"Sid":"Theirs","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::acme/*","Condition":"""
                + """{"Bool":{"aws:SecureTransport":"false"}}}}""";
        var policy = BucketPolicy.For(Role, Access("claims"));
        var once = Read(policy.MergeInto(others)).ToJsonString();
        Read(policy.MergeInto(once)).ToJsonString().ShouldBe(once);
        var statements = Statements(JsonNode.Parse(once)!.AsObject());
        statements.Count(statement => statement["Sid"]!.GetValue<string>() == "Theirs").ShouldBe(1);
        statements.Count.ShouldBe(4);
        once.ShouldContain("\"Id\":\"x\"");
    }

    [Fact]
    public void Two_drives_on_one_bucket_keep_their_own_statements()
    {
        var first = Read(BucketPolicy.For(Role, Access("a")).MergeInto((string?)null)).ToJsonString();
        var both = Read(BucketPolicy.For(Role, Access("b") with { Seed = "con_2" }).MergeInto(first));
        Statements(both).Select(statement => statement["Sid"]!.GetValue<string>()).Distinct().Count().ShouldBe(6);
    }

    [Theory]
    [InlineData("{", "not JSON")]
    [InlineData("[]", "no statements")]
    [InlineData("""{"Version":"2012-10-17"}""", "no statements")]
    [InlineData("""{"Version":"2008-10-17","Statement":[{"Sid":"a${b}"}]}""", "2012-10-17")]
    public void A_policy_that_cannot_be_merged_into_is_refused(string existing, string expected)
    {
        BucketPolicy.For(Role, Access("a")).MergeInto(existing).TryGet(out _, out var problem).ShouldBeFalse();
        problem.Message.ShouldContain(expected);
    }

    [Fact]
    public void A_merged_policy_above_20_KiB_is_refused()
    {
        var large = $$"""{"Version":"2012-10-17","Statement":[{"Sid":"Theirs","Resource":"{{new string('x', 20_000)}}"}]}""";
        BucketPolicy.For(Role, Access("a")).MergeInto(large).TryGet(out _, out var problem).ShouldBeFalse();
        problem.Message.ShouldContain("20480");
    }

    private static BucketAccess Access(string path, string region = "us-east-1") =>
        new("con_1", Read(BucketName.Parse("acme")), Read(Region.Parse(region)), Read(DrivePath.Parse(path)), Encryption.Nothing);

    private static List<JsonObject> Statements(JsonObject policy) =>
        [.. policy["Statement"]!.AsArray().Select(statement => statement!.AsObject())];

    private static List<string> Actions(JsonObject statement) => Texts(statement["Action"]!);

    private static List<string> Texts(JsonNode node) =>
        node is JsonArray many ? [.. many.Select(text => text!.GetValue<string>())] : [node.GetValue<string>()];

    /// <summary>IAM's matching: <c>${*}</c> and the like are the character itself, <c>*</c> any run, <c>?</c> any one.</summary>
    private static bool Matches(string pattern, string text)
    {
        if (pattern.Length == 0)
            return text.Length == 0;
        if (pattern.Length >= 4 && pattern[0] == '$' && pattern[1] == '{' && pattern[3] == '}' && pattern[2] is '*' or '?' or '$')
            return text.Length > 0 && text[0] == pattern[2] && Matches(pattern[4..], text[1..]);
        return pattern[0] switch
        {
            '*' => Matches(pattern[1..], text) || (text.Length > 0 && Matches(pattern, text[1..])),
            '?' => text.Length > 0 && Matches(pattern[1..], text[1..]),
            _ => text.Length > 0 && text[0] == pattern[0] && Matches(pattern[1..], text[1..]),
        };
    }
}

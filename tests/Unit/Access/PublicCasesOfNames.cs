using System.Text.Json.Nodes;
using ServerlessDrives.Access;
using ServerlessDrives.Access.Policies;
using ServerlessDrives.Adapters.Aws.Writing;
using ServerlessDrives.Drives;
using ServerlessDrives.Files;
using Shouldly;
using Xunit;
using static ServerlessDrives.Tests.Shared.ParsedValues;

namespace ServerlessDrives.Tests.Unit.Access;

/// <summary>Public cases that are decided by reading and writing alone; numbered as in the list.</summary>
public sealed class PublicCasesOfNames
{
    [Theory]
    [InlineData("my-point-123456789012.s3-accesspoint.us-east-1.amazonaws.com")]
    [InlineData("https://my-point-123456789012.s3-accesspoint.cn-north-1.amazonaws.com.cn/a/b")]
    [InlineData("my-point-123456789012.s3-accesspoint-fips.us-east-1.amazonaws.com")]
    [InlineData("my-point-123456789012.s3-accesspoint.dualstack.us-east-1.amazonaws.com")]
    [InlineData("mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com")]
    [InlineData("my-olap-123456789012.s3-object-lambda.us-east-1.amazonaws.com")]
    [InlineData("arn:aws:s3:us-east-1:123456789012:accesspoint/my-point")]
    [InlineData("my-point-hrzrlukc5m36ft7okagglf3gmwluquse1b-s3alias")]
    public void Case_26_an_access_point_is_called_one_and_no_part_of_its_name_is_offered(string text)
    {
        BucketName.Parse(text).TryGet(out _, out var problem).ShouldBeFalse();
        problem!.Message.ShouldContain("access point");
        problem.Message.ShouldContain("the bucket behind it");
        problem.Message.ShouldNotContain(": my-point");
        problem.Message.ShouldNotContain(": mfzwi");
    }

    [Theory]
    [InlineData("bucket--use1-az4--x-s3", "directory bucket")]
    [InlineData("arn:aws:s3express:us-east-1:123456789012:bucket/bucket--use1-az4--x-s3", "directory bucket")]
    [InlineData("point--use1-az4--xa-s3", "directory bucket")]
    public void A_directory_bucket_is_refused_with_the_reason(string text, string expected)
    {
        BucketName.Parse(text).TryGet(out _, out var problem).ShouldBeFalse();
        problem!.Message.ShouldContain(expected);
        problem.Message.ShouldContain("general purpose bucket");
    }

    [Theory]
    [InlineData(0, 16)]
    [InlineData(6L << 40, 630)]
    [InlineData(10_000 * (5L << 30), 5120)]
    public void Case_33_parts_are_as_large_as_ten_thousand_of_them_need_to_be(long size, long mebibytes)
    {
        PartSizes.OfUpload(size).ShouldBe(mebibytes << 20);
        (PartSizes.OfUpload(size) * PartSizes.MostParts).ShouldBeGreaterThanOrEqualTo(size);
    }

    [Theory]
    [InlineData("aws-chunked", null)]
    [InlineData("aws-chunked,gzip", "gzip")]
    [InlineData("gzip, aws-chunked", "gzip")]
    [InlineData("AWS-Chunked, br , gzip", "br,gzip")]
    [InlineData("gzip", "gzip")]
    [InlineData("br, gzip", "br, gzip")]
    [InlineData("", "")]
    [InlineData(null, null)]
    public void Case_34_codings_are_handed_on_as_they_are_stored_but_for_the_framing(string? stored, string? expected) =>
        ContentKind.CodingsOf(stored).ShouldBe(expected);

    [Fact]
    public void Cases_3_and_41_a_session_reaches_every_key_by_way_of_S3_only_and_none_where_the_server_knows_no_keys()
    {
        var access = Access("claims/inbox");
        var keys = JsonNode.Parse(SessionPolicy.For(access)[0])!["Statement"]!
            .AsArray()
            .Single(statement => statement!.ToJsonString().Contains("kms:", StringComparison.Ordinal))!;
        keys["Resource"]!.GetValue<string>().ShouldBe("arn:aws:kms:us-east-1:*:key/*");
        keys["Condition"]!["StringEquals"]!["kms:ViaService"]!.GetValue<string>().ShouldBe("s3.us-east-1.amazonaws.com");
        SessionPolicy.For(access, withKeys: false)[0].ShouldNotContain("kms:");
    }

    [Fact]
    public void A_read_only_drive_grants_nothing_that_writes()
    {
        var access = Access("claims/inbox") with
        {
            Mode = DriveAccess.ReadOnly,
            Encryption = new Encryption.SseKms(
                Read(KmsKeyArn.Parse("arn:aws:kms:us-east-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab"))),
        };
        var role = Read(RoleArn.Parse("arn:aws:iam::444455556666:role/drives"));
        foreach (
            var document in (string[])
                [
                    RolePolicy.For(access).ToString(),
                    BucketPolicy.For(role, access).ToString(),
                    KeyPolicyStatement.For(role, access)!.ToString(),
                    .. SessionPolicy.For(access),
                ])
        {
            foreach (var write in (string[])["Put", "Delete", "Abort", "Multipart", "GenerateDataKey", "Acl"])
                document.ShouldNotContain(write);
        }
    }

    [Theory]
    [InlineData("a/b", "a/b", OverlapKind.Equal)]
    [InlineData("a", "a/b", OverlapKind.Contains)]
    [InlineData("a/b/c", "a/b", OverlapKind.Within)]
    [InlineData("", "a", OverlapKind.Contains)]
    [InlineData("a", "", OverlapKind.Within)]
    [InlineData("a/b", "a/bc", null)]
    [InlineData("a/b", "c", null)]
    public void Paths_overlap_by_segments(string mine, string other, OverlapKind? expected) =>
        Overlaps.Between(Read(DrivePath.Parse(mine)), Read(DrivePath.Parse(other))).ShouldBe(expected);

    [Fact]
    public void Case_44_accounts_and_tenants_of_other_servers_are_refused_as_AWSs_and_taken_as_theirs()
    {
        RoleArn.Parse("arn:aws:iam::RGW00000000000000002:role/x").TryGet(out _, out _).ShouldBeFalse();
        Read(RoleArn.ParseOfAnyServer("arn:aws:iam::RGW00000000000000002:role/x")).Account.Value.ShouldBe("RGW00000000000000002");
        BucketName.Parse("tenant:bucket").TryGet(out _, out _).ShouldBeFalse();
        (Access("") with { Bucket = Read(BucketName.ParseOfAnyServer("tenant:bucket")) }).BucketArn.ShouldBe("arn:aws:s3::tenant:bucket");
    }

    [Fact]
    public void Case_9_a_policy_is_written_in_characters_that_IAM_reads() =>
        PolicyText.Plain("""{"a":"受信箱/請求書 😀 é"}""").ShouldBe("""{"a":"\u53d7\u4fe1\u7bb1/\u8acb\u6c42\u66f8 \ud83d\ude00 \u00e9"}""");

    private static BucketAccess Access(string path) =>
        new(
            "con_1",
            Read(BucketName.Parse("acme-documents")),
            Read(Region.Parse("us-east-1")),
            Read(DrivePath.Parse(path)),
            Encryption.Nothing);
}

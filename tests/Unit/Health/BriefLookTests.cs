using ServerlessDrives.Access;
using ServerlessDrives.Adapters.Tables;
using ServerlessDrives.Drives;
using ServerlessDrives.Health;
using Shouldly;
using Xunit;
using static ServerlessDrives.Tests.Shared.ParsedValues;

namespace ServerlessDrives.Tests.Unit.Health;

public sealed class BriefLookTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private static readonly DriveId Drive = DriveId.Of("drv_1");
    private static readonly string Key = HealthSchedule.KeyOf(Drive);

    private static readonly DriveCredentials AccessKey = new DriveCredentials.AccessKey(
        Read(AccessKeyId.Parse("AKIAIOSFODNN7EXAMPLE")),
        SecretName.New(),
        "1f2e");
    private static readonly DriveCredentials Role = new DriveCredentials.Role(
        Read(RoleArn.Parse("arn:aws:iam::444455556666:role/drives/claims")),
        ExternalId.New());

    [Fact]
    public void What_is_written_of_a_look_is_read_again_whatever_the_drive_is_like()
    {
        var key = Read(KmsKeyArn.Parse("arn:aws:kms:eu-west-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab"));
        foreach (var credentials in new[] { AccessKey, Role })
        {
            foreach (var encryption in new[] { Encryption.Nothing, Encryption.S3Managed, new Encryption.SseKms(key) })
            {
                foreach (var (path, owner) in new[] { ("", null), ("claims/in|box \"ä\"", "444455556666") })
                {
                    foreach (var memory in new[] { HealthMemory.None, new HealthMemory(2, Noon, WritesRefused: true) })
                    {
                        var target = TargetOf(credentials, path, encryption, owner is null ? null : Read(AccountId.Parse(owner)));
                        var text = BriefLook.Write(target, memory, HealthStatus.Degraded, Noon.AddDays(-1));
                        BriefLook
                            .Read(text, Key, Noon)
                            .ShouldBe(new DueLook(Key, Noon, target, memory, HealthStatus.Degraded, Noon.AddDays(-1)));
                    }
                }
            }
        }
    }

    [Fact]
    public void What_another_version_wrote_is_read_as_nothing()
    {
        var text = BriefLook.Write(TargetOf(AccessKey, "", Encryption.Nothing, owner: null), HealthMemory.None, HealthStatus.Healthy, Noon);
        foreach (var other in new[] { null, "", "2" + text[1..], "1" })
            BriefLook.Read(other, Key, Noon).ShouldBeNull();
    }

    private static LookTarget TargetOf(DriveCredentials credentials, string path, Encryption encryption, AccountId? owner) =>
        new(
            OrganizationId.Of("org_1"),
            Drive,
            credentials,
            new(
                "con_1",
                Read(BucketName.Parse("acme-documents")),
                Read(Region.Parse("eu-west-1")),
                Read(DrivePath.Parse(path)),
                encryption),
            owner);
}

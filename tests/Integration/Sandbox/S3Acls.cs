using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Sandbox;

public sealed class S3Acls(S3Fixture sandbox) : IClassFixture<S3Fixture>
{
    private readonly AmazonS3Client s3 = sandbox.Client();

    [Fact]
    public async Task Where_the_owner_is_enforced_acls_can_be_read_but_not_written()
    {
        var bucket = await s3.NewBucketAsync();
        await s3.PutTextAsync(bucket, "a", "x");
        (await s3.GetObjectAclAsync(new GetObjectAclRequest { BucketName = bucket, Key = "a" }))
            .Grants.ShouldHaveSingleItem()
            .Permission.ShouldBe(S3Permission.FULL_CONTROL);
        await s3.PutObjectAclAsync(
                new PutObjectAclRequest
                {
                    BucketName = bucket,
                    Key = "a",
                    ACL = S3CannedACL.PublicRead,
                })
            .ShouldBeRefusedAsync(HttpStatusCode.BadRequest, "AccessControlListNotSupported");
        await s3.PutTextAsync(bucket, "b", "x", r => r.CannedACL = S3CannedACL.PublicRead)
            .ShouldBeRefusedAsync(HttpStatusCode.BadRequest, "AccessControlListNotSupported");
        await s3.PutTextAsync(bucket, "b", "x", r => r.CannedACL = S3CannedACL.BucketOwnerFullControl);
    }

    [Fact]
    public async Task Where_acls_are_on_they_are_kept_per_version()
    {
        var bucket = await s3.NewBucketAsync(versioned: true, ownership: "ObjectWriter");
        var version = (
            await s3.PutTextAsync(bucket, "a", "1", r => r.CannedACL = S3CannedACL.AuthenticatedRead)
                .ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "AccessDenied")
        ).ErrorCode;
        version.ShouldBe("AccessDenied");
        await s3.DeletePublicAccessBlockAsync(new DeletePublicAccessBlockRequest { BucketName = bucket });
        var first = (await s3.PutTextAsync(bucket, "a", "1", r => r.CannedACL = S3CannedACL.AuthenticatedRead)).VersionId;
        await s3.PutTextAsync(bucket, "a", "2");
        (
            await s3.GetObjectAclAsync(
                new GetObjectAclRequest
                {
                    BucketName = bucket,
                    Key = "a",
                    VersionId = first,
                })
        ).Grants.Count.ShouldBe(2);
        (await s3.GetObjectAclAsync(new GetObjectAclRequest { BucketName = bucket, Key = "a" })).Grants.Count.ShouldBe(1);
        await s3.PutObjectAclAsync(
            new PutObjectAclRequest
            {
                BucketName = bucket,
                Key = "a",
                VersionId = first,
                ACL = S3CannedACL.Private,
            });
        (
            await s3.GetObjectAclAsync(
                new GetObjectAclRequest
                {
                    BucketName = bucket,
                    Key = "a",
                    VersionId = first,
                })
        ).Grants.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_grant_opens_an_object_to_a_stranger_until_public_access_is_blocked()
    {
        var bucket = await s3.NewBucketAsync(ownership: "ObjectWriter");
        await s3.DeletePublicAccessBlockAsync(new DeletePublicAccessBlockRequest { BucketName = bucket });
        await s3.PutTextAsync(bucket, "open", "x", r => r.CannedACL = S3CannedACL.PublicRead);
        await s3.PutTextAsync(bucket, "closed", "x");
        using var stranger = sandbox.Client(sandbox.Stranger);
        (await stranger.GetTextAsync(bucket, "open")).ShouldBe("x");
        await stranger.GetTextAsync(bucket, "closed").ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "AccessDenied");
        await s3.PutPublicAccessBlockAsync(
            new PutPublicAccessBlockRequest
            {
                BucketName = bucket,
                PublicAccessBlockConfiguration = new PublicAccessBlockConfiguration { IgnorePublicAcls = true },
            });
        await stranger.GetTextAsync(bucket, "open").ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "AccessDenied");
    }

    [Fact]
    public async Task Ownership_can_be_enforced_again_only_without_acls_on_the_bucket()
    {
        var bucket = await s3.NewBucketAsync(ownership: "BucketOwnerPreferred");
        await s3.DeletePublicAccessBlockAsync(new DeletePublicAccessBlockRequest { BucketName = bucket });
        await s3.PutBucketAclAsync(new PutBucketAclRequest { BucketName = bucket, ACL = S3CannedACL.PublicRead });
        var enforce = new PutBucketOwnershipControlsRequest
        {
            BucketName = bucket,
            OwnershipControls = new OwnershipControls
            {
                Rules = [new OwnershipControlsRule { ObjectOwnership = ObjectOwnership.BucketOwnerEnforced }],
            },
        };
        await s3.PutBucketOwnershipControlsAsync(enforce)
            .ShouldBeRefusedAsync(HttpStatusCode.BadRequest, "InvalidBucketAclWithObjectOwnership");
        await s3.PutBucketAclAsync(new PutBucketAclRequest { BucketName = bucket, ACL = S3CannedACL.Private });
        await s3.PutBucketOwnershipControlsAsync(enforce);
    }
}

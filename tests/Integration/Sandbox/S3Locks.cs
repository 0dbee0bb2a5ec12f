using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using ServerlessDrives.Embedded.Cloud.Sandbox;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Sandbox;

/// <summary>Object Lock and MFA Delete, as the real SDK sees them.</summary>
public sealed class S3Locks(S3Fixture sandbox) : IClassFixture<S3Fixture>, IDisposable
{
    private const string Protected = "Access Denied because object protected by object lock.";
    private readonly AmazonS3Client s3 = sandbox.Client();

    public void Dispose() => s3.Dispose();

    [Fact]
    public async Task Case_5_a_bucket_with_default_retention_keeps_every_version_that_is_written()
    {
        var bucket = await LockedBucketAsync(new DefaultRetention { Mode = ObjectLockRetentionMode.Governance, Days = 1 });
        var configured = await s3.GetObjectLockConfigurationAsync(new GetObjectLockConfigurationRequest { BucketName = bucket });
        configured.ObjectLockConfiguration.Rule.DefaultRetention.Days.ShouldBe(1);
        var version = (await s3.PutTextAsync(bucket, "a", "x")).VersionId;
        var head = await s3.GetObjectMetadataAsync(bucket, "a");
        head.ObjectLockMode.ShouldBe(ObjectLockMode.Governance);
        head.ObjectLockRetainUntilDate!.Value.ToUniversalTime().ShouldBe(DateTime.UtcNow.AddDays(1), TimeSpan.FromMinutes(2));
        (await s3.DeleteObjectAsync(bucket, "a", version).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "AccessDenied")).Message.ShouldBe(
            Protected);
        var many = await s3.DeleteObjectsAsync(
                new DeleteObjectsRequest { BucketName = bucket, Objects = [new() { Key = "a", VersionId = version }] })
            .ShouldThrowAsync<DeleteObjectsException>();
        many.Response.DeleteErrors.ShouldHaveSingleItem().Message.ShouldBe(Protected);
        // A marker hides the version and deletes nothing.
        (await s3.DeleteObjectAsync(bucket, "a")).DeleteMarker.ShouldBe("true");
        (await s3.GetTextAsync(bucket, "a", version)).ShouldBe("x");
        await s3.DeleteObjectAsync(
            new DeleteObjectRequest
            {
                BucketName = bucket,
                Key = "a",
                VersionId = version,
                BypassGovernanceRetention = true,
            });
    }

    [Fact]
    public async Task Case_5_content_for_a_bucket_with_retention_comes_with_a_digest()
    {
        var bucket = await LockedBucketAsync(new DefaultRetention { Mode = ObjectLockRetentionMode.Compliance, Years = 1 });
        using var bare = sandbox.Client(configure: c =>
            c.RequestChecksumCalculation = Amazon.Runtime.RequestChecksumCalculation.WHEN_REQUIRED);
        using var content = new MemoryStream([1, 2, 3]);
        var request = new PutObjectRequest
        {
            BucketName = bucket,
            Key = "a",
            InputStream = content,
            AutoCloseStream = false,
            UseChunkEncoding = false,
        };
        await bare.PutObjectAsync(request).ShouldBeRefusedAsync(HttpStatusCode.BadRequest, "InvalidRequest");
        request.MD5Digest = Convert.ToBase64String(System.Security.Cryptography.MD5.HashData([1, 2, 3]));
        content.Position = 0;
        await bare.PutObjectAsync(request);
    }

    [Fact]
    public async Task Governance_is_bypassed_by_those_who_may_and_compliance_by_nobody()
    {
        var bucket = await LockedBucketAsync(null);
        var version = (await s3.PutTextAsync(bucket, "a", "x")).VersionId;
        await s3.GetObjectRetentionAsync(new GetObjectRetentionRequest { BucketName = bucket, Key = "a" })
            .ShouldBeRefusedAsync(HttpStatusCode.NotFound, "NoSuchObjectLockConfiguration");
        await RetainAsync(bucket, ObjectLockRetentionMode.Governance, 2);
        await RetainAsync(bucket, ObjectLockRetentionMode.Governance, 3);
        await RetainAsync(bucket, ObjectLockRetentionMode.Governance, 1).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "AccessDenied");
        using var without = sandbox.Client(
            sandbox.UserOf(
                Seed.CustomerAccount,
                """
                {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"},
                 {"Effect":"Deny","Action":"s3:BypassGovernanceRetention","Resource":"*"}]}
                """));
        var deletion = new DeleteObjectRequest
        {
            BucketName = bucket,
            Key = "a",
            VersionId = version,
            BypassGovernanceRetention = true,
        };
        await without.DeleteObjectAsync(deletion).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "AccessDenied");
        await RetainAsync(bucket, ObjectLockRetentionMode.Compliance, 1, bypass: true);
        await RetainAsync(bucket, ObjectLockRetentionMode.Compliance, 2);
        await RetainAsync(bucket, ObjectLockRetentionMode.Governance, 5, bypass: true)
            .ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "AccessDenied");
        (await s3.DeleteObjectAsync(deletion).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "AccessDenied")).Message.ShouldBe(Protected);
        // What has run out locks nothing any more.
        var brief = (
            await s3.PutTextAsync(
                bucket,
                "b",
                "x",
                r => (r.ObjectLockMode, r.ObjectLockRetainUntilDate) = (ObjectLockMode.Compliance, DateTime.UtcNow.AddSeconds(3)))
        ).VersionId;
        await s3.DeleteObjectAsync(bucket, "b", brief).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "AccessDenied");
        await Task.Delay(TimeSpan.FromSeconds(4), TestContext.Current.CancellationToken);
        await s3.DeleteObjectAsync(bucket, "b", brief);
    }

    [Fact]
    public async Task A_legal_hold_holds_until_it_is_lifted()
    {
        var bucket = await LockedBucketAsync(null);
        var version = (await s3.PutTextAsync(bucket, "a", "x", r => r.ObjectLockLegalHoldStatus = ObjectLockLegalHoldStatus.On)).VersionId;
        (await s3.GetObjectMetadataAsync(bucket, "a")).ObjectLockLegalHoldStatus.ShouldBe(ObjectLockLegalHoldStatus.On);
        var deletion = new DeleteObjectRequest { BucketName = bucket, Key = "a", VersionId = version, BypassGovernanceRetention = true };
        await s3.DeleteObjectAsync(deletion).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "AccessDenied");
        await s3.PutObjectLegalHoldAsync(
            new PutObjectLegalHoldRequest
            {
                BucketName = bucket,
                Key = "a",
                LegalHold = new() { Status = ObjectLockLegalHoldStatus.Off },
            });
        (await s3.GetObjectLegalHoldAsync(new GetObjectLegalHoldRequest { BucketName = bucket, Key = "a" })).LegalHold.Status.ShouldBe(
            ObjectLockLegalHoldStatus.Off);
        await s3.DeleteObjectAsync(deletion);
    }

    [Fact]
    public async Task Locks_need_object_lock_and_object_lock_needs_versions()
    {
        var bucket = await s3.NewBucketAsync();
        await s3.PutTextAsync(
                bucket,
                "a",
                "x",
                r => (r.ObjectLockMode, r.ObjectLockRetainUntilDate) = (ObjectLockMode.Governance, DateTime.UtcNow.AddDays(1)))
            .ShouldBeRefusedAsync(HttpStatusCode.BadRequest, "InvalidRequest");
        await s3.GetObjectLockConfigurationAsync(new GetObjectLockConfigurationRequest { BucketName = bucket })
            .ShouldBeRefusedAsync(HttpStatusCode.NotFound, "ObjectLockConfigurationNotFoundError");
        await ConfigureAsync(bucket, null).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "InvalidBucketState");
        await s3.PutBucketVersioningAsync(
            new PutBucketVersioningRequest
            {
                BucketName = bucket,
                VersioningConfig = new() { Status = VersionStatus.Enabled },
            });
        await ConfigureAsync(bucket, null);
        await s3.PutBucketVersioningAsync(
                new PutBucketVersioningRequest
                {
                    BucketName = bucket,
                    VersioningConfig = new() { Status = VersionStatus.Suspended },
                })
            .ShouldBeRefusedAsync(HttpStatusCode.Conflict, "InvalidBucketState");
        await s3.PutTextAsync(
                bucket,
                "a",
                "x",
                r => (r.ObjectLockMode, r.ObjectLockRetainUntilDate) = (ObjectLockMode.Governance, DateTime.UtcNow.AddDays(-1)))
            .ShouldBeRefusedAsync(HttpStatusCode.BadRequest, "InvalidArgument");
    }

    [Fact]
    public async Task A_policy_may_ask_for_a_least_retention()
    {
        var bucket = await LockedBucketAsync(null);
        await s3.PutBucketPolicyAsync(bucket, $$"""
            {"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:PutObjectRetention",
             "Resource":"arn:aws:s3:::{{bucket}}/*","Condition":{"NumericLessThan":{"s3:object-lock-remaining-retention-days":"10"} } }]}
            """);
        await s3.PutTextAsync(bucket, "a", "x");
        await RetainAsync(bucket, ObjectLockRetentionMode.Governance, 5).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "AccessDenied");
        await RetainAsync(bucket, ObjectLockRetentionMode.Governance, 11);
    }

    [Fact]
    public async Task With_mfa_delete_versions_go_only_by_a_devices_code_and_only_the_root_turns_it_on()
    {
        var bucket = await s3.NewBucketAsync(versioned: true);
        var version = (await s3.PutTextAsync(bucket, "a", "x")).VersionId;
        PutBucketVersioningRequest Turned(bool on, string? code = "123456") => new()
        {
            BucketName = bucket,
            VersioningConfig = new() { Status = VersionStatus.Enabled, EnableMfaDelete = on },
            MfaCodes = code is null ? null : new MfaCodes { SerialNumber = Device, AuthenticationValue = code },
        };
        using var root = sandbox.Client(sandbox.Root);
        await s3.PutBucketVersioningAsync(Turned(on: true)).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "AccessDenied");
        await root.PutBucketVersioningAsync(Turned(on: true, code: null)).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "AccessDenied");
        await root.PutBucketVersioningAsync(Turned(on: true));
        (await s3.GetBucketVersioningAsync(bucket)).VersioningConfig.EnableMfaDelete.ShouldBe(true);
        (await s3.DeleteObjectAsync(bucket, "a", version).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "AccessDenied")).Message.ShouldBe(
            "Mfa Authentication must be used for this request");
        await s3.DeleteObjectAsync(bucket, "a");
        await s3.DeleteObjectAsync(
            new DeleteObjectRequest
            {
                BucketName = bucket,
                Key = "a",
                VersionId = version,
                MfaCodes = new() { SerialNumber = Device, AuthenticationValue = "654321" },
            });
        await root.PutBucketVersioningAsync(Turned(on: false));
        (await s3.GetBucketVersioningAsync(bucket)).VersioningConfig.EnableMfaDelete.ShouldBe(false);
    }

    private static string Device => $"arn:aws:iam::{Seed.CustomerAccount}:mfa/root-account-mfa-device";

    private Task RetainAsync(string bucket, ObjectLockRetentionMode mode, int days, bool bypass = false) =>
        s3.PutObjectRetentionAsync(
            new PutObjectRetentionRequest
            {
                BucketName = bucket,
                Key = "a",
                BypassGovernanceRetention = bypass,
                Retention = new() { Mode = mode, RetainUntilDate = DateTime.UtcNow.AddDays(days) },
            });

    private Task ConfigureAsync(string bucket, DefaultRetention? retention) =>
        s3.PutObjectLockConfigurationAsync(
            new PutObjectLockConfigurationRequest
            {
                BucketName = bucket,
                ObjectLockConfiguration = new()
                {
                    ObjectLockEnabled = ObjectLockEnabled.Enabled,
                    Rule = retention is null ? null : new() { DefaultRetention = retention },
                },
            });

    private async Task<string> LockedBucketAsync(DefaultRetention? retention)
    {
        var name = "bucket-" + Guid.NewGuid().ToString("n");
        await s3.PutBucketAsync(new PutBucketRequest { BucketName = name, ObjectLockEnabledForBucket = true });
        if (retention is not null) await ConfigureAsync(name, retention);
        return name;
    }
}

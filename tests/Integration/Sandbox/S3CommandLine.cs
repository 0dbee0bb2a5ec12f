using System.Security.Cryptography;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Sandbox;

/// <summary>What an administrator does with the real <c>aws</c> command.</summary>
public sealed class S3CommandLine(S3Fixture sandbox) : IClassFixture<S3Fixture>
{
    [Fact]
    public async Task Files_go_up_come_down_are_synchronised_and_removed()
    {
        var folder = Directory.CreateTempSubdirectory("aws-cli");
        try
        {
            var bucket = "cli-" + Guid.NewGuid().ToString("n");
            await sandbox.AwsOkAsync("s3", "mb", $"s3://{bucket}");
            var up = folder.CreateSubdirectory("up");
            var large = RandomNumberGenerator.GetBytes(20 * 1024 * 1024);
            await File.WriteAllBytesAsync(Path.Combine(up.FullName, "large.bin"), large);
            await File.WriteAllTextAsync(Path.Combine(up.FullName, "odd name+%é.txt"), "odd");
            // S3 keeps whole seconds: a file of this second would count as newer than its own copy.
            foreach (var file in up.EnumerateFiles()) file.LastWriteTimeUtc = DateTime.UtcNow.AddMinutes(-1);
            await sandbox.AwsOkAsync("s3", "sync", up.FullName, $"s3://{bucket}/in", "--only-show-errors");
            var listing = await sandbox.AwsOkAsync("s3", "ls", $"s3://{bucket}", "--recursive");
            listing.ShouldContain("in/large.bin");
            listing.ShouldContain("in/odd name+%é.txt");
            await sandbox.AwsOkAsync("s3", "sync", $"s3://{bucket}/in", Path.Combine(folder.FullName, "down"), "--only-show-errors");
            (await File.ReadAllBytesAsync(Path.Combine(folder.FullName, "down", "large.bin"))).AsSpan().SequenceEqual(large).ShouldBeTrue();
            (await sandbox.AwsOkAsync("s3", "sync", up.FullName, $"s3://{bucket}/in")).ShouldBeEmpty();
            await sandbox.AwsOkAsync("s3", "cp", $"s3://{bucket}/in/large.bin", $"s3://{bucket}/out/large.bin", "--only-show-errors");
            await sandbox.AwsOkAsync("s3", "mv", $"s3://{bucket}/out/large.bin", $"s3://{bucket}/moved.bin", "--only-show-errors");
            var url = (await sandbox.AwsOkAsync("s3", "presign", $"s3://{bucket}/moved.bin")).Trim();
            url.ShouldContain("X-Amz-Signature");
            using var http = new HttpClient();
            (await http.GetByteArrayAsync(new Uri(url))).AsSpan().SequenceEqual(large).ShouldBeTrue();
            await sandbox.AwsOkAsync("s3", "rb", $"s3://{bucket}", "--force");
            (await sandbox.AwsOkAsync("s3", "ls")).ShouldNotContain(bucket);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_bucket_is_set_up_as_the_instructions_say()
    {
        using var s3 = sandbox.Client();
        var bucket = await s3.NewBucketAsync();
        string[] on = ["--bucket", bucket];
        await sandbox.AwsOkAsync(["s3api", "put-bucket-versioning", .. on, "--versioning-configuration", "Status=Enabled"]);
        (await sandbox.AwsOkAsync(["s3api", "get-bucket-versioning", .. on])).ShouldContain("Enabled");
        await sandbox.AwsOkAsync([
            "s3api",
            "put-bucket-encryption",
            .. on,
            "--server-side-encryption-configuration",
            """{"Rules":[{"ApplyServerSideEncryptionByDefault":{"SSEAlgorithm":"AES256"},"BucketKeyEnabled":true}]}""",
        ]);
        await sandbox.AwsOkAsync(["s3api", "delete-bucket-encryption", .. on]);
        await sandbox.AwsOkAsync([
            "s3api",
            "put-bucket-ownership-controls",
            .. on,
            "--ownership-controls",
            "Rules=[{ObjectOwnership=ObjectWriter}]",
        ]);
        (await sandbox.AwsOkAsync(["s3api", "get-bucket-ownership-controls", .. on])).ShouldContain("ObjectWriter");
        await sandbox.AwsOkAsync([
            "s3api",
            "put-public-access-block",
            .. on,
            "--public-access-block-configuration",
            "BlockPublicAcls=false,IgnorePublicAcls=false,BlockPublicPolicy=true,RestrictPublicBuckets=true",
        ]);
        await sandbox.AwsOkAsync(["s3api", "put-bucket-acl", .. on, "--acl", "public-read"]);
        (await sandbox.AwsOkAsync(["s3api", "get-bucket-acl", .. on])).ShouldContain("AllUsers");
        await sandbox.AwsOkAsync(["s3api", "put-bucket-tagging", .. on, "--tagging", "TagSet=[{Key=team,Value=claims}]"]);
        (await sandbox.AwsOkAsync(["s3api", "get-bucket-tagging", .. on])).ShouldContain("claims");
        var policy =
            """{"Version":"2012-10-17","Statement":[{"Sid":"Deny","Effect":"Deny","Principal":{"AWS":"arn:aws:iam::"""
                + $$"""{{sandbox.StrangersAccount}}:root"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::{{bucket}}/*"}]}""";
        await sandbox.AwsOkAsync(["s3api", "put-bucket-policy", .. on, "--policy", policy]);
        (await sandbox.AwsOkAsync(["s3api", "get-bucket-policy", .. on])).ShouldContain("Deny");
        (await sandbox.AwsOkAsync(["s3api", "get-bucket-policy-status", .. on])).ShouldContain("False");
        await sandbox.AwsOkAsync(["s3api", "delete-bucket-policy", .. on]);
        var (exit, gone) = await sandbox.AwsAsync(["s3api", "get-bucket-policy", .. on]);
        exit.ShouldNotBe(0);
        gone.ShouldContain("NoSuchBucketPolicy");
        await sandbox.AwsOkAsync([
            "s3api",
            "put-bucket-notification-configuration",
            .. on,
            "--notification-configuration",
            """{"EventBridgeConfiguration":{}}""",
        ]);
        await sandbox.AwsOkAsync(["s3api", "get-bucket-notification-configuration", .. on]);
        (await sandbox.AwsOkAsync(["s3api", "get-bucket-location", .. on])).ShouldContain("None");
        await sandbox.AwsOkAsync(["s3api", "head-bucket", .. on]);
    }

    [Fact]
    public async Task Versions_parts_and_attributes_are_handled_one_by_one()
    {
        using var s3 = sandbox.Client();
        var bucket = await s3.NewBucketAsync(versioned: true);
        string[] on = ["--bucket", bucket, "--key", "a"];
        var version = (await s3.PutTextAsync(bucket, "a", "1")).VersionId;
        await s3.PutTextAsync(bucket, "a", "2");
        (await sandbox.AwsOkAsync(["s3api", "list-object-versions", "--bucket", bucket])).ShouldContain(version);
        var file = Path.GetTempFileName();
        await sandbox.AwsOkAsync(["s3api", "get-object", .. on, "--version-id", version, file]);
        (await File.ReadAllTextAsync(file)).ShouldBe("1");
        File.Delete(file);
        await sandbox.AwsOkAsync(["s3api", "delete-object", .. on, "--version-id", version]);
        (
            await sandbox.AwsOkAsync(["s3api", "get-object-attributes", .. on, "--object-attributes", "ETag", "ObjectSize", "Checksum"])
        ).ShouldContain(Convert.ToHexStringLower(MD5.HashData("2"u8)));
        var upload = (await sandbox.AwsOkAsync(["s3api", "create-multipart-upload", .. on, "--query", "UploadId"])).Trim();
        (await sandbox.AwsOkAsync(["s3api", "list-multipart-uploads", "--bucket", bucket])).ShouldContain(upload);
        await sandbox.AwsOkAsync(["s3api", "list-parts", .. on, "--upload-id", upload]);
        await sandbox.AwsOkAsync(["s3api", "abort-multipart-upload", .. on, "--upload-id", upload]);
        (await sandbox.AwsOkAsync(["s3api", "delete-objects", "--bucket", bucket, "--delete", "Objects=[{Key=a}]"])).ShouldContain(
            "DELETED");
    }
}

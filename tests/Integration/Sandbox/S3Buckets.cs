using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Sandbox;

public sealed class S3Buckets(S3Fixture sandbox) : IClassFixture<S3Fixture>
{
    private readonly AmazonS3Client s3 = sandbox.Client();

    [Fact]
    public async Task A_bucket_is_created_listed_found_and_deleted()
    {
        var bucket = await s3.NewBucketAsync();
        (await s3.ListBucketsAsync()).Buckets.ShouldContain(b => b.BucketName == bucket);
        await s3.HeadBucketAsync(new HeadBucketRequest { BucketName = bucket });
        await s3.DeleteBucketAsync(bucket);
        await s3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = bucket })
            .ShouldBeRefusedAsync(HttpStatusCode.NotFound, "NoSuchBucket");
    }

    [Fact]
    public async Task A_bucket_with_anything_in_it_stays()
    {
        var bucket = await s3.NewBucketAsync();
        await s3.PutTextAsync(bucket, "a", "x");
        await s3.DeleteBucketAsync(bucket).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "BucketNotEmpty");
    }

    [Fact]
    public async Task A_name_that_another_account_has_is_taken()
    {
        var bucket = await s3.NewBucketAsync();
        using var stranger = sandbox.Client(sandbox.Stranger);
        await stranger.PutBucketAsync(bucket).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "BucketAlreadyExists");
    }

    [Theory]
    [InlineData("Upper-case")]
    [InlineData("xn--bucket")]
    [InlineData("192.168.0.1")]
    [InlineData("dots..twice")]
    [InlineData("dot.-dash")]
    [InlineData("dash-.dot")]
    public async Task A_name_out_of_shape_is_refused(string name) =>
        await s3.PutBucketAsync(name).ShouldBeRefusedAsync(HttpStatusCode.BadRequest, "InvalidBucketName");

    [Fact]
    public async Task A_bucket_lives_in_the_region_of_its_endpoint()
    {
        using var ireland = sandbox.Client(region: "eu-west-1");
        var bucket = "bucket-" + Guid.NewGuid().ToString("n");
        await ireland.PutBucketAsync(bucket).ShouldBeRefusedAsync(HttpStatusCode.BadRequest, "IllegalLocationConstraintException");
        await ireland.PutBucketAsync(
            new PutBucketRequest
            {
                BucketName = bucket,
                PutBucketConfiguration = new PutBucketConfiguration { LocationConstraint = "eu-west-1" },
            });
        (await s3.GetBucketLocationAsync(bucket)).Location.Value.ShouldBe("eu-west-1");
    }

    [Fact]
    public async Task The_wrong_region_is_answered_with_the_right_one()
    {
        var bucket = "bucket-" + Guid.NewGuid().ToString("n");
        await s3.PutBucketAsync(
            new PutBucketRequest
            {
                BucketName = bucket,
                PutBucketConfiguration = new PutBucketConfiguration { LocationConstraint = "eu-west-1" },
            });
        using var plain = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        var url = await s3.GetPreSignedURLAsync(
            new GetPreSignedUrlRequest
            {
                BucketName = bucket,
                Verb = HttpVerb.HEAD,
                Expires = DateTime.UtcNow.AddMinutes(5),
                Protocol = Protocol.HTTP,
            });
        using var answer = await plain.SendAsync(new HttpRequestMessage(HttpMethod.Head, url));
        answer.StatusCode.ShouldBe(HttpStatusCode.MovedPermanently);
        answer.Headers.GetValues("x-amz-bucket-region").ShouldBe(["eu-west-1"]);
    }

    [Fact]
    public async Task Virtual_host_style_names_the_bucket_in_the_host()
    {
        using var client = sandbox.VirtualHostClient();
        var bucket = await client.NewBucketAsync();
        await client.PutTextAsync(bucket, "folder/a b", "text");
        (await client.GetTextAsync(bucket, "folder/a b")).ShouldBe("text");
        (await s3.GetTextAsync(bucket, "folder/a b")).ShouldBe("text");
    }

    [Fact]
    public async Task Another_owner_than_expected_is_refused()
    {
        var bucket = await s3.NewBucketAsync();
        await s3.PutTextAsync(bucket, "a", "x");
        await s3.GetTextAsync(bucket, "a", with: r => r.ExpectedBucketOwner = "999988887777")
            .ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "AccessDenied");
    }

    [Fact]
    public async Task A_bucket_begins_encrypted_private_and_without_acls()
    {
        var bucket = await s3.NewBucketAsync();
        (await s3.GetBucketOwnershipControlsAsync(new GetBucketOwnershipControlsRequest { BucketName = bucket }))
            .OwnershipControls.Rules.ShouldHaveSingleItem()
            .ObjectOwnership.Value.ShouldBe("BucketOwnerEnforced");
        (
            await s3.GetPublicAccessBlockAsync(new GetPublicAccessBlockRequest { BucketName = bucket })
        ).PublicAccessBlockConfiguration.RestrictPublicBuckets.ShouldBe(true);
        (await s3.GetBucketEncryptionAsync(new GetBucketEncryptionRequest { BucketName = bucket }))
            .ServerSideEncryptionConfiguration.ServerSideEncryptionRules.ShouldHaveSingleItem()
            .ServerSideEncryptionByDefault.ServerSideEncryptionAlgorithm.ShouldBe(ServerSideEncryptionMethod.AES256);
        (await s3.GetBucketVersioningAsync(bucket)).VersioningConfig.Status.ShouldBe(VersionStatus.Off);
        await s3.GetBucketPolicyStatusAsync(new GetBucketPolicyStatusRequest { BucketName = bucket })
            .ShouldBeRefusedAsync(HttpStatusCode.NotFound, "NoSuchBucketPolicy");
    }

    [Fact]
    public async Task Who_will_not_pay_does_not_get_in()
    {
        var bucket = await s3.NewBucketAsync();
        await s3.PutTextAsync(bucket, "a", "x");
        await s3.PutBucketRequestPaymentAsync(bucket, new RequestPaymentConfiguration { Payer = "Requester" });
        await s3.PutBucketPolicyAsync(
            bucket,
            """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"""
                + $$"""{"AWS":"{{sandbox.StrangersAccount}}"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::{{bucket}}/*"}]}"""
        );
        using var stranger = sandbox.Client(sandbox.Stranger);
        await stranger.GetTextAsync(bucket, "a").ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "AccessDenied");
        using var paid = await stranger.GetObjectAsync(
            new GetObjectRequest
            {
                BucketName = bucket,
                Key = "a",
                RequestPayer = RequestPayer.Requester,
            });
        paid.RequestCharged.ShouldBe(RequestCharged.Requester);
        (await s3.GetTextAsync(bucket, "a")).ShouldBe("x");
    }

    [Fact]
    public async Task Settings_that_were_never_made_are_missing_by_name()
    {
        var bucket = await s3.NewBucketAsync();
        var (_, cors) = await sandbox.AwsAsync("s3api", "get-bucket-cors", "--bucket", bucket);
        cors.ShouldContain("NoSuchCORSConfiguration");
        var (_, tags) = await sandbox.AwsAsync("s3api", "get-bucket-tagging", "--bucket", bucket);
        tags.ShouldContain("NoSuchTagSet");
    }
}

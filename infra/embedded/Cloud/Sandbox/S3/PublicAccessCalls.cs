using System.Xml.Linq;
using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Storage;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3;

/// <summary>Block Public Access of a bucket.</summary>
internal static class PublicAccessCalls
{
    public static Task GetAsync(S3Call call)
    {
        call.AllowOnBucket("s3:GetBucketPublicAccessBlock");
        var block =
            call.Settings.PublicAccess
            ?? throw S3Errors.Of(
                404,
                "NoSuchPublicAccessBlockConfiguration",
                "The public access block configuration was not found",
                ("BucketName", call.Settings.Name));
        return S3Xml.AnswerAsync(
            call,
            "PublicAccessBlockConfiguration",
            xml =>
            {
                xml.Element("BlockPublicAcls", block.BlockPublicAcls);
                xml.Element("IgnorePublicAcls", block.IgnorePublicAcls);
                xml.Element("BlockPublicPolicy", block.BlockPublicPolicy);
                xml.Element("RestrictPublicBuckets", block.RestrictPublicBuckets);
            });
    }

    public static async Task PutAsync(S3Call call)
    {
        call.AllowOnBucket("s3:PutBucketPublicAccessBlock");
        var document = await S3Xml.ReadRequiredAsync(call, "PublicAccessBlockConfiguration");
        call.Bucket.Change(s =>
            s with
            {
                PublicAccess = new PublicAccessBlock(
                    IsTrue(document, "BlockPublicAcls"),
                    IsTrue(document, "IgnorePublicAcls"),
                    IsTrue(document, "BlockPublicPolicy"),
                    IsTrue(document, "RestrictPublicBuckets")),
            });
        await call.EmptyAsync(200);
    }

    public static Task DeleteAsync(S3Call call)
    {
        call.AllowOnBucket("s3:PutBucketPublicAccessBlock");
        call.Bucket.Change(s => s with { PublicAccess = null });
        return call.EmptyAsync(204);
    }

    private static bool IsTrue(XElement document, string name) =>
        string.Equals(document.Text(name), "true", StringComparison.OrdinalIgnoreCase);
}

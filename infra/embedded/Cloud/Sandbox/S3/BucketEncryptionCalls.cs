using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Storage;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3;

/// <summary>The default encryption of a bucket.</summary>
internal static class BucketEncryptionCalls
{
    private const string CustomerKeys = "SSE-C";

    public static Task GetAsync(S3Call call)
    {
        call.AllowOnBucket("s3:GetEncryptionConfiguration");
        var standing = call.Settings.Encryption;
        return S3Xml.AnswerAsync(call, "ServerSideEncryptionConfiguration", xml => xml.Nested("Rule", rule =>
        {
            rule.Nested("ApplyServerSideEncryptionByDefault", x =>
            {
                x.Element("SSEAlgorithm", standing.Rule.Algorithm);
                x.Optional("KMSMasterKeyID", standing.KeyId);
            });
            rule.Element("BucketKeyEnabled", standing.Rule.BucketKey);
            if (call.Settings.BlocksCustomerKeys) rule.Nested("BlockedEncryptionTypes", x => x.Element("EncryptionType", CustomerKeys));
        }));
    }

    public static async Task PutAsync(S3Call call)
    {
        call.AllowOnBucket("s3:PutEncryptionConfiguration");
        var document = await S3Xml.ReadRequiredAsync(call, "ServerSideEncryptionConfiguration");
        var rule = document.Child("Rule") ?? throw S3Errors.MalformedXml();
        var standing = rule.Child("ApplyServerSideEncryptionByDefault");
        if (standing is null && !rule.HasElements) throw S3Errors.MalformedXml();
        var algorithm = standing is null ? ObjectEncryption.S3Managed.Algorithm : standing.Text("SSEAlgorithm");
        var key = standing?.Text("KMSMasterKeyID");
        if (algorithm is not ("AES256" or "aws:kms" or "aws:kms:dsse")) throw S3Errors.MalformedXml();
        if (key is not null && algorithm == "AES256")
            throw S3Errors.InvalidArgument(
                "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms",
                "KMSMasterKeyID",
                key);
        var bucketKey = string.Equals(rule.Text("BucketKeyEnabled"), "true", StringComparison.OrdinalIgnoreCase);
        if (bucketKey && algorithm == "aws:kms:dsse")
            throw S3Errors.InvalidArgument("S3 Bucket Keys aren't supported for DSSE-KMS", "BucketKeyEnabled", "true");
        var blocked = rule.Child("BlockedEncryptionTypes")?.Children("EncryptionType").Select(type => type.Value.Trim()).ToList();
        if (blocked is not null && (blocked.Count == 0 || blocked.Exists(type => type is not (CustomerKeys or "NONE"))))
            throw S3Errors.MalformedXml();
        call.Bucket.Change(s =>
            s with
            {
                Encryption = new DefaultEncryption(new ObjectEncryption(algorithm, BucketKey: bucketKey), key),
                BlocksCustomerKeys = blocked?.Contains(CustomerKeys) ?? s.BlocksCustomerKeys,
            });
        await call.EmptyAsync(200);
    }

    public static Task DeleteAsync(S3Call call)
    {
        call.AllowOnBucket("s3:PutEncryptionConfiguration");
        call.Bucket.Change(s => s with { Encryption = new DefaultEncryption(ObjectEncryption.S3Managed) });
        return call.EmptyAsync(204);
    }
}

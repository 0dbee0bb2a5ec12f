using System.Security.Cryptography;
using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Storage;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3;

/// <summary>The encryption of objects: what a write asks for or gets by default, and what a read must be allowed or bring along.</summary>
internal static class Encryption
{
    private const string Header = "x-amz-server-side-encryption";
    private const string KeyHeader = Header + "-aws-kms-key-id";
    private const string CustomerHeader = Header + "-customer-";

    /// <summary>What a new object is encrypted with; asks KMS for a data key in the caller's name where it takes one.</summary>
    public static ObjectEncryption ForWrite(S3Call call)
    {
        var algorithm = call.Header(Header);
        var key = call.Header(KeyHeader);
        if (CustomerKeyMd5(call, CustomerHeader) is { } md5)
        {
            if (algorithm is not null) throw S3Errors.InvalidArgument("Server Side Encryption with Customer provided key is incompatible with the encryption method specified", Header, algorithm);
            return new ObjectEncryption("AES256", CustomerKeyMd5: md5);
        }

        var bucketKey = string.Equals(call.Header(Header + "-bucket-key-enabled"), "true", StringComparison.OrdinalIgnoreCase);
        switch (algorithm)
        {
            case null when key is not null:
                throw S3Errors.InvalidArgument("Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms", Header, "");
            case null:
                var standing = call.Settings.Encryption;
                return standing.Rule.ByKms ? WithKey(call, standing.Rule, standing.KeyId) : standing.Rule;
            case "AES256" when key is not null:
                throw S3Errors.InvalidArgument("Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms", Header, algorithm);
            case "AES256":
                return ObjectEncryption.S3Managed;
            case "aws:kms" or "aws:kms:dsse":
                return WithKey(call, new ObjectEncryption(algorithm, BucketKey: bucketKey || call.Settings.Encryption.Rule.BucketKey), key);
            default:
                throw S3Errors.InvalidArgument("The encryption method specified is not supported", Header, algorithm);
        }
    }

    /// <summary>Asks for what reading takes: <c>kms:Decrypt</c>, or the customer's own key in the headers.</summary>
    /// <param name="customerHeader">How the headers of the customer's key begin; copies name their source's with another prefix.</param>
    public static void AllowRead(S3Call call, ObjectVersion version, string customerHeader = CustomerHeader, bool decrypts = true)
    {
        if (version.Encryption is not { } encryption) return;
        var md5 = CustomerKeyMd5(call, customerHeader);
        if (encryption.CustomerKeyMd5 is null && md5 is not null)
            throw S3Errors.InvalidRequest("The encryption parameters are not applicable to this object.");
        if (encryption.CustomerKeyMd5 is not null && md5 is null)
            throw S3Errors.InvalidRequest("The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.");
        if (encryption.CustomerKeyMd5 != md5) throw S3Errors.AccessDenied("Access Denied");
        if (decrypts && encryption.ByKms) call.World.DataKeys.AuthorizeDecrypt(call.Aws, Use(call, encryption.KeyArn, version.Key));
    }

    /// <summary>What each further request of a multipart upload takes: a part needs the same as the beginning, and to complete means to decrypt.</summary>
    public static void AllowPart(S3Call call, MultipartUpload upload)
    {
        if (upload.Encryption.CustomerKeyMd5 is { } expected && CustomerKeyMd5(call, CustomerHeader) != expected)
            throw S3Errors.InvalidRequest("The multipart upload initiate requested encryption. Subsequent part requests must include the appropriate encryption parameters.");
        if (!upload.Encryption.ByKms) return;
        call.World.DataKeys.AuthorizeGenerateDataKey(call.Aws, Use(call, upload.Encryption.KeyArn, upload.Key));
        call.World.DataKeys.AuthorizeDecrypt(call.Aws, Use(call, upload.Encryption.KeyArn, upload.Key));
    }

    public static void AllowCompletion(S3Call call, MultipartUpload upload)
    {
        if (upload.Encryption.ByKms) call.World.DataKeys.AuthorizeDecrypt(call.Aws, Use(call, upload.Encryption.KeyArn, upload.Key));
    }

    /// <summary>The ETag of new content: its MD5, but not where a key that isn't S3's own encrypts it.</summary>
    public static string ETag(ObjectEncryption encryption, string md5) =>
        encryption.ByKms || encryption.CustomerKeyMd5 is not null ? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)) : md5;

    public static void Tell(S3Call call, ObjectEncryption? encryption)
    {
        if (encryption is null) return;
        var headers = call.Response.Headers;
        if (encryption.CustomerKeyMd5 is { } md5)
        {
            headers[CustomerHeader + "algorithm"] = encryption.Algorithm;
            headers[CustomerHeader + "key-MD5"] = md5;
            return;
        }

        headers[Header] = encryption.Algorithm;
        if (encryption.KeyArn is not null) headers[KeyHeader] = encryption.KeyArn;
        if (encryption.BucketKey) headers[Header + "-bucket-key-enabled"] = "true";
    }

    private static ObjectEncryption WithKey(S3Call call, ObjectEncryption rule, string? key) =>
        rule with { KeyArn = call.World.DataKeys.AuthorizeGenerateDataKey(call.Aws, Use(call, key, call.Key)) };

    private static DataKeyUse Use(S3Call call, string? key, string objectKey) => new(key, call.Settings.Region, call.Settings.Account, call.ObjectArn(objectKey));

    private static string? CustomerKeyMd5(S3Call call, string prefix)
    {
        var (algorithm, key, md5) = (call.Header(prefix + "algorithm"), call.Header(prefix + "key"), call.Header(prefix + "key-MD5"));
        if (algorithm is null && key is null && md5 is null) return null;
        if (algorithm != "AES256") throw S3Errors.Of(400, "InvalidEncryptionAlgorithmError", "The Encryption request you specified is not valid. Supported value: AES256.");
        var bytes = new byte[key?.Length ?? 0];
        if (key is null || !Convert.TryFromBase64String(key, bytes, out var length) || length != 32)
            throw S3Errors.InvalidArgument("The secret key was invalid for the specified algorithm.", prefix + "algorithm", algorithm);
        if (Convert.ToBase64String(MD5.HashData(bytes.AsSpan(0, length))) != md5)
            throw S3Errors.InvalidArgument("The calculated MD5 hash of the key did not match the hash that was provided.", prefix + "key-MD5", md5 ?? "");
        return md5;
    }
}

/// <summary>The default encryption of a bucket.</summary>
internal static class BucketEncryptionCalls
{
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
        }));
    }

    public static async Task PutAsync(S3Call call)
    {
        call.AllowOnBucket("s3:PutEncryptionConfiguration");
        var document = await S3Xml.ReadRequiredAsync(call, "ServerSideEncryptionConfiguration");
        var rule = document.Child("Rule") ?? throw S3Errors.MalformedXml();
        var standing = rule.Child("ApplyServerSideEncryptionByDefault") ?? throw S3Errors.MalformedXml();
        var algorithm = standing.Text("SSEAlgorithm");
        var key = standing.Text("KMSMasterKeyID");
        if (algorithm is not ("AES256" or "aws:kms" or "aws:kms:dsse")) throw S3Errors.MalformedXml();
        if (key is not null && algorithm == "AES256") throw S3Errors.InvalidArgument("a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms", "KMSMasterKeyID", key);
        var bucketKey = string.Equals(rule.Text("BucketKeyEnabled"), "true", StringComparison.OrdinalIgnoreCase);
        call.Bucket.Change(s => s with { Encryption = new DefaultEncryption(new ObjectEncryption(algorithm, BucketKey: bucketKey), key) });
        await call.EmptyAsync(200);
    }

    public static Task DeleteAsync(S3Call call)
    {
        call.AllowOnBucket("s3:PutEncryptionConfiguration");
        call.Bucket.Change(s => s with { Encryption = new DefaultEncryption(ObjectEncryption.S3Managed) });
        return call.EmptyAsync(204);
    }
}

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
            if (call.Settings.BlocksCustomerKeys)
                throw S3Errors.AccessDenied(
                    $"User: {call.Aws.Caller?.Arn} is not authorized to perform this operation because server-side encryption with " +
                    "customer-provided keys (SSE-C) is blocked by the bucket's encryption configuration"
                );
            if (algorithm is not null)
                throw S3Errors.InvalidArgument(
                    "Server Side Encryption with Customer provided key is incompatible with the encryption method specified",
                    Header,
                    algorithm);
            return new ObjectEncryption("AES256", CustomerKeyMd5: md5);
        }

        var bucketKey = BucketKeyOf(call, algorithm ?? call.Settings.Encryption.Rule.Algorithm);
        switch (algorithm)
        {
            case null when key is not null:
                throw S3Errors.InvalidArgument(
                    "Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms",
                    Header,
                    "");
            case null:
                var standing = call.Settings.Encryption;
                return standing.Rule.ByKms
                    ? WithKey(call, standing.Rule with { BucketKey = bucketKey ?? standing.Rule.BucketKey }, standing.KeyId)
                    : standing.Rule;
            case "AES256" when key is not null:
                throw S3Errors.InvalidArgument(
                    "Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms",
                    Header,
                    algorithm);
            case "AES256":
                return ObjectEncryption.S3Managed;
            case "aws:kms" or "aws:kms:dsse":
                return WithKey(
                    call,
                    new ObjectEncryption(
                        algorithm,
                        BucketKey: algorithm == "aws:kms" && (bucketKey ?? call.Settings.Encryption.Rule.BucketKey)),
                    key);
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
            throw S3Errors.InvalidRequest(
                "The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the " +
                "object."
            );
        if (encryption.CustomerKeyMd5 != md5)
            throw S3Errors.AccessDenied("Access Denied");
        if (decrypts && encryption.ByKms)
            call.World.DataKeys.AuthorizeDecrypt(call.Aws, Use(call, encryption.KeyArn, version.Key, encryption.BucketKey));
    }

    /// <summary>
    /// What each further request of a multipart upload takes: a part needs the same as the beginning, and to complete means to decrypt.
    /// </summary>
    public static void AllowPart(S3Call call, MultipartUpload upload)
    {
        RequireCustomerKey(call, upload);
        if (!upload.Encryption.ByKms)
            return;
        call.World.DataKeys.AuthorizeGenerateDataKey(
            call.Aws,
            Use(call, upload.Encryption.KeyArn, upload.Key, upload.Encryption.BucketKey));
        call.World.DataKeys.AuthorizeDecrypt(call.Aws, Use(call, upload.Encryption.KeyArn, upload.Key, upload.Encryption.BucketKey));
    }

    public static void AllowCompletion(S3Call call, MultipartUpload upload)
    {
        // The parts are encrypted already; a key that comes along all the same has to be theirs.
        if (call.Header(CustomerHeader + "algorithm") is not null) RequireCustomerKey(call, upload);
        if (upload.Encryption.ByKms)
            call.World.DataKeys.AuthorizeDecrypt(call.Aws, Use(call, upload.Encryption.KeyArn, upload.Key, upload.Encryption.BucketKey));
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

    private static void RequireCustomerKey(S3Call call, MultipartUpload upload)
    {
        if (CustomerKeyMd5(call, CustomerHeader) != upload.Encryption.CustomerKeyMd5)
            throw S3Errors.InvalidRequest(
                "The multipart upload initiate requested encryption. Subsequent part requests must include the appropriate encryption " +
                "parameters."
            );
    }

    private static ObjectEncryption WithKey(S3Call call, ObjectEncryption rule, string? key) =>
        rule with { KeyArn = call.World.DataKeys.AuthorizeGenerateDataKey(call.Aws, Use(call, key, call.Key, rule.BucketKey)) };

    private static DataKeyUse Use(S3Call call, string? key, string objectKey, bool bucketKey) =>
        new(key, call.Settings.Region, call.Settings.Account, bucketKey ? call.Settings.Arn : call.ObjectArn(objectKey));

    /// <summary>Null where the request leaves it to the bucket.</summary>
    private static bool? BucketKeyOf(S3Call call, string algorithm)
    {
        const string name = Header + "-bucket-key-enabled";
        if (call.Header(name) is not { } text)
            return null;
        if (!bool.TryParse(text, out var enabled))
            throw S3Errors.InvalidArgument("The bucket key setting must be true or false", name, text);
        return enabled && algorithm != "aws:kms"
            ? throw S3Errors.InvalidArgument("S3 Bucket Keys are for server-side encryption with aws:kms only", name, text)
            : enabled;
    }

    private static string? CustomerKeyMd5(S3Call call, string prefix)
    {
        var (algorithm, key, md5) = (call.Header(prefix + "algorithm"), call.Header(prefix + "key"), call.Header(prefix + "key-MD5"));
        if (algorithm is null && key is null && md5 is null)
            return null;
        if (algorithm != "AES256")
            throw S3Errors.Of(
                400,
                "InvalidEncryptionAlgorithmError",
                "The Encryption request you specified is not valid. Supported value: AES256.");
        var bytes = new byte[key?.Length ?? 0];
        if (key is null || !Convert.TryFromBase64String(key, bytes, out var length) || length != 32)
            throw S3Errors.InvalidArgument("The secret key was invalid for the specified algorithm.", prefix + "algorithm", algorithm);
        if (Convert.ToBase64String(MD5.HashData(bytes.AsSpan(0, length))) != md5)
            throw S3Errors.InvalidArgument(
                "The calculated MD5 hash of the key did not match the hash that was provided.",
                prefix + "key-MD5",
                md5 ?? "");
        return md5;
    }
}

using Amazon.S3;
using Amazon.S3.Model;
using ServerlessDrives.Access;
using ServerlessDrives.Drives;
using ServerlessDrives.Files;

namespace ServerlessDrives.Adapters.Aws;

/// <summary>What every request to a drive's bucket has in common: encryption as the drive says, and the owner that was verified.</summary>
internal static class S3Requests
{
    public static PutObjectRequest Encrypted(this PutObjectRequest request, Drive drive)
    {
        (request.ServerSideEncryptionMethod, request.ServerSideEncryptionKeyManagementServiceKeyId) = Headers(drive.Encryption);
        return request;
    }

    public static InitiateMultipartUploadRequest Encrypted(this InitiateMultipartUploadRequest request, Drive drive)
    {
        (request.ServerSideEncryptionMethod, request.ServerSideEncryptionKeyManagementServiceKeyId) = Headers(drive.Encryption);
        return request;
    }

    /// <summary>What S3 is told that a file is.</summary>
    public static string TypeOf(ContentKind kind) => kind.Type ?? "application/octet-stream";

    /// <summary>Whether S3 is reached without TLS, as the sandbox is.</summary>
    public static bool IsPlain(IAmazonS3 s3) => s3.Config.ServiceURL?.StartsWith("http:", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>Whether what S3 answers is the encryption that was asked for.</summary>
    public static bool IsEncryptedAs(Encryption asked, ServerSideEncryptionMethod? answered, string? key) => asked switch
    {
        Encryption.SseS3 => answered == ServerSideEncryptionMethod.AES256,
        Encryption.SseKms kms => answered == ServerSideEncryptionMethod.AWSKMS && key == kms.Key.Value,
        _ => true,
    };

    private static (ServerSideEncryptionMethod?, string?) Headers(Encryption encryption) => encryption switch
    {
        Encryption.SseS3 => (ServerSideEncryptionMethod.AES256, null),
        Encryption.SseKms kms => (ServerSideEncryptionMethod.AWSKMS, kms.Key.Value),
        _ => (null, null),
    };
}

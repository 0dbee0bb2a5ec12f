using Amazon.S3;
using ServerlessDrives.Access;
using ServerlessDrives.Files;

namespace ServerlessDrives.Adapters.Aws;

/// <summary>What requests to a bucket and their answers have in common.</summary>
internal static class S3Requests
{
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
}

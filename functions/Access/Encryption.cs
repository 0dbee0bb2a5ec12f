using System.Text.Json.Serialization;

namespace ServerlessDrives.Access;

/// <summary>
/// How files are encrypted when they are written. Closed: as the bucket does by itself, with keys of S3's, or with a KMS key.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(None), "none")]
[JsonDerivedType(typeof(SseS3), "sse-s3")]
[JsonDerivedType(typeof(SseKms), "sse-kms")]
public abstract record Encryption
{
    /// <summary>We ask for nothing; the bucket's default applies.</summary>
    public static readonly Encryption Nothing = new None();

    /// <summary><c>AES256</c> with keys that S3 manages.</summary>
    public static readonly Encryption S3Managed = new SseS3();

    private Encryption()
    {
    }

    /// <summary>The KMS key, if there is one.</summary>
    [JsonIgnore]
    public KmsKeyArn? KmsKey => (this as SseKms)?.Key;

    public sealed record None : Encryption;

    public sealed record SseS3 : Encryption;

    /// <param name="Key">The bucket's region must be the key's.</param>
    public sealed record SseKms([property: JsonPropertyName("kmsKeyId")] KmsKeyArn Key) : Encryption;
}

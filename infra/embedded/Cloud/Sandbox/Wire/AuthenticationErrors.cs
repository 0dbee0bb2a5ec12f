using System.Globalization;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

/// <summary>
/// What each service says of a signature that it doesn't accept: S3, the query services (IAM, STS) and JSON services (KMS) have words of
/// their own for the same thing.
/// </summary>
internal static class AuthenticationErrors
{
    private const string CheckYourKey =
        "Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";

    public static AwsError UnknownKey(string service, string accessKeyId) =>
        service switch
        {
            "s3" => new AwsError(403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.")
            {
                Details = Detail(("AWSAccessKeyId", accessKeyId)),
            },
            "kms" => new AwsError(400, "UnrecognizedClientException", "The security token included in the request is invalid."),
            _ => new AwsError(403, "InvalidClientTokenId", "The security token included in the request is invalid."),
        };

    public static AwsError InvalidToken(string service) => service switch
    {
        "s3" => new AwsError(400, "InvalidToken", "The provided token is malformed or otherwise invalid."),
        "kms" => new AwsError(400, "UnrecognizedClientException", "The security token included in the request is invalid."),
        _ => new AwsError(403, "InvalidClientTokenId", "The security token included in the request is invalid."),
    };

    public static AwsError ExpiredToken(string service) => service switch
    {
        "s3" => new AwsError(400, "ExpiredToken", "The provided token has expired."),
        "kms" => new AwsError(400, "ExpiredTokenException", "The security token included in the request is expired"),
        _ => new AwsError(403, "ExpiredToken", "The security token included in the request is expired"),
    };

    public static AwsError Mismatch(RequestSignature signature, string stringToSign, string canonicalRequest) => signature.Service switch
    {
        "s3" => new AwsError(403, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you " +
            "provided. Check your key and signing method.")
        {
            Details = Detail(
                ("AWSAccessKeyId", signature.AccessKeyId),
                ("StringToSign", stringToSign),
                ("SignatureProvided", signature.Signature),
                ("CanonicalRequest", canonicalRequest)
            ),
        },
        "kms" => new AwsError(400, "InvalidSignatureException", "The request signature we calculated does not match the signature you " +
            "provided. " + CheckYourKey),
        _ => new AwsError(403, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you " +
            "provided. " + CheckYourKey),
    };

    public static AwsError Skewed(RequestSignature signature, DateTimeOffset now, TimeSpan allowed)
    {
        var server = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var early = signature.SignedAt < now;
        var bound = (early ? now - allowed : now + allowed).UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var text = early
            ? $"Signature expired: {signature.Timestamp} is now earlier than {bound} ({server} - 15 min.)"
            : $"Signature not yet current: {signature.Timestamp} is still later than {bound} ({server} + 15 min.)";
        return signature.Service switch
        {
            "s3" => new AwsError(403, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large.")
            {
                Details = Detail(
                    ("RequestTime", signature.Timestamp),
                    ("ServerTime", now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)),
                    ("MaxAllowedSkewMilliseconds", allowed.TotalMilliseconds.ToString(CultureInfo.InvariantCulture))),
            },
            "kms" => new AwsError(400, "InvalidSignatureException", text),
            _ => new AwsError(403, "SignatureDoesNotMatch", text),
        };
    }

    public static AwsError RequestExpired(RequestSignature signature, DateTimeOffset now) =>
        new(403, "AccessDenied", "Request has expired")
        {
            Details = Detail(
                ("X-Amz-Expires", signature.Expires!.Value.TotalSeconds.ToString(CultureInfo.InvariantCulture)),
                (
                    "Expires",
                    (signature.SignedAt + signature.Expires.Value).UtcDateTime.ToString(
                        "yyyy-MM-dd'T'HH:mm:ss'Z'",
                        CultureInfo.InvariantCulture)),
                ("ServerTime", now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture))),
        };

    public static AwsError HeadersNotSigned(string names) =>
        new(403, "AccessDenied", "There were headers present in the request which were not signed")
        {
            Details = Detail(("HeadersNotSigned", names)),
        };

    public static AwsError PayloadMismatch(string service, string declared, string computed) => service switch
    {
        "s3" => new AwsError(400, "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was " +
            "computed.")
        {
            Details = Detail(("ClientComputedContentSHA256", declared), ("S3ComputedContentSHA256", computed)),
        },
        "kms" => new AwsError(400, "InvalidSignatureException", "The request signature we calculated does not match the signature you " +
            "provided. " + CheckYourKey),
        _ => new AwsError(403, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you " +
            "provided. " + CheckYourKey),
    };

    private static Dictionary<string, string> Detail(params (string Name, string Value)[] details) =>
        details.ToDictionary(d => d.Name, d => d.Value);
}

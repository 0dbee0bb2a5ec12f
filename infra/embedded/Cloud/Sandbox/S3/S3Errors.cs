using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Storage;
using ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3;

/// <summary>The refusals of S3 in its own codes and texts.</summary>
internal static class S3Errors
{
    public static AwsError NoSuchBucket(string bucket) =>
        Of(404, "NoSuchBucket", "The specified bucket does not exist", ("BucketName", bucket));

    public static AwsError NoSuchKey(string key) => Of(404, "NoSuchKey", "The specified key does not exist.", ("Key", key));

    private static AwsError NoSuchVersion(string key, string versionId) =>
        Of(404, "NoSuchVersion", "The specified version does not exist.", ("Key", key), ("VersionId", versionId));

    /// <summary>S3 tells the id of a version that is gone from one that it never gave to any.</summary>
    public static AwsError NoVersion(string key, string versionId) =>
        Identifiers.IsVersion(versionId)
            ? NoSuchVersion(key, versionId)
            : InvalidArgument("Invalid version id specified", "versionId", versionId);

    public static AwsError NoSuchUpload(string uploadId) =>
        Of(
            404,
            "NoSuchUpload",
            "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
            ("UploadId", uploadId));

    public static AwsError PreconditionFailed(string condition) =>
        Of(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold", ("Condition", condition));

    public static AwsError ConditionalRequestConflict(string condition) =>
        Of(
            409,
            "ConditionalRequestConflict",
            "The conditional request cannot succeed due to a conflicting operation against this resource.",
            ("Condition", condition));

    public static AwsError AccessDenied(string message = "Access Denied") => Of(403, "AccessDenied", message);

    public static AwsError InvalidArgument(string message, string name, string value) =>
        Of(400, "InvalidArgument", message, ("ArgumentName", name), ("ArgumentValue", value));

    public static AwsError InvalidRequest(string message) => Of(400, "InvalidRequest", message);

    public static AwsError MalformedXml() =>
        Of(400, "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema");

    public static AwsError MethodNotAllowed(string method, string resource) =>
        Of(
            405,
            "MethodNotAllowed",
            "The specified method is not allowed against this resource.",
            ("Method", method),
            ("ResourceType", resource));

    public static AwsError AccessControlListNotSupported() => Of(400, "AccessControlListNotSupported", "The bucket does not allow ACLs");

    public static AwsError KeyTooLong(int bytes) =>
        Of(400, "KeyTooLongError", "Your key is too long", ("Size", bytes.ToString()), ("MaxSizeAllowed", "1024"));

    public static AwsError EntityTooLarge(long size, long limit) =>
        Of(
            400,
            "EntityTooLarge",
            "Your proposed upload exceeds the maximum allowed size",
            ("ProposedSize", size.ToString()),
            ("MaxSizeAllowed", limit.ToString()));

    public static AwsError IncompleteBody() => Of(400, "IncompleteBody", "The request body terminated unexpectedly");

    public static AwsError BadDigest(string algorithm) =>
        Of(400, "BadDigest", $"The {algorithm} you specified did not match the calculated checksum.");

    /// <param name="expected">Base64.</param>
    /// <param name="calculated">Base64.</param>
    public static AwsError BadMd5(string expected, string calculated) =>
        Of(
            400,
            "BadDigest",
            "The Content-MD5 you specified did not match what we received.",
            ("ExpectedDigest", expected),
            ("CalculatedDigest", calculated));

    public static AwsError NotImplemented(string what) =>
        Of(501, "NotImplemented", "A header or query you provided implies functionality that is not implemented", ("Header", what));

    public static AwsError Of(int status, string code, string message, params ReadOnlySpan<(string Name, string Value)> details)
    {
        var named = new Dictionary<string, string>(details.Length);
        foreach (var (name, value) in details) named[name] = value;
        return new AwsError(status, code, message) { Details = named };
    }
}

using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Content;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3.Inputs;

/// <summary>
/// What each call has an effect by. Whatever else a request brings is refused: what is taken and forgotten here would work in a test and
/// fail at AWS. Headers that aren't <c>x-amz-…</c> are HTTP's and mean what they mean to every server.
/// </summary>
internal static class HonouredInputs
{
    private const string Metadata = "x-amz-meta-";
    private const string Sse = "x-amz-server-side-encryption";

    /// <summary>With any call: signing, framing, digests, owner and payer.</summary>
    private static readonly HashSet<string> Common = new(StringComparer.OrdinalIgnoreCase)
    {
        "x-amz-date",
        "x-amz-content-sha256",
        "x-amz-security-token",
        "x-amz-user-agent",
        "x-amz-decoded-content-length",
        "x-amz-trailer",
        "x-amz-te",
        "x-amz-sdk-checksum-algorithm",
        "x-amz-expected-bucket-owner",
        "x-amz-request-payer",
        "x-amz-api-version",
        // In the query of a presigned request, and what SDKs name their calls by.
        "x-amz-algorithm", "x-amz-credential", "x-amz-expires", "x-amz-signedheaders", "x-amz-signature", "x-id",
    };

    private static readonly string[] Grants =
    [
        "x-amz-acl",
        "x-amz-grant-full-control",
        "x-amz-grant-read",
        "x-amz-grant-read-acp",
        "x-amz-grant-write",
        "x-amz-grant-write-acp",
    ];
    private static readonly string[] CustomerKey = [$"{Sse}-customer-algorithm", $"{Sse}-customer-key", $"{Sse}-customer-key-MD5"];
    private static readonly string[] Locks =
    [
        "x-amz-object-lock-mode",
        "x-amz-object-lock-retain-until-date",
        "x-amz-object-lock-legal-hold",
    ];
    private static readonly string[] Managed = [Sse, $"{Sse}-aws-kms-key-id", $"{Sse}-bucket-key-enabled"];
    private static readonly string[] Encrypting = [.. Managed, .. CustomerKey];
    private static readonly string[] Writing =
    [
        .. Grants,
        .. Locks,
        .. Encrypting,
        "x-amz-storage-class",
        "x-amz-website-redirect-location",
        "x-amz-tagging",
        Metadata,
    ];
    private static readonly string[] Source =
    [
        "x-amz-copy-source",
        "x-amz-copy-source-if-match",
        "x-amz-copy-source-if-modified-since",
        "x-amz-copy-source-if-none-match",
        "x-amz-copy-source-if-unmodified-since",
        "x-amz-copy-source-server-side-encryption-customer-algorithm",
        "x-amz-copy-source-server-side-encryption-customer-key",
        "x-amz-copy-source-server-side-encryption-customer-key-MD5",
        "x-amz-source-expected-bucket-owner",
    ];
    private static readonly string[] Checksums = [.. ChecksumAlgorithm.All.Select(algorithm => algorithm.Header)];
    private static readonly string[] Reading =
    [
        "versionId",
        "partNumber",
        "response-cache-control",
        "response-content-disposition",
        "response-content-encoding",
        "response-content-language",
        "response-content-type",
        "response-expires",
        "x-amz-checksum-mode",
        .. CustomerKey,
    ];
    private static readonly string[] Listing = ["delimiter", "encoding-type", "prefix"];
    private static readonly string[] Version = ["versionId"];

    private static readonly HashSet<string> OfBuckets = Of(Checksums);
    private static readonly HashSet<string> OfObjects = Of([.. Version, .. Checksums]);

    /// <summary>Headers and query parameters by call; the subresource that names the call is its own.</summary>
    private static readonly Dictionary<string, HashSet<string>> Known = new()
    {
        ["ListBuckets"] = Of(["max-buckets", "prefix", "continuation-token", "bucket-region"]),
        ["CreateBucket"] = Of(["x-amz-acl", "x-amz-bucket-object-lock-enabled", "x-amz-object-ownership", .. Checksums]),
        ["ListObjects"] = Of([.. Listing, "marker", "max-keys"]),
        ["ListObjectsV2"] = Of([.. Listing, "list-type", "max-keys", "continuation-token", "fetch-owner", "start-after"]),
        ["ListObjectVersions"] = Of([.. Listing, "key-marker", "max-keys", "version-id-marker"]),
        ["ListMultipartUploads"] = Of([.. Listing, "key-marker", "max-uploads", "upload-id-marker"]),
        ["DeleteObjects"] = Of(["x-amz-mfa", "x-amz-bypass-governance-retention", .. Checksums]),
        ["PutBucketAcl"] = Of([.. Grants, .. Checksums]),
        ["PutBucketVersioning"] = Of(["x-amz-mfa", .. Checksums]),
        ["HeadObject"] = Of(Reading),
        ["GetObject"] = Of(Reading),
        ["PutObject"] = Of([.. Writing, .. Checksums]),
        ["CopyObject"] = Of([.. Writing, .. Source, "x-amz-metadata-directive", "x-amz-tagging-directive", "x-amz-checksum-algorithm"]),
        ["DeleteObject"] = Of(["versionId", "x-amz-mfa", "x-amz-bypass-governance-retention"]),
        ["CreateMultipartUpload"] = Of([.. Writing, "x-amz-checksum-algorithm", "x-amz-checksum-type"]),
        ["UploadPart"] = Of(["partNumber", .. CustomerKey, .. Checksums]),
        ["UploadPartCopy"] = Of(["partNumber", "x-amz-copy-source-range", .. Source, .. CustomerKey]),
        ["CompleteMultipartUpload"] = Of(["x-amz-checksum-type", "x-amz-mp-object-size", .. CustomerKey, .. Checksums]),
        ["AbortMultipartUpload"] = Of([]),
        ["ListParts"] = Of(["max-parts", "part-number-marker"]),
        ["GetObjectAttributes"] = Of([
            "versionId",
            "x-amz-max-parts",
            "x-amz-part-number-marker",
            "x-amz-object-attributes",
            .. CustomerKey,
        ]),
        ["PutObjectAcl"] = Of([.. Grants, .. Version, .. Checksums]),
        ["PutObjectRetention"] = Of(["x-amz-bypass-governance-retention", .. Version, .. Checksums]),
        ["RestoreObject"] = Of([.. Version, .. Checksums]),
    };

    /// <exception cref="Wire.AwsError">A header or parameter has no effect here.</exception>
    public static void Require(S3Call call)
    {
        if (FirstUnknown(call, S3Actions.Of(call)) is { } unknown)
            throw Managed.Contains(unknown, StringComparer.OrdinalIgnoreCase) && call.Key.Length > 0
                ? S3Errors.InvalidArgument($"{Sse} header is not supported for this operation.", unknown, call.Header(unknown) ?? "")
                : S3Errors.NotImplemented(unknown);
        var digests =
            ChecksumAlgorithm.All.Any(algorithm => call.Header(algorithm.Header) is not null) || call.Header("x-amz-trailer") is not null;
        if (call.Header("x-amz-sdk-checksum-algorithm") is not null && !digests)
            throw S3Errors.InvalidRequest(
                "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.");
    }

    /// <summary>The first header or parameter that the call has no effect by; null when there is none.</summary>
    private static string? FirstUnknown(S3Call call, string action)
    {
        var honoured = Known.GetValueOrDefault(action) ?? (call.Key.Length > 0 ? OfObjects : OfBuckets);
        var subresource = S3Routes.Subresource(call);
        return call.Request.Query.Keys.Where(name => name != subresource)
            .Concat(call.Request.Headers.Keys.Where(name => name.StartsWith("x-amz-", StringComparison.OrdinalIgnoreCase)))
            .FirstOrDefault(name => !Common.Contains(name) && !honoured.Contains(name) && !IsMetadata(name, honoured));
    }

    private static bool IsMetadata(string name, HashSet<string> honoured) =>
        name.StartsWith(Metadata, StringComparison.OrdinalIgnoreCase) && honoured.Contains(Metadata);

    private static HashSet<string> Of(IEnumerable<string> names) => new(names, StringComparer.OrdinalIgnoreCase);
}

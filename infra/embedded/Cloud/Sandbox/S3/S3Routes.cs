using Microsoft.AspNetCore.Http;
using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Locks;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3;

/// <summary>Which call a request is: by its method, its subresource and, for copies, a header.</summary>
internal static class S3Routes
{
    /// <summary>Query parameters that name a subresource; everything else in a query only qualifies a call.</summary>
    private static readonly string[] Subresources =
    [
        "accelerate",
        "acl",
        "analytics",
        "attributes",
        "cors",
        "delete",
        "encryption",
        "intelligent-tiering",
        "inventory",
        "legal-hold",
        "lifecycle",
        "location",
        "logging",
        "metrics",
        "notification",
        "object-lock",
        "ownershipControls",
        "policy",
        "policyStatus",
        "publicAccessBlock",
        "replication",
        "requestPayment",
        "restore",
        "retention",
        "select",
        "tagging",
        "torrent",
        "uploadId",
        "uploads",
        "versioning",
        "versions",
        "website",
    ];

    public static bool IsCreateBucket(S3Call call) =>
        call.Key.Length == 0 && HttpMethods.IsPut(call.Request.Method) && Subresource(call) == "";

    public static Task OfService(S3Call call) => HttpMethods.IsGet(call.Request.Method)
        ? BucketCalls.ListAsync(call)
        : throw S3Errors.MethodNotAllowed(call.Request.Method, "SERVICE");

    public static Task OfBucket(S3Call call) => (call.Request.Method, Subresource(call)) switch
    {
        ("HEAD", "") => BucketCalls.HeadAsync(call),
        ("DELETE", "") => BucketCalls.DeleteAsync(call),
        ("GET", "") => Listing.ListObjectsAsync(call),
        ("GET", "versions") => VersionListing.ListAsync(call),
        ("GET", "uploads") => UploadListing.ListUploadsAsync(call),
        ("GET", "location") => BucketCalls.LocationAsync(call),
        ("POST", "delete") => DeleteCalls.DeleteManyAsync(call),
        ("GET", "policy") => BucketPolicyCalls.GetAsync(call),
        ("PUT", "policy") => BucketPolicyCalls.PutAsync(call),
        ("DELETE", "policy") => BucketPolicyCalls.DeleteAsync(call),
        ("GET", "policyStatus") => BucketPolicyCalls.StatusAsync(call),
        ("GET", "publicAccessBlock") => PublicAccessCalls.GetAsync(call),
        ("PUT", "publicAccessBlock") => PublicAccessCalls.PutAsync(call),
        ("DELETE", "publicAccessBlock") => PublicAccessCalls.DeleteAsync(call),
        ("GET", "ownershipControls") => OwnershipCalls.GetAsync(call),
        ("PUT", "ownershipControls") => OwnershipCalls.PutAsync(call),
        ("DELETE", "ownershipControls") => OwnershipCalls.DeleteAsync(call),
        ("GET", "acl") => AclCalls.GetBucketAsync(call),
        ("PUT", "acl") => AclCalls.PutBucketAsync(call),
        ("GET", "versioning") => BucketSettingCalls.GetVersioningAsync(call),
        ("PUT", "versioning") => BucketSettingCalls.PutVersioningAsync(call),
        ("GET", "requestPayment") => BucketSettingCalls.GetRequestPaymentAsync(call),
        ("PUT", "requestPayment") => BucketSettingCalls.PutRequestPaymentAsync(call),
        ("GET", "notification") => BucketSettingCalls.GetNotificationAsync(call),
        ("PUT", "notification") => BucketSettingCalls.PutNotificationAsync(call),
        ("GET", "cors") => BucketCors.GetAsync(call),
        ("PUT", "cors") => BucketCors.PutAsync(call),
        ("DELETE", "cors") => BucketCors.DeleteAsync(call),
        ("GET", "object-lock") => LockCalls.GetConfigurationAsync(call),
        ("PUT", "object-lock") => LockCalls.PutConfigurationAsync(call),
        ("GET", "tagging") => Tagging.GetBucketAsync(call),
        ("PUT", "tagging") => Tagging.PutBucketAsync(call),
        ("DELETE", "tagging") => Tagging.DeleteBucketAsync(call),
        ("GET", "encryption") => BucketEncryptionCalls.GetAsync(call),
        ("PUT", "encryption") => BucketEncryptionCalls.PutAsync(call),
        ("DELETE", "encryption") => BucketEncryptionCalls.DeleteAsync(call),
        // A browser's form, whose policy document and fields nothing here reads.
        ("POST", "") => throw S3Errors.NotImplemented("POST"),
        ("GET", var absent) when NeverConfigured.Has(absent) => NeverConfigured.GetAsync(call, absent),
        (_, "") => throw S3Errors.MethodNotAllowed(call.Request.Method, "BUCKET"),
        (_, var unknown) => throw S3Errors.NotImplemented(unknown),
    };

    public static Task OfObject(S3Call call) => (call.Request.Method, Subresource(call)) switch
    {
        ("GET", "") => ReadCalls.GetAsync(call),
        ("HEAD", "") => ReadCalls.HeadAsync(call),
        ("PUT", "") when call.Header("x-amz-copy-source") is not null => CopyCalls.CopyAsync(call),
        ("PUT", "") => WriteCalls.PutAsync(call),
        ("DELETE", "") => DeleteCalls.DeleteAsync(call),
        ("POST", "uploads") => MultipartCalls.CreateAsync(call),
        ("PUT", "uploadId") when call.Header("x-amz-copy-source") is not null => CopyCalls.UploadPartCopyAsync(call),
        ("PUT", "uploadId") => MultipartCalls.UploadPartAsync(call),
        ("POST", "uploadId") => MultipartCompletion.CompleteAsync(call),
        ("DELETE", "uploadId") => MultipartCalls.AbortAsync(call),
        ("GET", "uploadId") => UploadListing.ListPartsAsync(call),
        ("GET", "acl") => AclCalls.GetObjectAsync(call),
        ("PUT", "acl") => AclCalls.PutObjectAsync(call),
        ("GET", "tagging") => Tagging.GetObjectAsync(call),
        ("PUT", "tagging") => Tagging.PutObjectAsync(call),
        ("DELETE", "tagging") => Tagging.DeleteObjectAsync(call),
        ("GET", "retention") => LockCalls.GetRetentionAsync(call),
        ("PUT", "retention") => LockCalls.PutRetentionAsync(call),
        ("GET", "legal-hold") => LockCalls.GetLegalHoldAsync(call),
        ("PUT", "legal-hold") => LockCalls.PutLegalHoldAsync(call),
        ("GET", "attributes") => AttributeCalls.GetAsync(call),
        ("POST", "restore") => RestoreCalls.RestoreAsync(call),
        (_, "") => throw S3Errors.MethodNotAllowed(call.Request.Method, "OBJECT"),
        (_, var unknown) => throw S3Errors.NotImplemented(unknown),
    };

    public static string Subresource(S3Call call) => Array.Find(Subresources, call.Asks) ?? "";
}

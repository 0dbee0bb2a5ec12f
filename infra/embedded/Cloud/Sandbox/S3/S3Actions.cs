using Microsoft.AspNetCore.Http;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3;

/// <summary>The API names of S3's requests, by which faults are aimed.</summary>
internal static class S3Actions
{
    public static string Of(S3Call call)
    {
        var subresource = S3Routes.Subresource(call);
        var copies = call.Header("x-amz-copy-source") is not null;
        if (HttpMethods.IsOptions(call.Request.Method)) return "Preflight";
        if (call.Target.Bucket.Length == 0) return "ListBuckets";
        if (call.Key.Length == 0)
        {
            return (call.Request.Method, subresource) switch
            {
                ("HEAD", _) => "HeadBucket",
                ("PUT", "") => "CreateBucket",
                ("DELETE", "") => "DeleteBucket",
                ("GET", "") => call.Query("list-type") == "2" ? "ListObjectsV2" : "ListObjects",
                ("GET", "versions") => "ListObjectVersions",
                ("GET", "uploads") => "ListMultipartUploads",
                ("GET", "location") => "GetBucketLocation",
                ("POST", "delete") => "DeleteObjects",
                (var method, var name) => Verb(method) + "Bucket" + Noun(name),
            };
        }

        return (call.Request.Method, subresource) switch
        {
            ("HEAD", _) => "HeadObject",
            ("GET", "") => "GetObject",
            ("PUT", "") => copies ? "CopyObject" : "PutObject",
            ("DELETE", "") => "DeleteObject",
            ("POST", "uploads") => "CreateMultipartUpload",
            ("PUT", "uploadId") => copies ? "UploadPartCopy" : "UploadPart",
            ("POST", "uploadId") => "CompleteMultipartUpload",
            ("DELETE", "uploadId") => "AbortMultipartUpload",
            ("GET", "uploadId") => "ListParts",
            ("POST", "restore") => "RestoreObject",
            (var method, var name) => Verb(method) + "Object" + Noun(name),
        };
    }

    private static string Verb(string method) => method switch { "PUT" => "Put", "DELETE" => "Delete", _ => "Get" };

    private static string Noun(string subresource) =>
        subresource.Length == 0 ? "" : char.ToUpperInvariant(subresource[0]) + subresource[1..];
}

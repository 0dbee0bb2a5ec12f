using System.Globalization;
using Microsoft.AspNetCore.Http;
using ServerlessDrives.Embedded.Cloud.Sandbox.Policies;
using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Storage;
using ServerlessDrives.Embedded.Cloud.Sandbox.Sns;
using ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3;

/// <summary>What all calls to S3 share.</summary>
internal sealed record S3World(
    Buckets Buckets,
    IAuthorizer Authorizer,
    IDataKeys DataKeys,
    IBucketPolicyRules PolicyRules,
    ITopics Topics,
    AwsFaults Faults,
    TimeProvider Clock)
{
    /// <summary>S3 keeps time in whole seconds.</summary>
    public DateTimeOffset Now => DateTimeOffset.FromUnixTimeSeconds(Clock.GetUtcNow().ToUnixTimeSeconds());
}

/// <summary>One request to S3 with what it is about.</summary>
/// <param name="bucket">Null only where no bucket is needed: the service itself, and CreateBucket.</param>
/// <param name="source">Set when this is about what a copy reads, not about what the request names.</param>
internal sealed partial class S3Call(AwsCall aws, S3World world, S3Target target, Bucket? bucket, CopySource? source = null)
{
    public AwsCall Aws { get; } = aws;
    public S3World World { get; } = world;
    public S3Target Target { get; } = target;
    public string Key => Target.Key;
    public Bucket Bucket { get; } = bucket!;
    public BucketSettings Settings => Bucket.Settings;
    public HttpRequest Request => Aws.Request;
    public HttpResponse Response => Aws.Response;
    public CancellationToken Cancelled => Aws.Cancelled;

    /// <summary>The account that new objects belong to while ACLs are on; an anonymous caller's belong to the bucket's owner.</summary>
    public string CallerAccount => Aws.Caller?.AccountId ?? Settings.Account;

    /// <summary>The version asked for, or null for the newest.</summary>
    public string? VersionId => source is null ? Query("versionId") : source.VersionId;

    public bool IsCopySource => source is not null;

    /// <summary>Mode, date and legal hold that a request asks for in its body, for conditions.</summary>
    public (string? Mode, string? Until, string? Hold) Locking { get; set; }

    public bool Asks(string subresource) => Request.Query.ContainsKey(subresource);

    /// <summary>Null when the parameter is missing or empty.</summary>
    public string? Query(string name) =>
        Request.Query.TryGetValue(name, out var value) && value.Count > 0 && value[0]!.Length > 0 ? value[0] : null;

    /// <summary>Null when the header is missing or empty. A presigned request may have those of AWS in its query.</summary>
    public string? Header(string name) =>
        Request.Headers.TryGetValue(name, out var value) && value.ToString() is { Length: > 0 } text ? text
        : name.StartsWith("x-amz-", StringComparison.OrdinalIgnoreCase) && Asks("X-Amz-Signature") ? Query(name)
        : null;

    /// <summary>A number between 0 and a limit; a larger one comes down to it.</summary>
    public int Limit(string name, int limit)
    {
        if (Query(name) is not { } text) return limit;
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            throw S3Errors.InvalidArgument($"Provided {name} not an integer or within integer range", name, text);
        return Math.Min(number, limit);
    }

    public string ObjectArn(string key) => $"{Settings.Arn}/{key}";

    /// <summary>Answers without a body.</summary>
    public Task EmptyAsync(int status)
    {
        Response.StatusCode = status;
        if (status != 204) Response.ContentLength = 0;
        return Task.CompletedTask;
    }

    /// <summary>
    /// Says which version PutObject or CompleteMultipartUpload made; where versioning is suspended, S3 says nothing.
    /// </summary>
    public void TellNewVersion(ObjectVersion version)
    {
        if (version.VersionId != ObjectVersion.NullVersion) TellVersion(version);
    }

    /// <summary>Says which version the answer is about, where the bucket ever kept versions.</summary>
    public void TellVersion(ObjectVersion version)
    {
        if (Settings.Versioning is not null) Response.Headers["x-amz-version-id"] = version.VersionId;
        if (version.IsDeleteMarker) Response.Headers["x-amz-delete-marker"] = "true";
    }
}

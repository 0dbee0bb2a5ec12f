using System.Net;
using System.Text.RegularExpressions;
using ServerlessDrives.Embedded.Cloud.Sandbox.Policies;
using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Storage;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3;

/// <summary>Buckets themselves: create, delete, look for, list.</summary>
internal static partial class BucketCalls
{
    private const int MostBuckets = 10_000;

    private static readonly Dictionary<string, IReadOnlyList<string>> NoKeys = [];

    public static async Task CreateAsync(S3Call call)
    {
        var name = call.Target.Bucket;
        if (call.Aws.Caller is not { } caller) throw S3Errors.AccessDenied();
        var document = await S3Xml.ReadAsync(call, "CreateBucketConfiguration");
        var asked = document?.Text("LocationConstraint");
        var keys = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase);
        if (asked is not null)
            keys["s3:LocationConstraint"] = [asked];
        if (call.Header("x-amz-object-ownership") is { } ownershipKey)
            keys["s3:x-amz-object-ownership"] = [ownershipKey];
        var locks =
            call.Header("x-amz-bucket-object-lock-enabled") is { } asksForLock && bool.TryParse(asksForLock, out var lockable) && lockable;
        foreach (
            var action in locks
                ? (ReadOnlySpan<string>)["s3:CreateBucket", "s3:PutBucketObjectLockConfiguration", "s3:PutBucketVersioning"]
                : ["s3:CreateBucket"])
            call.World.Authorizer.Authorize(call.Aws, new AccessRequest(action, $"arn:aws:s3:::{name}", caller.AccountId, null, keys));
        if (!IsValidName(name)) throw S3Errors.Of(400, "InvalidBucketName", "The specified bucket is not valid.", ("BucketName", name));

        var region = Region(call.Aws.Region, asked);
        var ownership = call.Header("x-amz-object-ownership") ?? "BucketOwnerEnforced";
        OwnershipCalls.Validate(ownership);
        var settings = new BucketSettings
        {
            Name = name,
            Account = caller.AccountId,
            Region = region,
            Created = call.World.Now,
            Ownership = ownership,
        };
        if (locks)
            settings = settings with { ObjectLock = new LockConfiguration(), Versioning = "Enabled" };
        if (call.Header("x-amz-acl") is { } canned && canned != "private")
        {
            // A new bucket blocks public ACLs until somebody says otherwise.
            if (settings.AclsOff || canned.StartsWith("public-", StringComparison.Ordinal))
                throw S3Errors.Of(
                    400,
                    "InvalidBucketAclWithObjectOwnership",
                    "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting");
            settings = settings with { Acl = Acls.Canned(canned, caller.AccountId, caller.AccountId) };
        }

        if (call.World.Buckets.Create(settings) is null)
        {
            var mine = call.World.Buckets.Find(name)?.Settings.Account == caller.AccountId;
            // us-east-1 alone lets an owner create a bucket again, for old programs.
            if (!mine)
                throw S3Errors.Of(
                    409,
                    "BucketAlreadyExists",
                    "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please " +
                    "select a different name and try again.",
                    ("BucketName", name));
            if (region != "us-east-1" || call.Bucket?.Settings.Region != region)
                throw S3Errors.Of(
                    409,
                    "BucketAlreadyOwnedByYou",
                    "Your previous request to create the named bucket succeeded and you already own it.",
                    ("BucketName", name));
        }

        call.Response.Headers.Location = "/" + name;
        call.Response.Headers["x-amz-bucket-arn"] = settings.Arn;
        await call.EmptyAsync(200);
    }

    public static Task HeadAsync(S3Call call)
    {
        call.AllowOnBucket("s3:ListBucket", "READ");
        call.Response.Headers["x-amz-bucket-arn"] = call.Settings.Arn;
        call.Response.Headers["x-amz-access-point-alias"] = "false";
        call.Response.ContentType = "application/xml";
        return call.EmptyAsync(200);
    }

    public static Task DeleteAsync(S3Call call)
    {
        call.AllowOnBucket("s3:DeleteBucket");
        if (!call.World.Buckets.Delete(call.Bucket))
            throw S3Errors.Of(
                409,
                "BucketNotEmpty",
                call.Settings.Versioning is null
                    ? "The bucket you tried to delete is not empty"
                    : "The bucket you tried to delete is not empty. You must delete all versions in the bucket.",
                ("BucketName", call.Settings.Name));
        return call.EmptyAsync(204);
    }

    public static Task LocationAsync(S3Call call)
    {
        call.AllowOnBucket("s3:GetBucketLocation");
        return S3Xml.AnswerAsync(call, "LocationConstraint", xml =>
        {
            // The oldest region has no name here.
            if (call.Settings.Region != "us-east-1") xml.WriteString(call.Settings.Region);
        });
    }

    public static Task ListAsync(S3Call call)
    {
        if (call.Aws.Caller is not { } caller)
            throw S3Errors.AccessDenied();
        call.World.Authorizer.Authorize(
            call.Aws,
            new AccessRequest("s3:ListAllMyBuckets", "arn:aws:s3:::*", caller.AccountId, null, NoKeys));
        var limit = call.Limit("max-buckets", MostBuckets);
        var prefix = call.Query("prefix") ?? "";
        var after = call.Query("continuation-token") ?? "";
        var found = call
            .World.Buckets.OwnedBy(caller.AccountId)
            .Select(b => b.Settings)
            .Where(b =>
                b.Name.StartsWith(prefix, StringComparison.Ordinal)
                && string.CompareOrdinal(b.Name, after) > 0
                && (call.Query("bucket-region") ?? b.Region) == b.Region
            )
            .Take(limit + 1)
            .ToList();
        return S3Xml.AnswerAsync(call, "ListAllMyBucketsResult", xml =>
        {
            xml.Owner("Owner", caller.AccountId);
            xml.Nested("Buckets", x =>
            {
                foreach (var bucket in found.Take(limit))
                    x.Nested("Bucket", b =>
                    {
                        b.Element("Name", bucket.Name);
                        b.Element("CreationDate", bucket.Created);
                        b.Element("BucketRegion", bucket.Region);
                        b.Element("BucketArn", bucket.Arn);
                    });
            });
            if (found.Count > limit) xml.Element("ContinuationToken", found[limit - 1].Name);
            if (prefix.Length > 0) xml.Element("Prefix", prefix);
        });
    }

    private static string Region(string endpoint, string? asked) =>
        (endpoint, asked) switch
        {
            ("us-east-1", null or "") => "us-east-1",
            ("us-east-1", "EU") => "eu-west-1",
            // The region that has no name as a constraint is asked for by none.
            ("us-east-1", _) when asked == endpoint || !RegionShape().IsMatch(asked) => throw S3Errors.Of(
                400,
                "InvalidLocationConstraint",
                "The specified location-constraint is not valid",
                ("LocationConstraint", asked)),
            // The endpoint of us-east-1 creates buckets anywhere; all others only at home.
            ("us-east-1", _) => asked,
            (_, null or "") => throw S3Errors.Of(
                400,
                "IllegalLocationConstraintException",
                "The unspecified location constraint is incompatible for the region specific endpoint this request was sent to."),
            _ when asked == endpoint => asked,
            _ => throw S3Errors.Of(
                400,
                "IllegalLocationConstraintException",
                $"The {asked} location constraint is incompatible for the region specific endpoint this request was sent to."),
        };

    private static bool IsValidName(string name) =>
        NameShape().IsMatch(name)
        && !name.Contains("..", StringComparison.Ordinal)
        && !name.Contains(".-", StringComparison.Ordinal)
        && !name.Contains("-.", StringComparison.Ordinal)
        && !IPAddress.TryParse(name, out _)
        && !name.StartsWith("xn--", StringComparison.Ordinal)
        && !name.StartsWith("sthree-", StringComparison.Ordinal)
        && !name.StartsWith("amzn-s3-demo-", StringComparison.Ordinal)
        && !name.EndsWith("-s3alias", StringComparison.Ordinal)
        && !name.EndsWith("--ol-s3", StringComparison.Ordinal)
        && !name.EndsWith(".mrap", StringComparison.Ordinal)
        && !name.EndsWith("--x-s3", StringComparison.Ordinal)
        && !name.EndsWith("--table-s3", StringComparison.Ordinal);

    [GeneratedRegex(
        "^(af|ap|ca|cn|eu|eusc|il|me|mx|sa|us)(-[a-z]+)+-[0-9]$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking
    )]
    private static partial Regex RegionShape();

    [GeneratedRegex(
        "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking
    )]
    private static partial Regex NameShape();
}

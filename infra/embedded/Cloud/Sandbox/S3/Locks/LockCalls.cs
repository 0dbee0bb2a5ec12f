using System.Globalization;
using System.Xml.Linq;
using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Storage;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3.Locks;

/// <summary>Object Lock's calls: a bucket's configuration, a version's retention and legal hold.</summary>
internal static class LockCalls
{
    private const int MostYears = 100;

    public static Task GetConfigurationAsync(S3Call call)
    {
        call.AllowOnBucket("s3:GetBucketObjectLockConfiguration");
        var configured = call.Settings.ObjectLock
            ?? throw S3Errors.Of(404, "ObjectLockConfigurationNotFoundError", "Object Lock configuration does not exist for this " +
                "bucket", ("BucketName", call.Settings.Name));
        return S3Xml.AnswerAsync(call, "ObjectLockConfiguration", xml =>
        {
            xml.Element("ObjectLockEnabled", "Enabled");
            if (configured.Mode is not { } mode) return;
            xml.Nested("Rule", rule => rule.Nested("DefaultRetention", x =>
            {
                x.Element("Mode", mode);
                if (configured.Days is { } days) x.Element("Days", days);
                if (configured.Years is { } years) x.Element("Years", years);
            }));
        });
    }

    public static async Task PutConfigurationAsync(S3Call call)
    {
        call.AllowOnBucket("s3:PutBucketObjectLockConfiguration");
        var document = await S3Xml.ReadRequiredAsync(call, "ObjectLockConfiguration");
        if (document.Text("ObjectLockEnabled") != "Enabled") throw S3Errors.MalformedXml();
        if (call.Settings.Versioning != "Enabled")
            throw S3Errors.Of(409, "InvalidBucketState", "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration");
        var configured = document.Child("Rule") is { } rule
            ? Rule(rule.Child("DefaultRetention") ?? throw S3Errors.MalformedXml())
            : new LockConfiguration();
        call.Bucket.Change(s => s with { ObjectLock = configured });
        await call.EmptyAsync(200);
    }

    public static async Task GetRetentionAsync(S3Call call)
    {
        using var lease = ReadCalls.Open(call, "s3:GetObjectRetention", "s3:GetObjectRetention");
        RequireConfiguration(call);
        var retention = lease.Version.Retention ?? throw NotLocked();
        await S3Xml.AnswerAsync(call, "Retention", xml =>
        {
            xml.Element("Mode", retention.Mode);
            xml.Element("RetainUntilDate", ObjectLocks.Time(retention.Until));
        });
    }

    public static async Task PutRetentionAsync(S3Call call)
    {
        var document = await S3Xml.ReadRequiredAsync(call, "Retention");
        var (mode, until) = (document.Text("Mode"), document.Text("RetainUntilDate"));
        call.Locking = (mode, until, null);
        using var lease = ReadCalls.Open(call, "s3:PutObjectRetention", "s3:PutObjectRetention");
        RequireConfiguration(call);
        if (mode is null != until is null || (mode is not null and not (ObjectLocks.Governance or ObjectLocks.Compliance)))
            throw S3Errors.MalformedXml();
        var wanted = mode is null ? null : ObjectLocks.Checked(call, mode, until!);
        RequireChangeable(call, lease.Version, wanted);
        call.Bucket.ChangeVersion(call.Key, lease.Version.VersionId, v => v with { Retention = wanted });
        call.TellVersion(lease.Version);
        await call.EmptyAsync(200);
    }

    public static async Task GetLegalHoldAsync(S3Call call)
    {
        using var lease = ReadCalls.Open(call, "s3:GetObjectLegalHold", "s3:GetObjectLegalHold");
        RequireConfiguration(call);
        await S3Xml.AnswerAsync(call, "LegalHold", xml => xml.Element("Status", lease.Version.LegalHold ? "ON" : "OFF"));
    }

    public static async Task PutLegalHoldAsync(S3Call call)
    {
        var document = await S3Xml.ReadRequiredAsync(call, "LegalHold");
        var status = document.Text("Status");
        call.Locking = (null, null, status);
        using var lease = ReadCalls.Open(call, "s3:PutObjectLegalHold", "s3:PutObjectLegalHold");
        RequireConfiguration(call);
        if (status is not ("ON" or "OFF")) throw S3Errors.MalformedXml();
        call.Bucket.ChangeVersion(call.Key, lease.Version.VersionId, v => v with { LegalHold = status == "ON" });
        call.TellVersion(lease.Version);
        await call.EmptyAsync(200);
    }

    /// <summary>Retention can always be made longer; to make it shorter or another takes the bypass, and compliance has none.</summary>
    private static void RequireChangeable(S3Call call, ObjectVersion version, Retention? wanted)
    {
        if (!ObjectLocks.IsRetained(call, version)) return;
        var present = version.Retention!;
        var extends = wanted is not null && wanted.Mode == present.Mode && wanted.Until >= present.Until;
        if (!extends && !(present.Mode == ObjectLocks.Governance && ObjectLocks.Bypasses(call, call.Key))) throw ObjectLocks.Protected();
    }

    private static void RequireConfiguration(S3Call call)
    {
        if (call.Settings.ObjectLock is null) throw ObjectLocks.NoConfiguration();
    }

    private static LockConfiguration Rule(XElement retention)
    {
        var (mode, days, years) = (retention.Text("Mode"), Number(retention, "Days"), Number(retention, "Years"));
        if (mode is not (ObjectLocks.Governance or ObjectLocks.Compliance) || days is null == years is null)
            throw S3Errors.MalformedXml();
        if (days is <= 0 || years is <= 0)
            throw S3Errors.Of(400, "InvalidRetentionPeriod", "Default retention period must be a positive integer value.");
        if (days > MostYears * 365 || years > MostYears)
            throw S3Errors.Of(400, "InvalidRetentionPeriod", "Default retention period too large");
        return new LockConfiguration(mode, days, years);
    }

    private static int? Number(XElement element, string name) => element.Text(name) is not { } text ? null
        : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : throw S3Errors.MalformedXml();

    private static Wire.AwsError NotLocked() =>
        S3Errors.Of(404, "NoSuchObjectLockConfiguration", "The specified object does not have a ObjectLock configuration");
}

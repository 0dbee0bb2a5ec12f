using System.Globalization;
using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Storage;
using ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3.Locks;

/// <summary>Retention and legal hold of versions. Source: "Locking objects with Object Lock" in the S3 user guide.</summary>
internal static class ObjectLocks
{
    public const string ModeHeader = "x-amz-object-lock-mode";
    public const string UntilHeader = "x-amz-object-lock-retain-until-date";
    public const string HoldHeader = "x-amz-object-lock-legal-hold";
    public const string BypassHeader = "x-amz-bypass-governance-retention";
    public const string Governance = "GOVERNANCE";
    public const string Compliance = "COMPLIANCE";

    /// <summary>How a new object is locked: as its request says, or as its bucket does by default.</summary>
    public static (Retention? Retention, bool LegalHold) ForWrite(S3Call call)
    {
        var (mode, until, hold) = (call.Header(ModeHeader), call.Header(UntilHeader), call.Header(HoldHeader));
        var asks = mode is not null || until is not null || hold is not null;
        if (call.Settings.ObjectLock is not { } configured) return asks ? throw NoConfiguration() : (null, false);
        if (mode is null != until is null)
            throw S3Errors.InvalidArgument(
                "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied",
                ModeHeader,
                mode ?? "");
        if (mode is not null)
            call.AllowOnObject("s3:PutObjectRetention");
        if (hold is not null)
            call.AllowOnObject("s3:PutObjectLegalHold");
        var held = hold switch
        {
            null or "OFF" => false,
            "ON" => true,
            _ => throw S3Errors.InvalidArgument("Legal Hold must be either of 'ON' or 'OFF'", HoldHeader, hold),
        };
        return (mode is null ? Default(configured, call.World.Now) : Checked(call, mode, until!), held);
    }

    /// <summary>S3 takes no content that will be locked without a digest of it.</summary>
    public static void RequireDigest(S3Call call, bool declared)
    {
        var locks =
            call.Settings.ObjectLock is { Mode: not null } || call.Header(ModeHeader) is not null || call.Header(HoldHeader) is not null;
        if (locks && !declared && call.Header("Content-MD5") is null)
            throw S3Errors.InvalidRequest(
                "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters");
    }

    /// <summary>Throws where the version is locked.</summary>
    /// <param name="bypasses">Whether the caller asks to bypass governance retention, and may.</param>
    public static void RequireDeletable(S3Call call, ObjectVersion? version, bool bypasses)
    {
        if (version is null || version.IsDeleteMarker) return;
        if (version.LegalHold || (IsRetained(call, version) && !(bypasses && version.Retention!.Mode == Governance))) throw Protected();
    }

    /// <exception cref="Wire.AwsError">The bucket has no lock that there could be a way around.</exception>
    public static void RequireLockToBypass(S3Call call)
    {
        if (call.Header(BypassHeader) is { } value && call.Settings.ObjectLock is null)
            throw S3Errors.InvalidArgument($"{BypassHeader} is only applicable to Object Lock enabled buckets.", BypassHeader, value);
    }

    /// <summary>Whether the request asks to bypass governance retention, and its caller may.</summary>
    public static bool Bypasses(S3Call call, string key) => call.Header(BypassHeader)?.ToUpperInvariant() switch
    {
        null or "FALSE" => false,
        "TRUE" => call.MayOnObject("s3:BypassGovernanceRetention", key, null, out _),
        var other => throw S3Errors.InvalidArgument("The header value must be true or false", BypassHeader, other),
    };

    public static bool IsRetained(S3Call call, ObjectVersion version) =>
        version.Retention is { } retention && retention.Until > call.World.Clock.GetUtcNow();

    /// <summary>Shows how a version is locked, to those who may know.</summary>
    public static void Tell(S3Call call, ObjectVersion version)
    {
        if (version.Retention is { } retention && call.MayOnObject("s3:GetObjectRetention", version.Key, version, out _))
        {
            call.Response.Headers[ModeHeader] = retention.Mode;
            call.Response.Headers[UntilHeader] = Time(retention.Until);
        }

        if (
            call.Settings.ObjectLock is not null
            && version.LegalHold
            && call.MayOnObject("s3:GetObjectLegalHold", version.Key, version, out _))
            call.Response.Headers[HoldHeader] = "ON";
    }

    /// <summary>What conditions may look at, from what the request says.</summary>
    public static void AddKeys(
        Dictionary<string, IReadOnlyList<string>> keys,
        string? mode,
        string? until,
        string? hold,
        DateTimeOffset now)
    {
        if (mode is not null) keys["s3:object-lock-mode"] = [mode];
        if (hold is not null) keys["s3:object-lock-legal-hold"] = [hold];
        if (until is null || !TryTime(until, out var date)) return;
        keys["s3:object-lock-retain-until-date"] = [Time(date)];
        keys["s3:object-lock-remaining-retention-days"] =
        [
            ((int)Math.Ceiling((date - now).TotalDays)).ToString(CultureInfo.InvariantCulture),
        ];
    }

    public static Retention Checked(S3Call call, string mode, string until)
    {
        if (mode is not (Governance or Compliance))
            throw S3Errors.InvalidArgument("Unknown wormMode directive.", ModeHeader, mode);
        if (!TryTime(until, out var date))
            throw S3Errors.InvalidArgument("The retain until date must be provided in ISO 8601 format", UntilHeader, until);
        if (date <= call.World.Clock.GetUtcNow())
            throw S3Errors.InvalidArgument("The retain until date must be in the future!", UntilHeader, until);
        return new Retention(mode, date);
    }

    public static bool TryTime(string text, out DateTimeOffset time) =>
        DateTimeOffset.TryParse(
            text,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out time);

    public static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public static AwsError NoConfiguration() => S3Errors.InvalidRequest("Bucket is missing Object Lock Configuration");

    public static AwsError Protected() => S3Errors.AccessDenied("Access Denied because object protected by object lock.");

    private static Retention? Default(LockConfiguration configured, DateTimeOffset now) => configured.Mode is { } mode
        ? new Retention(mode, configured.Days is { } days ? now.AddDays(days) : now.AddYears(configured.Years ?? 0))
        : null;
}

using ServerlessDrives.Drives;
using ServerlessDrives.Verification;

namespace ServerlessDrives.Adapters.Aws;

/// <summary>What S3 refuses, as the people of a drive should hear it.</summary>
internal static class S3Refusals
{
    /// <param name="tried">What was tried, for the explanation.</param>
    public static Refusal Of(Drive drive, KnownCheck tried, Fault fault) => fault switch
    {
        Fault.Refused { Status: 404, Code: not "NoSuchBucket" and not "NoSuchUpload" } => new(RefusalKind.NotFound, "not-found", "There is no such file on the drive."),
        Fault.Refused { Code: "NoSuchUpload" } => new(RefusalKind.NotFound, "not-found", "There is no such upload; it was completed, aborted or given up."),
        Fault.Refused { Status: 412 } or Fault.Refused { Code: "ConditionalRequestConflict" } =>
            new(RefusalKind.Changed, "changed", "The file is not what the condition says: it is there already, or it has changed. Nothing was written."),
        Fault.Refused { Status: 416 } => new(RefusalKind.Malformed, "range-not-satisfiable", "The file has no such range of bytes."),
        Fault.Refused { Code: "InvalidObjectState" } => new(RefusalKind.Conflict, "archived", "The file is archived (S3 Glacier) and can't be read as it is. Restore it in the S3 console or with aws s3api restore-object, wait until that is done, and read it again."),
        Fault.Refused { Code: "BadDigest" or "InvalidDigest" or "XAmzContentChecksumMismatch" } =>
            new(RefusalKind.Malformed, "digest-mismatch", "The content that arrived at S3 is not what was sent. Nothing was written; send it again."),
        Fault.Refused { Code: "EntityTooSmall" or "InvalidPart" or "InvalidPartOrder" } wrong => Refusal.Invalid("parts", $"S3 doesn't take these parts ({wrong.Code}): {wrong.Message}"),
        _ when fault.IsPassing => new(RefusalKind.Unavailable, "unavailable", Explain(drive, tried, fault)) { RetryAfter = TimeSpan.FromSeconds(5) },
        Fault.Refused refused => new(RefusalKind.RefusedByAws, $"aws-{Kebab(refused.Code)}", Explain(drive, tried, fault))
        {
            Extensions = new Dictionary<string, object> { ["awsErrorCode"] = refused.Code, ["awsRequestId"] = refused.RequestId ?? "" },
        },
        _ => new(RefusalKind.Unavailable, "unavailable", Explain(drive, tried, fault)) { RetryAfter = TimeSpan.FromSeconds(5) },
    };

    /// <summary>What it means and what to change, in sentences.</summary>
    public static string Explain(Drive drive, KnownCheck tried, Fault fault)
    {
        var (explanation, fix) = new Explanations(new Scene(drive.Credentials, Principal: null, drive.Region, drive.Access)).Of(tried, fault);
        return $"{explanation} {fix}";
    }

    private static string Kebab(string code) =>
        string.Concat(code.Select((c, i) => char.IsAsciiLetterUpper(c) ? (i > 0 && char.IsAsciiLetterLower(code[i - 1]) ? "-" : "") + char.ToLowerInvariant(c) : char.IsAsciiLetterOrDigit(c) ? c.ToString() : "-"));
}

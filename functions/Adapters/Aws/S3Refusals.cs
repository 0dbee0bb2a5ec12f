using ServerlessDrives.Access;
using ServerlessDrives.Access.Policies;
using ServerlessDrives.Drives;
using ServerlessDrives.Files;
using ServerlessDrives.Verification.Explaining;
using ServerlessDrives.Verification.Reports;

namespace ServerlessDrives.Adapters.Aws;

/// <summary>What S3 refuses, as the people of a drive should hear it.</summary>
internal static class S3Refusals
{
    public static readonly Refusal Changed = new(
        RefusalKind.Changed,
        "changed",
        "The file is not what the condition says: it is there already, or it has changed. Nothing was written.");

    public static readonly Refusal DriveRemoved = new(
        RefusalKind.Gone,
        "drive-removed",
        "The drive was removed while the file came in. Nothing was written.");

    public static readonly Refusal EncryptionDiffers = new(
        RefusalKind.RefusedByAws,
        "aws-encryption-differs",
        "The bucket does not encrypt the file as the drive says, so it was not kept. Verify the drive to see what has changed.");

    public static readonly Refusal OutcomeUnknown = new(
        RefusalKind.Conflict,
        "outcome-unknown",
        "The connection to S3 broke while it answered. A file with just this content is there now; whether this request or another one " +
        "put it there can't be told."
    );

    /// <summary>A write that S3 refused.</summary>
    public static Refusal Write(Drive drive, FileToWrite file, Fault fault) =>
        fault switch
        {
            // With If-Match, S3 says that there is nothing to match.
            Fault.Refused { Status: 404, Code: not "NoSuchBucket" and not "NoSuchUpload" } when file.IfMatch is not null => Changed,
            Fault.Refused { Code: "NoSuchUpload" } => Refusal.Conflict(
                "upload-aborted",
                "Somebody aborted the upload at S3 while the file came in. Nothing was written; send it again."),
            _ => Of(drive, KnownCheck.ObjectWritable, fault),
        };

    /// <summary>What S3 refuses of one version of a file.</summary>
    public static Refusal OfVersion(Drive drive, KnownCheck tried, Fault fault) =>
        fault switch
        {
            // Of an id that was never one of its own, S3 says InvalidArgument.
            Fault.Refused { Principal: null } refused
                when refused is { Status: 404, Code: not "NoSuchBucket" } or { Status: 400, Code: "InvalidArgument" or "BadRequest" } =>
                new(RefusalKind.NotFound, "not-found", "There is no such version of the file; it may have been deleted for good."),
            Fault.Refused { Principal: null, Status: 405 } => Refusal.Conflict(
                "delete-marker",
                "This version only says that the file was deleted then, and has no content. Take the one before it, or bring the file back."
            ),
            _ => Of(drive, tried, fault),
        };

    /// <param name="tried">What was tried, for the explanation.</param>
    public static Refusal Of(Drive drive, KnownCheck tried, Fault fault) =>
        fault switch
        {
            // Not of the file: there is no session to ask for it with.
            Fault.Refused { Principal: not null, IsPassing: false } refused => OfAws(drive, tried, refused),
            Fault.Refused { Status: 404, Code: not "NoSuchBucket" and not "NoSuchUpload" } => new(
                RefusalKind.NotFound,
                "not-found",
                "There is no such file on the drive."),
            Fault.Refused { Code: "NoSuchUpload" } => new(
                RefusalKind.NotFound,
                "not-found",
                "There is no such upload; it was completed, aborted or given up."),
            Fault.Refused { Status: 412 } => Changed,
            Fault.Refused { Code: "ConditionalRequestConflict" } => Refusal.Conflict(
                "write-raced",
                "Another write or deletion of this file came between. Nothing was written; look at the file and try again."),
            Fault.Refused { Status: 416 } => new(RefusalKind.Malformed, "range-not-satisfiable", "The file has no such range of bytes."),
            Fault.Refused { Code: "InvalidObjectState" } => new(
                RefusalKind.Conflict,
                "archived",
                "The file is archived (S3 Glacier) and can't be read as it is. Restore it in the S3 console or with aws s3api " +
                "restore-object, wait until that is done, and read it again."
            ),
            Fault.Refused { Code: "BadDigest" or "InvalidDigest" or "XAmzContentChecksumMismatch" } => new(
                RefusalKind.Malformed,
                "digest-mismatch",
                "The content that arrived at S3 is not what was sent. Nothing was written; send it again."),
            Fault.Refused { Code: "EntityTooSmall" or "InvalidPart" or "InvalidPartOrder" } wrong => Refusal.Invalid(
                "parts",
                $"S3 doesn't take these parts ({wrong.Code}): {wrong.Message}"),
            _ when fault.IsPassing => new(RefusalKind.Unavailable, "unavailable", Explain(drive, tried, fault))
            {
                RetryAfter = TimeSpan.FromSeconds(5),
            },
            Fault.Refused refused => OfAws(drive, tried, refused),
            _ => new(RefusalKind.Unavailable, "unavailable", Explain(drive, tried, fault)) { RetryAfter = TimeSpan.FromSeconds(5) },
        };

    private static Refusal OfAws(Drive drive, KnownCheck tried, Fault.Refused refused) =>
        new(RefusalKind.RefusedByAws, $"aws-{Kebab(refused.Code)}", Explain(drive, tried, refused))
        {
            Extensions = new Dictionary<string, object> { ["awsErrorCode"] = refused.Code, ["awsRequestId"] = refused.RequestId ?? "" },
        };

    /// <summary>What it means and what to change, in sentences.</summary>
    public static string Explain(Drive drive, KnownCheck tried, Fault fault) => Explain(drive.Credentials, drive.Access, tried, fault);

    /// <inheritdoc cref="Explain(Drive, KnownCheck, Fault)"/>
    public static string Explain(DriveCredentials credentials, BucketAccess access, KnownCheck tried, Fault fault)
    {
        var (explanation, fix) = ExplanationOf(credentials, access, tried, fault);
        return $"{explanation} {fix}";
    }

    public static Explanation ExplanationOf(DriveCredentials credentials, BucketAccess access, KnownCheck tried, Fault fault) =>
        new Explanations(new Scene(credentials, Principal: null, access.Region, access)).Of(tried, fault);

    private static string Kebab(string code) =>
        string.Concat(
            code.Select(
                (c, i) =>
                    char.IsAsciiLetterUpper(c) ? (i > 0 && char.IsAsciiLetterLower(code[i - 1]) ? "-" : "") + char.ToLowerInvariant(c)
                    : char.IsAsciiLetterOrDigit(c) ? c.ToString()
                    : "-"));
}

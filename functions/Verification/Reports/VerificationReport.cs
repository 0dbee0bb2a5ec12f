using ServerlessDrives.Access;

namespace ServerlessDrives.Verification.Reports;

/// <summary>What was proven about a bucket, check by check.</summary>
public sealed record VerificationReport
{
    public required VerificationId Id { get; init; }
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Null while checks are still being made.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>What is asked again just now, while it runs; null when nothing is.</summary>
    public Retrying? Retrying { get; init; }

    /// <summary>Whether every check that could be made held; false while it runs, and when nothing could be checked.</summary>
    public bool Passed { get; init; }

    /// <summary>In the order in which a person would read them.</summary>
    public required IReadOnlyList<Check> Checks { get; init; }

    /// <summary>The account that owns the bucket, as proven; null where the server doesn't say.</summary>
    public AccountId? BucketOwner { get; init; }

    /// <summary>
    /// The account that owns the bucket, where it isn't the one that was expected: to be confirmed as <c>bucketOwner</c>. Null where that
    /// can't be told.
    /// </summary>
    public AccountId? FoundOwner { get; init; }

    /// <summary>
    /// The region that the bucket is in, where it isn't the one that was given. Null where it is, or where that can't be told.
    /// </summary>
    public Region? FoundRegion { get; init; }

    /// <summary>
    /// The KMS key that the bucket encrypts with and that the credentials may not use, where the drive names no key. Null where AWS names
    /// none.
    /// </summary>
    public KmsKeyArn? FoundKmsKey { get; init; }

    /// <summary>
    /// The encryption with which AWS accepts a file that it refuses without one, where the drive asks for none. Null where no file was
    /// refused, or where encryption doesn't help.
    /// </summary>
    public Encryption? FoundEncryption { get; init; }

    /// <summary>A report that has not seen anything yet.</summary>
    public static VerificationReport Begin(VerificationId id, DateTimeOffset now) => new() { Id = id, StartedAt = now, Checks = [] };

    /// <summary>The report with this check's latest state.</summary>
    public VerificationReport With(Check check) => this with
    {
        Checks = Checks.Any(known => known.Name == check.Name && known.Permission == check.Permission)
            ? [.. Checks.Select(known => known.Name == check.Name && known.Permission == check.Permission ? check : known)]
            : [.. Checks, check],
    };
}

/// <summary>One claim and what came of it.</summary>
/// <param name="Name">Kebab-case, named for the truth that it proves: <c>object-writable</c>.</param>
/// <param name="Permission">The AWS permission that it proves, such as <c>s3:PutObject</c>, or null.</param>
/// <param name="Claim">The sentence that is true if it passes.</param>
/// <param name="DurationMs">Milliseconds from the first try to the verdict.</param>
/// <param name="AwsErrorCode">AWS's own code, where AWS refused.</param>
/// <param name="AwsRequestId">For a ticket to AWS.</param>
/// <param name="Explanation">What happened and why, in a sentence; null when there is nothing to say.</param>
/// <param name="Fix">What to change, and where; null when nothing need be.</param>
public sealed record Check(
    string Name,
    string? Permission,
    string Claim,
    CheckStatus Status,
    long DurationMs,
    string? AwsErrorCode,
    string? AwsRequestId,
    string? Explanation,
    string? Fix);

public enum CheckStatus
{
    Passed,
    Failed,

    /// <summary>Could not be made because another check failed, which the explanation names.</summary>
    Skipped,

    /// <summary>Makes no sense for this bucket or server; the explanation says why.</summary>
    NotApplicable,
}

using ServerlessDrives.Verification.Reports;

namespace ServerlessDrives.Verification;

/// <summary>Who watches a verification while it runs.</summary>
/// <param name="Checks">Told of each check as it comes to its verdict.</param>
/// <param name="Waiting">Told what is asked again, and null when nothing is any more.</param>
/// <param name="Stopped">Ends the waiting for propagation, and not the verification: what AWS answered by then counts.</param>
public sealed record VerificationWatch(IProgress<Check> Checks, IProgress<Retrying?> Waiting, CancellationToken Stopped)
{
    /// <summary>Of a verification whose answers count as they come.</summary>
    public VerificationWatch WithoutWaiting() => this with { Stopped = new CancellationToken(canceled: true) };
}

/// <summary>
/// A question that AWS refused and that is asked again, since a change that hasn't reached all of AWS yet would look the same.
/// </summary>
/// <param name="Check">The check's name.</param>
/// <param name="Tries">How often it was asked so far.</param>
/// <param name="Until">When it isn't asked any more, and the refusal counts.</param>
/// <param name="AwsErrorCode">AWS's own code.</param>
/// <param name="Explanation">What the refusal means if it stays.</param>
/// <param name="Fix">What to change then.</param>
public sealed record Retrying(
    string Check,
    string? Permission,
    int Tries,
    DateTimeOffset Until,
    string? AwsErrorCode,
    string? Explanation,
    string? Fix);

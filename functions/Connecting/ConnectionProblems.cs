using ServerlessDrives.Verification;
using ServerlessDrives.Verification.Reports;

namespace ServerlessDrives.Connecting;

/// <summary>What a connection says of why it went back a step, or ended.</summary>
internal static class ConnectionProblems
{
    public static readonly ConnectionProblem Overlapping = new(
        "overlap",
        "The drive overlaps another one",
        "Another drive of your organization was connected meanwhile whose bucket and path overlap with this one's. Choose another " +
        "path, or say in the configuration that it is meant to be so (allowOverlap)."
    );

    public static ConnectionProblem Of(TrustVerdict verdict)
    {
        var trustsAnyone = verdict.ExternalIdRequired.Status is CheckStatus.Failed;
        var check = trustsAnyone ? verdict.ExternalIdRequired : verdict.Accepted;
        return verdict.IsOurs
            ? new ConnectionProblem("our-side", "AWS refused us, and it is for us to mend", Sentence(check))
            : new ConnectionProblem(
            trustsAnyone ? "external-id-not-required" : "role-not-trusted",
            trustsAnyone ? "The role can be assumed without our external ID" : "The role does not trust us yet",
            Sentence(check));
    }

    public static ConnectionProblem Of(VerificationReport report)
    {
        var failed = report.Checks.Where(check => check.Status is CheckStatus.Failed).ToList();
        return new("verification-failed",
            failed.Count == 1 ? "One check failed" : $"{failed.Count} checks failed",
            failed.Count == 0 ? "No check could be run, so nothing is proven." : Sentence(failed[0]));
    }

    public static ConnectionProblem? Of(ConnectionStatus ended) =>
        ended switch
        {
            ConnectionStatus.Expired => new(
                "expired",
                "The connection expired",
                "Nobody finished it in time. Start a new one; the name is free again."),
            ConnectionStatus.Failed => new(
                "failed",
                "Something went wrong on our side",
                "It was not your fault, and nothing is left behind. Start again."),
            _ => null,
        };

    private static string Sentence(Check check) =>
        string.Join(' ', new[] { check.Explanation, check.Fix }.Where(text => !string.IsNullOrEmpty(text)));
}

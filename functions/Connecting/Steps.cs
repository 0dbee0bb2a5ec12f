using ServerlessDrives.Connecting.Callbacks;

namespace ServerlessDrives.Connecting;

/// <summary>Which step a connection is at, in words and in refusals.</summary>
internal static class Steps
{
    /// <summary>The step's name in the API.</summary>
    public static string Name(ConfirmationStep step) => step is ConfirmationStep.TrustPolicy ? "trust-policy" : "bucket-policy";

    /// <summary>The name in the API of what a callback link confirms.</summary>
    public static string Name(CallbackStep step) => step switch
    {
        CallbackStep.TrustPolicy => "trust-policy",
        CallbackStep.BucketPolicy => "bucket-policy",
        _ => "all",
    };

    /// <summary>What a callback link with this name in the API confirms; null for any other text.</summary>
    public static CallbackStep? Parse(string? name) => name switch
    {
        "trust-policy" => CallbackStep.TrustPolicy,
        "bucket-policy" => CallbackStep.BucketPolicy,
        "all" => CallbackStep.All,
        _ => null,
    };

    /// <summary>The step's name within a sentence.</summary>
    public static string Words(ConfirmationStep step) => step is ConfirmationStep.TrustPolicy ? "trust policy" : "bucket policy";

    /// <summary>What a callback link confirms, within a sentence.</summary>
    public static string Words(CallbackStep step) => step switch
    {
        CallbackStep.TrustPolicy => "trust policy",
        CallbackStep.BucketPolicy => "bucket policy",
        _ => "policies",
    };

    /// <summary>
    /// Says where the connection stands and, of a confirmation, whether it came too early (<c>not-yet</c>), too late (<c>over</c>) or after
    /// the connection's end (<c>ended</c>).
    /// </summary>
    public static Refusal NotOpen(DriveConnection connection, string what, ConfirmationStep? step = null)
    {
        var refusal = Refusal.Conflict("step-not-open", $"The connection is {Words(connection)} and {what}. Nothing was changed.");
        return step is null
            ? refusal
            : refusal with
            {
                Extensions = new Dictionary<string, object>
                {
                    ["reason"] =
                        connection.IsStillToCome(step.Value) ? "not-yet"
                        : connection.Status is ConnectionStatus.Cancelled or ConnectionStatus.Expired or ConnectionStatus.Failed ? "ended"
                        : "over",
                },
            };
    }

    private static string Words(DriveConnection connection) => connection switch
    {
        { CancelRequested: true, IsOpen: true } => "being cancelled",
        { Status: ConnectionStatus.AwaitingTrustPolicy } => "waiting for the trust policy",
        { Status: ConnectionStatus.AwaitingConfiguration } => "waiting for its configuration",
        { Status: ConnectionStatus.AwaitingBucketPolicy } => "waiting for the bucket policy",
        { Status: ConnectionStatus.Verifying } => "being verified",
        _ => connection.Status.ToString().ToLowerInvariant(),
    };
}

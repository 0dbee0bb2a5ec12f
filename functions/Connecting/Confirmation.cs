using ServerlessDrives.Access;

namespace ServerlessDrives.Connecting;

/// <summary>A step that a person confirms with "applied".</summary>
public enum ConfirmationStep
{
    TrustPolicy,
    BucketPolicy,
}

/// <summary>"Applied", said once for a step and attempt.</summary>
/// <param name="Step">Which policy was applied.</param>
/// <param name="Attempt">The attempt that it counts for.</param>
/// <param name="By">The user's id, or what the AWS admin behind a callback link called themselves.</param>
/// <param name="Through">Where it came from: <c>api</c> or <c>callback</c>.</param>
public sealed record Confirmation(ConfirmationStep Step, int Attempt, string By, string Through, DateTimeOffset At);

/// <summary>What somebody says with "applied".</summary>
/// <param name="Step">The step that is meant; null for whichever the connection waits for.</param>
/// <param name="Attempt">The attempt that is meant; null for whichever is open.</param>
/// <param name="By">The user's id, or what the AWS admin behind a callback link called themselves.</param>
/// <param name="Through">Where it comes from: <c>api</c> or <c>callback</c>.</param>
public sealed record Applied(ConfirmationStep? Step, int? Attempt, string By, string Through)
{
    /// <summary>The state that is meant: a connection that has changed since is refused; null for whichever it is in.</summary>
    public string? ETag { get; init; }

    /// <summary>The new role that trusts us; null where its ARN is known or is given with the configuration.</summary>
    public RoleArn? RoleArn { get; init; }

    /// <summary>Whether the role policy and the bucket policy are applied as well, ahead of their step.</summary>
    public bool BucketPolicyApplied { get; init; }

    /// <summary>Why it may not be said in the state that the connection is in; null where nothing but its step decides.</summary>
    public Func<DriveConnection, Refusal?>? Refuse { get; init; }
}

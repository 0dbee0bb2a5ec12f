using Microsoft.DurableTask;
using ServerlessDrives.Verification;

namespace ServerlessDrives.Connecting;

/// <summary>The flow's activities under the names that the flow speaks of them.</summary>
internal sealed class ConnectDriveSteps(TaskOrchestrationContext context, ConnectionAttempt attempt)
{
    /// <summary>For our own stores and vault: a minute of trouble passes, a day of it is a failure.</summary>
    private static readonly TaskOptions Patiently = TaskOptions.FromRetryPolicy(
        new RetryPolicy(
            maxNumberOfAttempts: 12,
            firstRetryInterval: TimeSpan.FromSeconds(1),
            backoffCoefficient: 2,
            maxRetryInterval: TimeSpan.FromMinutes(5)));

    /// <summary>For giving back what the connection holds: a day, since nothing else would ever do it.</summary>
    private static readonly TaskOptions Stubbornly = TaskOptions.FromRetryPolicy(
        new RetryPolicy(
            maxNumberOfAttempts: 300,
            firstRetryInterval: TimeSpan.FromSeconds(1),
            backoffCoefficient: 2,
            maxRetryInterval: TimeSpan.FromMinutes(5)));

    public Task OfferTrustPolicy() => context.CallActivityAsync("OfferTrustPolicy", attempt, Patiently);

    /// <returns>Whether there already is a configuration to go on with.</returns>
    public Task<bool> AskForConfiguration() =>
        context.CallActivityAsync<bool>("AskForConfiguration", attempt, Patiently);

    /// <returns>Whether the role trusts us, and only us.</returns>
    public Task<bool> ProveTrust() => context.CallActivityAsync<bool>("ProveTrust", attempt, Patiently);

    /// <returns>Whether everything could be proven without anybody being asked to apply anything.</returns>
    public Task<bool> TryPolicies() =>
        context.CallActivityAsync<bool>(
            "TryPolicies",
            new VerifyConnectionInput(attempt, Identifier.From<VerificationId>(context.NewGuid())),
            Patiently);

    public Task OfferBucketPolicy() => context.CallActivityAsync("OfferBucketPolicy", attempt, Patiently);

    /// <returns>Whether the configuration has changed since the policies were offered; its event may be late, and of what they were made
    /// from.</returns>
    public Task<bool> IsReconfigured() =>
        context.CallActivityAsync<bool>("IsReconfigured", attempt, Patiently);

    /// <returns>Whether everything that could be proven was.</returns>
    public Task<bool> Verify() =>
        context.CallActivityAsync<bool>(
            "VerifyConnection",
            new VerifyConnectionInput(attempt, Identifier.From<VerificationId>(context.NewGuid())),
            Patiently);

    public Task<ConnectionStatus> Connect() =>
        context.CallActivityAsync<ConnectionStatus>(
            "FinishConnection",
            new FinishConnectionInput(attempt, Identifier.From<DriveId>(context.NewGuid())),
            Patiently);

    public Task<ConnectionStatus> Close(ConnectionStatus status) => context.CallActivityAsync<ConnectionStatus>(
        "CloseConnection", new CloseConnectionInput(attempt, status), Stubbornly);
}

public sealed record VerifyConnectionInput(ConnectionAttempt Attempt, VerificationId Verification);

public sealed record FinishConnectionInput(ConnectionAttempt Attempt, DriveId Drive);

public sealed record CloseConnectionInput(ConnectionAttempt Attempt, ConnectionStatus Status);

using Microsoft.DurableTask;

namespace ServerlessDrives.Connecting;

/// <summary>The flow's activities under the names that the flow speaks of them.</summary>
internal sealed class ConnectDriveSteps(TaskOrchestrationContext context, ConnectionAttempt attempt)
{
    public Task OfferTrustPolicy() => context.CallActivityAsync("OfferTrustPolicy", attempt, DurableRetryPolicies.OwnStores);

    /// <returns>Whether there already is a configuration to go on with.</returns>
    public Task<bool> AskForConfiguration() =>
        context.CallActivityAsync<bool>("AskForConfiguration", attempt, DurableRetryPolicies.OwnStores);

    /// <returns>Whether the role trusts us, and only us.</returns>
    public Task<bool> ProveTrust() => context.CallActivityAsync<bool>("ProveTrust", attempt, DurableRetryPolicies.OwnStores);

    /// <returns>Whether everything could be proven without anybody being asked to apply anything.</returns>
    public Task<bool> TryPolicies() =>
        context.CallActivityAsync<bool>(
            "TryPolicies",
            new VerifyConnectionInput(attempt, VerificationId.From(context.NewGuid())),
            DurableRetryPolicies.OwnStores);

    /// <returns>Whether somebody has said already that the policies are applied. Older histories have null.</returns>
    public async Task<bool> OfferBucketPolicy() =>
        await context.CallActivityAsync<bool?>("OfferBucketPolicy", attempt, DurableRetryPolicies.OwnStores) ?? false;

    /// <returns>Whether the configuration has changed since the policies were offered. An event alone doesn't show that: a late event may
    /// announce the configuration that these policies were made from.</returns>
    public Task<bool> IsReconfigured() =>
        context.CallActivityAsync<bool>("IsReconfigured", attempt, DurableRetryPolicies.OwnStores);

    /// <returns>Whether everything that could be proven was.</returns>
    public Task<bool> Verify() =>
        context.CallActivityAsync<bool>(
            "VerifyConnection",
            new VerifyConnectionInput(attempt, VerificationId.From(context.NewGuid())),
            DurableRetryPolicies.OwnStores);

    public Task<ConnectionStatus> Connect() =>
        context.CallActivityAsync<ConnectionStatus>(
            "FinishConnection",
            new FinishConnectionInput(attempt, DriveId.From(context.NewGuid())),
            DurableRetryPolicies.OwnStores);

    public Task<ConnectionStatus> Close(ConnectionStatus status) => context.CallActivityAsync<ConnectionStatus>(
        "CloseConnection", new CloseConnectionInput(attempt, status), DurableRetryPolicies.Cleanup);
}

public sealed record VerifyConnectionInput(ConnectionAttempt Attempt, VerificationId Verification) : ITraced
{
    string? ITraced.Trace => Attempt.Trace;
}

public sealed record FinishConnectionInput(ConnectionAttempt Attempt, DriveId Drive) : ITraced
{
    string? ITraced.Trace => Attempt.Trace;
}

public sealed record CloseConnectionInput(ConnectionAttempt Attempt, ConnectionStatus Status) : ITraced
{
    string? ITraced.Trace => Attempt.Trace;
}

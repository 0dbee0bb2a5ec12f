using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace ServerlessDrives.Connecting;

/// <summary>
/// THE FLOW: from "I want to connect a bucket" to a drive that is proven to work.
/// One run is one attempt; whatever sends the person back begins a new run, so that no history grows without bound.
/// </summary>
public static class ConnectDrive
{
    [Function("ConnectDrive")]
    public static async Task<ConnectionStatus> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var attempt = context.GetInput<ConnectionAttempt>()!;
        using var person = new HumanInteraction(context, attempt);
        var steps = new ConnectDriveSteps(context, attempt);
        try
        {
            if (attempt.From is ConnectionStep.TrustPolicy)
            {
                await steps.OfferTrustPolicy();
                await person.WaitForAsync(ConnectionEvent.TrustPolicyConfirmed);
            }

            if (attempt.From is ConnectionStep.TrustPolicy or ConnectionStep.Configuration)
            {
                if (!await steps.AskForConfiguration())
                    await person.WaitForAsync(ConnectionEvent.Configured);

                if (attempt.UsesRole && !await steps.ProveTrust())
                    return GoBack(context, attempt.Next(ConnectionStep.TrustPolicy));
                if (attempt is { UsesRole: true, TriesFirst: true } && await steps.TryPolicies())
                    return await Connect(context, attempt, steps);
            }

            if (attempt.UsesRole && attempt.From is not ConnectionStep.Verification)
            {
                var applied = await steps.OfferBucketPolicy();
                while (!applied && await person.WaitForAsync(ConnectionEvent.BucketPolicyConfirmed, ConnectionEvent.Configured)
                    is ConnectionEvent.Configured)
                {
                    if (await steps.IsReconfigured())
                        return GoBack(context, attempt with { From = ConnectionStep.Configuration });
                }
            }

            if (!await steps.Verify())
                return GoBack(context, attempt.Next(attempt.UsesRole ? ConnectionStep.BucketPolicy : ConnectionStep.Configuration));

            return await Connect(context, attempt, steps);
        }
        catch (InteractionEndedException left)
        {
            return await steps.Close(left.Status);
        }
        catch (TaskFailedException)
        {
            return await steps.Close(ConnectionStatus.Failed);
        }
    }

    /// <summary>Makes the drive, or goes back where another drive came in its way.</summary>
    private static async Task<ConnectionStatus> Connect(
        TaskOrchestrationContext context,
        ConnectionAttempt attempt,
        ConnectDriveSteps steps)
    {
        var end = await steps.Connect();
        return end is ConnectionStatus.AwaitingBucketPolicy or ConnectionStatus.AwaitingConfiguration
            ? GoBack(context, attempt.Next(attempt.UsesRole ? ConnectionStep.BucketPolicy : ConnectionStep.Configuration))
            : end;
    }

    private static ConnectionStatus GoBack(TaskOrchestrationContext context, ConnectionAttempt next)
    {
        context.ContinueAsNew(next, preserveUnprocessedEvents: true);
        return ConnectionStatus.Verifying;
    }
}

using Microsoft.Azure.Functions.Worker;

namespace ServerlessDrives.Secrets;

/// <summary>Looks every minute for secrets that a crash left in the vault without an owner.</summary>
public sealed class DeleteUnownedSecrets(OwnedSecrets secrets)
{
    [Function("DeleteUnownedSecrets")]
    public Task RunAsync([TimerTrigger("45 * * * * *", RunOnStartup = true)] TimerInfo timer, CancellationToken cancellation) =>
        secrets.DeleteUnownedAsync(cancellation);
}

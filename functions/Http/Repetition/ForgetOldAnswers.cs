using Microsoft.Azure.Functions.Worker;

namespace ServerlessDrives.Http.Repetition;

/// <summary>Forgets answers to keyed requests once nobody may ask for them any more.</summary>
public sealed class ForgetOldAnswers(IIdempotencyRecords records)
{
    private const int AtATime = 500;

    /// <summary>What is left then is for the next time.</summary>
    private const int MostTimes = 100;

    [Function("ForgetOldAnswers")]
    public async Task RunAsync([TimerTrigger("0 */10 * * * *")] TimerInfo timer, CancellationToken cancellation)
    {
        for (var times = 0; times < MostTimes && await records.PurgeAsync(AtATime, cancellation) == AtATime; times++)
            cancellation.ThrowIfCancellationRequested();
    }
}

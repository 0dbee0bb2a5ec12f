using ServerlessDrives.Verification.Reports;

namespace ServerlessDrives.Verification.Proofs;

/// <summary>Is everything gone that the verification wrote?</summary>
internal sealed class NothingLeftProof(
    ProbeTraces traces,
    VerificationReportBuilder builder,
    VerificationOptions options,
    TimeProvider clock)
{
    public async Task ProveAsync(CancellationToken cancellation)
    {
        builder.Begin(KnownCheck.NothingLeftBehind);
        // A second look settles what a fault of the first one left open.
        var left = await traces.SweepAsync(cancellation);
        if (left.Count > 0)
            left = await traces.SweepAsync(cancellation);
        if (left.Count == 0)
        {
            builder.Pass(
                KnownCheck.NothingLeftBehind,
                traces.WereAllRefused ? "AWS refused every write, so there was nothing to remove." : null);
        }
        else if (left.All(leftover => leftover.IsMarkerAtMost))
        {
            // One lost answer doesn't fail a drive.
            builder.Pass(
                KnownCheck.NothingLeftBehind,
                $"Warning: AWS's answer to a delete was lost on the way; left: {Names(left)}. It holds no data.",
                $"If you want to be sure: {Commands(left)}");
        }
        else
        {
            FailForWhatIsLeft(left);
        }
    }

    /// <summary>Cleans up after the checks' time is up; where AWS doesn't answer even then, what may be left is named unseen.</summary>
    public async Task ProveInTimeAsync(CancellationToken cancellation)
    {
        // Calls that were given up may have had their effect.
        traces.DoubtAll();
        using var enough = new CancellationTokenSource(options.SweepTimeout, clock);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation, enough.Token);
        try
        {
            await ProveAsync(limited.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            var left = traces.Suspected();
            if (left.Count == 0)
                builder.Pass(KnownCheck.NothingLeftBehind, "Nothing had been written when the verification's time was up.");
            else
                FailForWhatIsLeft(left);
        }
    }

    /// <summary>Cleans up after a verification that was cancelled, in time of its own.</summary>
    public async Task SweepAsync()
    {
        using var enough = new CancellationTokenSource(options.SweepTimeout, clock);
        try
        {
            await traces.SweepAsync(enough.Token);
        }
        catch (OperationCanceledException)
        {
            // What is left has the verification's id in its key; the next run of the same verification removes it.
        }
    }

    private void FailForWhatIsLeft(IReadOnlyList<Leftover> left) => builder.Fail(
        KnownCheck.NothingLeftBehind,
        $"What the verification wrote could not all be removed, or not be looked for; left: {Names(left)}.",
        $"Remove it yourself: {Commands(left)}");

    private static string Names(IEnumerable<Leftover> left) => string.Join("; ", left.Select(leftover => leftover.Name));

    private static string Commands(IEnumerable<Leftover> left) => string.Join(" && ", left.Select(leftover => leftover.Command));
}

namespace ServerlessDrives.Drives;

/// <summary>
/// Orchestrations that were asked for on a drive and have not ended: noted before they start, and as their last step no longer.
/// One that is noted and that the task hub doesn't know is started again.
/// </summary>
public interface IPendingDriveWork
{
    /// <summary>Notes it, or replaces what was noted of it.</summary>
    Task NoteAsync<TInput>(string orchestration, string instance, TInput input, CancellationToken cancellation);

    /// <summary>It has ended; twice is fine.</summary>
    Task DoneAsync(string orchestration, string instance, CancellationToken cancellation);

    /// <summary>What was noted before this moment, by instance.</summary>
    IAsyncEnumerable<(string Instance, TInput Input)> NotedAsync<TInput>(
        string orchestration, DateTimeOffset before, CancellationToken cancellation);

    Task<bool> IsNotedAsync(string orchestration, string instance, CancellationToken cancellation);
}

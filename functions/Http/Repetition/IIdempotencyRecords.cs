namespace ServerlessDrives.Http.Repetition;

/// <summary>Where keyed requests and their answers are kept for a day.</summary>
public interface IIdempotencyRecords
{
    /// <summary>Begins the request, or takes it over from whoever began it and has died, unless it is being answered or was.</summary>
    /// <param name="fingerprint">What the request says, as a hash, or the beginning of that; a request that says something else is not
    /// taken over.</param>
    Task<IdempotencyRecord> BeginAsync(string partition, string key, string fingerprint, CancellationToken cancellation);

    /// <summary>Notes that the request is still being answered, so that nobody takes it over.</summary>
    Task StillAtItAsync(string partition, string key, CancellationToken cancellation);

    /// <summary>Keeps the answer, encrypted by the caller, unless there is one already.</summary>
    /// <param name="fingerprint">What the request turned out to say, where that wasn't known when it began; null for what was said
    /// then.</param>
    /// <returns>The answer that was there already, for there is one only; null where this one was kept.</returns>
    Task<byte[]?> EndAsync(string partition, string key, byte[] answer, string? fingerprint, CancellationToken cancellation);

    /// <summary>The request failed: whoever repeats it may take it over at once.</summary>
    /// <param name="owner">By whom it was being answered; nothing happens when that is somebody else by now.</param>
    Task AbandonAsync(string partition, string key, Guid owner, CancellationToken cancellation);

    /// <summary>Forgets a request that did nothing, so that its key may be used for another.</summary>
    Task ForgetAsync(string partition, string key, CancellationToken cancellation);

    /// <summary>Forgets requests that are older than answers are kept.</summary>
    /// <param name="most">How many at most.</param>
    /// <returns>How many there were.</returns>
    Task<int> PurgeAsync(int most, CancellationToken cancellation);
}

/// <param name="Owner">By whom it is being answered.</param>
/// <param name="IsOurs">Whether that is whoever has just asked.</param>
/// <param name="Ended">False while the request is still being answered.</param>
/// <param name="Answer">Null until then, and when the answer was too large to be kept.</param>
public sealed record IdempotencyRecord(string Fingerprint, Operation Operation, Guid Owner, bool IsOurs, bool Ended, byte[]? Answer);

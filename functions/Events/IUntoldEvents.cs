namespace ServerlessDrives.Events;

/// <summary>
/// Events that are written in the transaction of what they tell of, until they have been told. A promise comes before: a short-lived row in
/// one small partition, by which those are found that a crash left untold.
/// </summary>
public interface IUntoldEvents
{
    /// <summary>Promises made before this moment that weren't settled.</summary>
    Task<IReadOnlyList<EventPromise>> BrokenAsync(DateTimeOffset before, CancellationToken cancellation);

    /// <summary>What was written down; null when it was not, or not yet.</summary>
    Task<ProductEvent?> FindAsync(EventPromise promise, CancellationToken cancellation);

    /// <summary>The event has been told, or there is none.</summary>
    Task SettleAsync(EventPromise promise, CancellationToken cancellation);
}

/// <param name="Event">The event's id.</param>
public sealed record EventPromise(OrganizationId Organization, string Event, DateTimeOffset MadeAt);

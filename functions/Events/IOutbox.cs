namespace ServerlessDrives.Events;

/// <summary>
/// Events that are written in the transaction of what they tell of, until they have been told. First a short-lived entry
/// goes into one small partition; by it, events that a crash left unsent are found.
/// </summary>
public interface IOutbox
{
    /// <summary>Entries made before this moment whose events weren't told.</summary>
    Task<IReadOnlyList<OutboxEntry>> AbandonedAsync(DateTimeOffset before, CancellationToken cancellation);

    /// <summary>What was written down; null when it was not, or not yet.</summary>
    Task<ProductEvent?> FindAsync(OutboxEntry entry, CancellationToken cancellation);

    /// <summary>The event has been told, or there is none.</summary>
    Task CompleteAsync(OutboxEntry entry, CancellationToken cancellation);
}

/// <param name="Event">The event's id.</param>
public sealed record OutboxEntry(OrganizationId Organization, string Event, DateTimeOffset MadeAt);

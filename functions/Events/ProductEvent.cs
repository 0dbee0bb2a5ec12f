using System.Text.Json.Nodes;
using ServerlessDrives.Events.Audit;

namespace ServerlessDrives.Events;

/// <summary>Something that happened and that receivers outside may want to know.</summary>
/// <param name="Id">Unique; the same event told again keeps it, so that receivers can tell.</param>
/// <param name="Type">One of <see cref="EventTypes"/>.</param>
/// <param name="Subject">The id of what it happened to.</param>
/// <param name="Data">Small, without secrets.</param>
public sealed record ProductEvent(string Id, OrganizationId Organization, string Type, string Subject, DateTimeOffset At, JsonObject Data);

/// <summary>All event types; names are part of the contract.</summary>
public static class EventTypes
{
    public const string StepOpened = "connection.step-opened";
    public const string Connected = "connection.connected";
    public const string Expired = "connection.expired";
    public const string HealthChanged = "drive.health-changed";
    public const string DriveRemoved = "drive.removed";
    public const string DefaultDriveChanged = "default-drive.changed";
    public const string FileArrived = "file.arrived";
    public const string OutputStored = "output.stored";
    public const string WebhookDisabled = "webhook.disabled";
    public const string Test = "webhook.test";

    public static readonly IReadOnlyList<string> Subscribable =
        [StepOpened, Connected, Expired, HealthChanged, DriveRemoved, DefaultDriveChanged, FileArrived, OutputStored, WebhookDisabled];
}

/// <summary>Tells the world.</summary>
public interface IEvents
{
    /// <summary>
    /// Notes the event for every webhook that wants it, durably; sending follows. Telling the same event twice sends it once.
    /// </summary>
    Task TellAsync(ProductEvent happened, CancellationToken cancellation);

    /// <summary>The same, to one webhook only.</summary>
    /// <param name="asked">The act of having it told, for the audit trail: both or neither; null when nobody asked for it.</param>
    Task TellAsync(ProductEvent happened, WebhookId webhook, AuditRecord? asked, CancellationToken cancellation);
}

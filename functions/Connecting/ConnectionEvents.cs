using System.Text.Json;
using System.Text.Json.Nodes;
using ServerlessDrives.Connecting.Callbacks;
using ServerlessDrives.Events;
using ServerlessDrives.Events.Audit;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Connecting;

/// <summary>
/// Writes down what happens to connections, and tells the world of what it may want to know. What is told again after a crash is told once.
/// </summary>
public sealed class ConnectionEvents(IAuditTrail audit, IEvents events)
{
    public Task StartedAsync(DriveConnection connection, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return RecordAsync(
            ActOf(
                connection,
                Actor.User(connection.CreatedBy),
                "started",
                null,
                new() { ["displayName"] = connection.DisplayName.Value, ["method"] = Word(connection.Method) }),
            "started",
            cancellation);
    }

    public static AuditRecord Configured(UserId by, DriveConnection before, DriveConnection after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        return ActOf(after, Actor.User(by), "configured", Describe(before.Configuration), Describe(after.Configuration));
    }

    /// <param name="step">Null where no step was open, and only the role was named.</param>
    public static AuditRecord Confirmed(DriveConnection connection, ConfirmationStep? step, Applied said)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(said);
        var actor = said.Through == "callback" ? Actor.Callback(said.By) : new Actor("user", said.By);
        var details = new JsonObject
        {
            ["step"] = Steps.Name(step ?? ConfirmationStep.TrustPolicy),
            ["attempt"] = connection.Attempt,
            ["through"] = said.Through,
        };
        if (said.RoleArn is { } arn)
            details["roleArn"] = arn.ToString();
        if (said.BucketPolicyApplied)
            details["bucketPolicyApplied"] = true;
        return ActOf(connection, actor, "confirmed", null, details);
    }

    public static AuditRecord CancelRequested(UserId by, DriveConnection connection) =>
        ActOf(connection, Actor.User(by), "cancel-requested");

    public static AuditRecord CallbackLinkMade(UserId by, DriveConnection connection, CallbackLink link)
    {
        ArgumentNullException.ThrowIfNull(link);
        return ActOf(
            connection,
            Actor.User(by),
            "callback-link-made",
            null,
            new() { ["step"] = Steps.Name(link.Step), ["expiresAt"] = link.ExpiresAt });
    }

    public static AuditRecord CallbackLinksRevoked(UserId by, DriveConnection connection) =>
        ActOf(connection, Actor.User(by), "callback-links-revoked");

    /// <summary>People are waited for at a step.</summary>
    public Task StepOpenedAsync(DriveConnection connection, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return TellAsync(connection, EventTypes.StepOpened, $"{connection.Id}-{connection.Status}-{connection.Attempt}", cancellation);
    }

    /// <summary>The connection has come to an end, whichever.</summary>
    public async Task EndedAsync(DriveConnection connection, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(connection);
        var word = Word(connection.Status);
        await RecordAsync(
            ActOf(
                connection,
                Actor.System("connecting"),
                word,
                null,
                connection.DriveId is { } drive ? new() { ["driveId"] = drive.Value } : null),
            "ended",
            cancellation);
        if (connection is { Status: ConnectionStatus.Connected, MakeDefault: true })
            await DefaultChangedAsync(connection, cancellation);
        if (connection.Status is ConnectionStatus.Connected or ConnectionStatus.Expired)
            await TellAsync(
                connection,
                connection.Status is ConnectionStatus.Connected ? EventTypes.Connected : EventTypes.Expired,
                $"{connection.Id}-ended",
                cancellation);
    }

    /// <summary>The drive became a default in the same moment as it came to be.</summary>
    private async Task DefaultChangedAsync(DriveConnection connection, CancellationToken cancellation)
    {
        var scope = connection.Audience is Audience.Workspace workspace ? workspace.Id.Value : connection.Organization.Value;
        var key = $"{connection.Id}-default";
        await audit.RecordAsync(
            new(
                connection.Organization,
                Actor.User(connection.CreatedBy),
                "default-drive.changed",
                scope,
                null,
                new() { ["driveId"] = connection.DriveId!.Value.Value }),
            key,
            cancellation);
        await events.TellAsync(
            new(key, connection.Organization, EventTypes.DefaultDriveChanged, scope, connection.UpdatedAt, new JsonObject
            {
                ["audience"] = JsonSerializer.SerializeToNode(connection.Audience),
                ["after"] = connection.DriveId!.Value.Value,
            }),
            cancellation);
    }

    private Task TellAsync(DriveConnection connection, string type, string id, CancellationToken cancellation) => events.TellAsync(
        new(id, connection.Organization, type, connection.Id.Value, connection.UpdatedAt, new JsonObject
        {
            ["connectionId"] = connection.Id.Value,
            ["displayName"] = connection.DisplayName.Value,
            ["status"] = Word(connection.Status),
            ["attempt"] = connection.Attempt,
            ["driveId"] = connection.DriveId?.Value,
        }),
        cancellation);

    private static AuditRecord ActOf(
        DriveConnection connection,
        Actor actor,
        string verb,
        JsonObject? before = null,
        JsonObject? after = null)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return new(connection.Organization, actor, $"connection.{verb}", connection.Id.Value, before, after);
    }

    private Task RecordAsync(AuditRecord act, string key, CancellationToken cancellation) =>
        audit.RecordAsync(act, $"{act.Resource}-{key}", cancellation);

    private static JsonObject? Describe(DriveConfiguration? configuration) => configuration is null ? null : new()
    {
        ["bucket"] = configuration.Bucket.ToString(),
        ["region"] = configuration.Region.ToString(),
        ["path"] = configuration.Path.ToString(),
        ["roleArn"] = configuration.RoleArn?.ToString(),
        ["accessKeyId"] = configuration.AccessKeyId?.ToString(),
    };

    private static string Word(Enum value) => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}

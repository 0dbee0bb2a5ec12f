using ServerlessDrives.Access;
using ServerlessDrives.Drives;
using ServerlessDrives.Secrets;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Connecting;

/// <summary>
/// Where people's wishes about connections are taken: checked against the rules, written to the row, told to the flow, in this order.
/// A signal is noted before and kept after, so that a crash in between is made good by <see cref="RecoverConnection"/>.
/// </summary>
public sealed class ConnectionDesk(
    IConnections connections,
    IDrives drives,
    IRoles roles,
    ISecrets secrets,
    OwnedSecrets owned,
    IPrincipals principals,
    ConnectionEvents published,
    ConnectionOptions options,
    TimeProvider clock)
{
    /// <summary>
    /// Starts a connection, or goes on with one that was started under this id before; it is there whole, with what was configured, or not
    /// at all.
    /// </summary>
    public async Task<Result<Versioned<DriveConnection>>> StartAsync(
        Person person,
        ConnectionStart start,
        ConnectionId id,
        RoleId newRoleId,
        IConnectionFlow flow,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(person);
        ArgumentNullException.ThrowIfNull(start);
        var key = new ConnectionKey(person.Organization, id);
        if (!person.MaySee(start.Audience))
            return Refusal.NotFound("workspace");
        if (await connections.FindAsync(key, cancellation) is { } begun)
            return await BeginAsync(begun, await connections.BeginSignalAsync(key, cancellation), flow, cancellation);
        if (!person.MayConnect(start.Audience))
            return Refusal.Forbidden(
                "Only admins connect drives for the whole organization. Connect it to one of your workspaces, or ask an admin.");
        if (start.MakeDefault && !person.MaySetDefault(start.Audience))
            return Refusal.Forbidden(
                "Only managers and admins choose a default drive. Connect the drive without making it the default, and ask one of them.");

        var now = clock.GetUtcNow();
        var connection = new DriveConnection
        {
            Id = id,
            Organization = person.Organization,
            DisplayName = start.DisplayName,
            Audience = start.Audience,
            Method = start.Method,
            MakeDefault = start.MakeDefault,
            Mode = start.Mode,
            Status = ConnectionStatus.AwaitingConfiguration,
            Trace = Telemetry.TraceParent,
            CreatedBy = person.Id,
            CreatedAt = now,
            UpdatedAt = now,
            ExpiresAt = now + options.ExpiresAfter,
        };

        IamRole? newRole = null;
        if (start.Method is ConnectionMethod.IamRole)
        {
            var role = await FindOrDraftRoleAsync(person, start, newRoleId, now, cancellation);
            if (!role.TryGet(out var found, out var refusal))
                return refusal;
            newRole = start.RoleId is null ? found : null;
            connection = connection with
            {
                RoleId = found.Id,
                RoleIsNew = newRole is not null,
                ExternalId = found.ExternalId,
                ChosenRoleArn = found.Arn,
                ChosenPartition = found.Partition,
                SessionTags = found.SessionTags,
                Status = found.Arn is null ? ConnectionStatus.AwaitingTrustPolicy : ConnectionStatus.AwaitingConfiguration,
            };
        }

        ConnectionForm? form = null;
        if (start.Configuration is { } body)
        {
            if (!ConnectionForm.Parse(body, connection, principals, "configuration.").TryGet(out form, out var invalid))
                return invalid;
            if (await ConflictOfAsync(person, connection, form.Configuration, "configuration.", cancellation) is { } conflict)
                return conflict;
        }

        var signal = await connections.BeginSignalAsync(key, cancellation);
        if (!(await OpenAsync(connection, newRole, form, cancellation)).TryGet(out var open, out var taken))
        {
            await connections.CompleteSignalAsync(signal, cancellation);
            return taken;
        }

        ConnectionMeasures.Started(open.Value);
        return await BeginAsync(open, signal, flow, cancellation);
    }

    /// <summary>Writes the connection with what was configured; the secret half of an access key goes to the vault first.</summary>
    private Task<Result<Versioned<DriveConnection>>> OpenAsync(
        DriveConnection connection,
        IamRole? newRole,
        ConnectionForm? form,
        CancellationToken cancellation)
    {
        var configured = form is null ? connection : connection.Configure(form.Configuration, clock.GetUtcNow());
        return form?.SecretAccessKey is { } secret
            ? owned.StoreAsync(
                connection.Organization,
                connection.Id.Value,
                secret,
                (name, version, time) =>
                    connections.OpenAsync(
                        configured with
                        {
                            Secret = name,
                            Configuration = configured.Configuration! with { SecretVersion = version },
                        },
                        newRole,
                        time),
                cancellation)
            : connections.OpenAsync(
                configured with
                {
                    Secret = connection.Method is ConnectionMethod.AccessKey ? SecretName.New() : null,
                },
                newRole,
                cancellation);
    }

    /// <summary>Begins the flow of a connection whose row is there; begun twice, it runs once.</summary>
    private async Task<Result<Versioned<DriveConnection>>> BeginAsync(
        Versioned<DriveConnection> open,
        PendingSignal signal,
        IConnectionFlow flow,
        CancellationToken cancellation)
    {
        Telemetry.Continue(open.Value.Trace, "serverlessdrives.connection.id", open.Value.Id.Value);
        await published.StartedAsync(open.Value, cancellation);
        if (!open.Value.IsOpen || await flow.BeginAsync(open.Value.PresentAttempt(), cancellation) || open.Value.Configuration is null
            || await flow.TellAsync(open.Value.Id, ConnectionEventName.For(ConnectionEvent.Configured, open.Value.Attempt), cancellation))
            await connections.CompleteSignalAsync(signal, cancellation);
        return open;
    }

    /// <summary>Step 3, and any time later while a policy is being applied: what is typed replaces what was typed before.</summary>
    /// <param name="asRead">Whether a connection that has changed since <paramref name="read"/> is refused instead of read again.</param>
    public async Task<Result<Versioned<DriveConnection>>> ConfigureAsync(
        Person person,
        Versioned<DriveConnection> read,
        ConfigurationBody body,
        bool asRead,
        IConnectionFlow flow,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(person);
        ArgumentNullException.ThrowIfNull(read);
        Telemetry.Continue(read.Value.Trace, "serverlessdrives.connection.id", read.Value.Id.Value);
        if (!ParseConfiguration(read.Value, body).TryGet(out var form, out var refusal))
            return refusal;
        if (await ConflictOfAsync(person, read.Value, form.Configuration, fieldPrefix: "", cancellation) is { } conflict)
            return conflict;

        var key = KeyOf(read.Value);
        var signal = await connections.BeginSignalAsync(key, cancellation);
        var stored = await StoreConfigurationAsync(read, body, person.Id, asRead, cancellation);
        if (
            !stored.TryGet(out var after, out _)
            || await flow.TellAsync(key.Connection, ConnectionEventName.For(ConnectionEvent.Configured, after.Value.Attempt), cancellation))
            await connections.CompleteSignalAsync(signal, cancellation);

        return stored;
    }

    /// <summary>"Applied". Saying it again while the step is still open is fine and changes nothing; of many at once, one counts.</summary>
    /// <param name="attempt">The attempt that is meant; null for whichever is open.</param>
    /// <param name="etag">The state that is meant: a connection that has changed since is refused; null for whichever it is in.</param>
    public async Task<Result<Versioned<DriveConnection>>> ConfirmAsync(
        ConnectionKey key,
        ConfirmationStep step,
        int? attempt,
        string? etag,
        string by,
        string through,
        IConnectionFlow flow,
        CancellationToken cancellation)
    {
        while (true)
        {
            if (await connections.FindAsync(key, cancellation) is not { } read)
                return Refusal.NotFound("connection");
            var connection = read.Value;
            Telemetry.Continue(connection.Trace, "serverlessdrives.connection.id", connection.Id.Value);
            if (etag is not null && read.ETag != etag)
                return Refusal.Changed("connection");
            if (connection.OpenStep != step || connection.CancelRequested || (attempt ?? connection.Attempt) != connection.Attempt)
                return StepNotOpen(
                    connection,
                    $"does not wait for the {(step is ConfirmationStep.TrustPolicy ? "trust policy" : "bucket policy")}",
                    step);

            var signal = await connections.BeginSignalAsync(key, cancellation);
            if (connection.ConfirmationOf(step) is null)
            {
                var confirmation = new Confirmation(step, connection.Attempt, by, through, clock.GetUtcNow());
                if (
                    await connections.SaveAsync(
                        read.With(connection.Confirm(confirmation, clock.GetUtcNow())),
                        ConnectionEvents.Confirmed(connection, confirmation),
                        cancellation)
                    is not { } saved)
                {
                    await connections.CompleteSignalAsync(signal, cancellation);
                    continue;
                }

                read = saved;
                if (!await flow.TellAsync(key.Connection, ConnectionEventName.For(step, connection.Attempt), cancellation))
                    return read;
            }

            await connections.CompleteSignalAsync(signal, cancellation);
            return read;
        }
    }

    /// <param name="asRead">Whether a connection that has changed since <paramref name="read"/> is refused instead of read again.</param>
    public async Task<Result<Versioned<DriveConnection>>> CancelAsync(
        Person person, Versioned<DriveConnection> read, bool asRead, IConnectionFlow flow, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(person);
        ArgumentNullException.ThrowIfNull(read);
        var key = KeyOf(read.Value);
        for (var now = read; ;)
        {
            if (!now.Value.IsOpen)
                return StepNotOpen(now.Value, "can't be cancelled any more");
            var signal = await connections.BeginSignalAsync(key, cancellation);
            var saved = now.Value.CancelRequested
                ? now
                : await connections.SaveAsync(
                    now.With(now.Value.RequestCancel(clock.GetUtcNow())),
                    ConnectionEvents.CancelRequested(person.Id, now.Value),
                    cancellation);
            if (saved is null || await flow.TellAsync(key.Connection, ConnectionEventName.Cancelled, cancellation))
                await connections.CompleteSignalAsync(signal, cancellation);
            if (saved is not null)
                return saved;
            if (asRead || await connections.FindAsync(key, cancellation) is not { } again)
                return Refusal.Changed("connection");
            now = again;
        }
    }

    private async Task<Result<IamRole>> FindOrDraftRoleAsync(
        Person person,
        ConnectionStart start,
        RoleId newRoleId,
        DateTimeOffset now,
        CancellationToken cancellation)
    {
        if (start.RoleId is { } chosen)
        {
            return
                await roles.FindAsync(person.Organization, chosen, cancellation) is { } found
                && person.MaySee(found.Value.Audience)
                && found.Value.IsSelectableFor(start.Audience)
                ? found.Value
                : Refusal.Invalid("authentication.roleId", "There is no such role for this audience.");
        }

        return new IamRole
        {
            Id = newRoleId,
            Organization = person.Organization,
            Audience = start.Audience,
            DisplayName = start.DisplayName.Value,
            ExternalId = ExternalId.New(),
            Partition = start.Partition,
            SessionTags = start.SessionTags,
            CreatedBy = person.Id,
            CreatedAt = now,
        };
    }

    /// <summary>
    /// What else of the organization stands in the way: a drive that shares files, or a record of the very role. Null when nothing does.
    /// </summary>
    private async Task<Refusal?> ConflictOfAsync(
        Person person,
        DriveConnection connection,
        DriveConfiguration configuration,
        string fieldPrefix,
        CancellationToken cancellation)
    {
        if (
            connection.RoleIsNew
            && configuration.RoleArn is { } arn
            && await roles.FindByArnAsync(person.Organization, arn, cancellation) is { } known
            && known.Id != connection.RoleId
            && known.ExternalId != connection.ExternalId)
            return RoleKnown(person, connection, known, fieldPrefix);
        return configuration.AllowOverlap
            ? null
            : Overlaps.Refuse(
                (connection with { Configuration = configuration }).Access!,
                await drives.OnBucketAsync(person.Organization, configuration.Bucket, cancellation),
                person,
                fieldPrefix);
    }

    private static Refusal RoleKnown(Person person, DriveConnection connection, IamRole known, string fieldPrefix)
    {
        var usable = person.MaySee(known.Audience) && known.IsSelectableFor(connection.Audience);
        var refusal = Refusal.Conflict(
            "role-known",
            usable
                ? $"Your organization uses the role {known.Arn} already, under an external ID of its own. Start with that role " +
                    $"(authentication.roleId {known.Id}): its trust policy stays as it is, and nothing that uses it breaks."
                : $"Your organization uses the role {known.Arn} already, under an external ID of its own, for people whose drives you " +
                    "may not use. Its trust policy must keep that external ID. Make another role, or ask an admin to connect the " +
                "drive for the whole organization."
        ) with
        {
            Errors = new Dictionary<string, IReadOnlyList<string>>
            {
                [$"{fieldPrefix}roleArn"] = ["This role is in use under another external ID."],
            },
        };
        return usable ? refusal with { Extensions = new Dictionary<string, object> { ["roleId"] = known.Id.Value } } : refusal;
    }

    private Result<ConnectionForm> ParseConfiguration(DriveConnection connection, ConfigurationBody body) =>
        connection.TakesConfiguration && !connection.CancelRequested
            ? ConnectionForm.Parse(body, connection, principals)
            : StepNotOpen(connection, "takes no configuration");

    /// <summary>Puts the secret into the vault, once, and the rest into the row as it stands.</summary>
    /// <param name="by">Who typed it.</param>
    private async Task<Result<Versioned<DriveConnection>>> StoreConfigurationAsync(
        Versioned<DriveConnection> read, ConfigurationBody body, UserId by, bool asRead, CancellationToken cancellation)
    {
        string? version = null;
        while (true)
        {
            if (!ParseConfiguration(read.Value, body).TryGet(out var form, out var refusal))
            {
                await DropUnusedVersionAsync(read.Value, after: null, version, cancellation);
                return refusal;
            }

            if (form.SecretAccessKey is { } secret && version is null)
            {
                version = await secrets.StoreAsync(read.Value.Secret!, secret, cancellation);
                // The connection was closed meanwhile, and its secret's name with it.
                if (version is null)
                    return Refusal.Changed("connection");
            }

            var configuration = version is null ? form.Configuration : form.Configuration with { SecretVersion = version };
            var configured = read.Value.Configure(configuration, clock.GetUtcNow());
            if (
                await connections.SaveAsync(
                    read.With(configured),
                    ConnectionEvents.Configured(by, read.Value, configured),
                    cancellation
                ) is
                { } saved)
            {
                await DropUnusedVersionAsync(read.Value, saved.Value, version, cancellation);
                return saved;
            }

            if (asRead || await connections.FindAsync(KeyOf(read.Value), cancellation) is not { } again)
            {
                await DropUnusedVersionAsync(read.Value, after: null, version, cancellation);
                return Refusal.Changed("connection");
            }

            read = again;
        }
    }

    /// <summary>Of the version that was there and the one that was just stored, disables the one that the row doesn't name.</summary>
    /// <param name="stored">Null when no secret was given; then there is nothing to drop.</param>
    private async Task DropUnusedVersionAsync(
        DriveConnection before,
        DriveConnection? after,
        string? stored,
        CancellationToken cancellation)
    {
        if (stored is null)
            return;
        var unused = after is null ? stored : before.Configuration?.SecretVersion;
        if (unused is not null)
            await secrets.DisableAsync(before.Secret!, unused, cancellation);
        if (after is null && await connections.FindAsync(KeyOf(before), cancellation) is { Value: { IsOpen: false, DriveId: null } })
            await secrets.DeleteAsync(before.Secret!, cancellation);
    }

    private static ConnectionKey KeyOf(DriveConnection connection) => new(connection.Organization, connection.Id);

    /// <summary>
    /// Says where the connection stands and, of a confirmation, whether it came too early (<c>not-yet</c>) or too late (<c>over</c>).
    /// </summary>
    private static Refusal StepNotOpen(DriveConnection connection, string what, ConfirmationStep? step = null)
    {
        var refusal = Refusal.Conflict("step-not-open", $"The connection is {Words(connection)} and {what}. Nothing was changed.");
        return step is null
            ? refusal
            : refusal with
            {
                Extensions = new Dictionary<string, object>
                {
                    ["reason"] =
                        IsStillToCome(step.Value, connection) ? "not-yet"
                        : connection.Status is ConnectionStatus.Cancelled or ConnectionStatus.Expired or ConnectionStatus.Failed ? "ended"
                        : "over",
                },
            };
    }

    private static bool IsStillToCome(ConfirmationStep step, DriveConnection connection) =>
        step is ConfirmationStep.BucketPolicy
        && connection.Status is ConnectionStatus.AwaitingTrustPolicy or ConnectionStatus.AwaitingConfiguration
        && connection.Method is ConnectionMethod.IamRole;

    private static string Words(DriveConnection connection) => connection switch
    {
        { CancelRequested: true, IsOpen: true } => "being cancelled",
        { Status: ConnectionStatus.AwaitingTrustPolicy } => "waiting for the trust policy",
        { Status: ConnectionStatus.AwaitingConfiguration } => "waiting for its configuration",
        { Status: ConnectionStatus.AwaitingBucketPolicy } => "waiting for the bucket policy",
        { Status: ConnectionStatus.Verifying } => "being verified",
        _ => connection.Status.ToString().ToLowerInvariant(),
    };
}

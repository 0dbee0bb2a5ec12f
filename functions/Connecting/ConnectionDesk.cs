using ServerlessDrives.Access;
using ServerlessDrives.Drives;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Connecting;

/// <summary>Tells a connection's orchestration that it begins, or what a person said.</summary>
public interface IConnectionFlow
{
    /// <summary>Starts the orchestration; one that is there already is fine.</summary>
    Task BeginAsync(ConnectionAttempt attempt, CancellationToken cancellation);

    /// <summary>Tells a waiting orchestration; one that has ended is fine.</summary>
    /// <returns>Whether it has certainly heard. One that hadn't begun may not have, and is to be told again.</returns>
    Task<bool> TellAsync(ConnectionId connection, string eventName, CancellationToken cancellation);
}

/// <summary>
/// Where people's wishes about connections are taken: checked against the rules, written to the row, told to the flow, in this order.
/// A promise is noted before and kept after, so that a crash in between is made good by <see cref="RecoverConnections"/>.
/// </summary>
public sealed class ConnectionDesk(IConnections connections, IDrives drives, IRoles roles, ISecrets secrets, IPrincipals principals, ConnectionWitness witness, ConnectionOptions options, TimeProvider clock)
{
    public async Task<Result<Versioned<DriveConnection>>> StartAsync(Person person, ConnectionStart start, IConnectionFlow flow, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(person);
        ArgumentNullException.ThrowIfNull(start);
        if (!person.MaySee(start.Audience))
            return Refusal.NotFound("workspace");
        if (!person.MayConnect(start.Audience))
            return Refusal.Forbidden("Only admins connect drives for the whole organization. Connect it to one of your workspaces, or ask an admin.");
        if (start.MakeDefault && !person.MaySetDefault(start.Audience))
            return Refusal.Forbidden("Only managers and admins choose a default drive. Connect the drive without making it the default, and ask one of them.");

        var now = clock.GetUtcNow();
        var connection = new DriveConnection
        {
            Id = ConnectionId.New(clock),
            Organization = person.Organization,
            DisplayName = start.DisplayName,
            Audience = start.Audience,
            Method = start.Method,
            MakeDefault = start.MakeDefault,
            Mode = start.Mode,
            Secret = start.Method is ConnectionMethod.AccessKey ? SecretName.New() : null,
            Status = ConnectionStatus.AwaitingConfiguration,
            Trace = Signals.Here,
            CreatedBy = person.Id,
            CreatedAt = now,
            UpdatedAt = now,
            ExpiresAt = now + options.ExpiresAfter,
        };

        IamRole? newRole = null;
        if (start.Method is ConnectionMethod.IamRole)
        {
            var role = await FindOrDraftRoleAsync(person, start, now, cancellation);
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

        if (start.Configuration is { } body)
        {
            if (!ConnectionForm.Parse(body, connection, principals, "configuration.").TryGet(out var form, out var invalid))
                return invalid;
            if (await ConflictOfAsync(person, connection, form.Configuration, "configuration.", cancellation) is { } conflict)
                return conflict;
        }

        var key = new ConnectionKey(connection.Organization, connection.Id);
        var promise = await connections.PromiseAsync(key, cancellation);
        var opened = await connections.OpenAsync(connection, newRole, cancellation);
        if (!opened.TryGet(out var open, out var taken))
        {
            await connections.KeepAsync(promise, cancellation);
            return taken;
        }

        ConnectionMeasures.Started(open.Value);
        Signals.Continue(open.Value.Trace, "serverlessdrives.connection.id", open.Value.Id.Value);
        await witness.StartedAsync(open.Value, cancellation);
        if (start.Configuration is not null && (await StoreConfigurationAsync(open, start.Configuration, by: null, asRead: false, cancellation)).TryGet(out var configured, out _))
            open = configured;
        await flow.BeginAsync(open.Value.FirstAttempt(), cancellation);
        await connections.KeepAsync(promise, cancellation);
        return open;
    }

    /// <summary>Step 3, and any time later while a policy is being applied: what is typed replaces what was typed before.</summary>
    /// <param name="asRead">Whether a connection that has changed since <paramref name="read"/> is refused instead of read again.</param>
    public async Task<Result<Versioned<DriveConnection>>> ConfigureAsync(
        Person person, Versioned<DriveConnection> read, ConfigurationBody body, bool asRead, IConnectionFlow flow, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(person);
        ArgumentNullException.ThrowIfNull(read);
        Signals.Continue(read.Value.Trace, "serverlessdrives.connection.id", read.Value.Id.Value);
        if (!ParseConfiguration(read.Value, body).TryGet(out var form, out var refusal))
            return refusal;
        if (await ConflictOfAsync(person, read.Value, form.Configuration, fieldPrefix: "", cancellation) is { } conflict)
            return conflict;

        var key = KeyOf(read.Value);
        var promise = await connections.PromiseAsync(key, cancellation);
        var stored = await StoreConfigurationAsync(read, body, person.Id, asRead, cancellation);
        if (!stored.TryGet(out var after, out _) || await flow.TellAsync(key.Connection, ConnectionEventName.For(ConnectionEvent.Configured, after.Value.Attempt), cancellation))
            await connections.KeepAsync(promise, cancellation);

        return stored;
    }

    /// <summary>"Applied". Saying it again while the step is still open is fine and changes nothing; of many at once, one counts.</summary>
    public async Task<Result<Versioned<DriveConnection>>> ConfirmAsync(
        ConnectionKey key, ConfirmationStep step, int? attempt, string by, string through, IConnectionFlow flow, CancellationToken cancellation)
    {
        while (true)
        {
            if (await connections.FindAsync(key, cancellation) is not { } read)
                return Refusal.NotFound("connection");
            var connection = read.Value;
            Signals.Continue(connection.Trace, "serverlessdrives.connection.id", connection.Id.Value);
            if (connection.OpenStep != step || connection.CancelRequested || (attempt ?? connection.Attempt) != connection.Attempt)
                return StepNotOpen(connection, $"does not wait for the {(step is ConfirmationStep.TrustPolicy ? "trust policy" : "bucket policy")}", step);

            var promise = await connections.PromiseAsync(key, cancellation);
            if (connection.ConfirmationOf(step) is null)
            {
                var confirmation = new Confirmation(step, connection.Attempt, by, through, clock.GetUtcNow());
                if (await connections.SaveAsync(read.With(connection.Confirm(confirmation, clock.GetUtcNow())), ConnectionWitness.Confirmed(connection, confirmation), cancellation) is not { } saved)
                {
                    await connections.KeepAsync(promise, cancellation);
                    continue;
                }

                read = saved;
                if (!await flow.TellAsync(key.Connection, ConfirmedEvent(step, connection.Attempt), cancellation))
                    return read;
            }

            await connections.KeepAsync(promise, cancellation);
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
            var promise = await connections.PromiseAsync(key, cancellation);
            var saved = now.Value.CancelRequested
                ? now
                : await connections.SaveAsync(now.With(now.Value.RequestCancel(clock.GetUtcNow())), ConnectionWitness.CancelRequested(person.Id, now.Value), cancellation);
            if (saved is null || await flow.TellAsync(key.Connection, ConnectionEventName.Cancelled, cancellation))
                await connections.KeepAsync(promise, cancellation);
            if (saved is not null)
                return saved;
            if (asRead || await connections.FindAsync(key, cancellation) is not { } again)
                return Refusal.Changed("connection");
            now = again;
        }
    }

    /// <summary>Does again what a crash may have cut off between a row and its orchestration. What the flow heard already, it doesn't hear twice: each event is awaited once.</summary>
    public async Task RecoverAsync(Promise promise, IConnectionFlow flow, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(promise);
        ArgumentNullException.ThrowIfNull(flow);
        if (await connections.FindAsync(promise.Key, cancellation) is { } read)
        {
            var connection = read.Value;
            await witness.StartedAsync(connection, cancellation);
            if (!connection.IsOpen)
            {
                if (connection is { Secret: { } secret, DriveId: null })
                    await secrets.DeleteAsync(secret, cancellation);
            }
            else
            {
                await flow.BeginAsync(connection.FirstAttempt(), cancellation);
                var heard = true;
                if (connection.CancelRequested)
                    heard &= await flow.TellAsync(connection.Id, ConnectionEventName.Cancelled, cancellation);
                if (connection.Status is ConnectionStatus.AwaitingConfiguration && connection.IsConfiguredFor(connection.Attempt))
                    heard &= await flow.TellAsync(connection.Id, ConnectionEventName.For(ConnectionEvent.Configured, connection.Attempt), cancellation);
                if (connection.OpenStep is { } step && connection.ConfirmationOf(step) is not null)
                    heard &= await flow.TellAsync(connection.Id, ConfirmedEvent(step, connection.Attempt), cancellation);
                if (!heard)
                    return;
            }
        }

        await connections.KeepAsync(promise, cancellation);
    }

    private async Task<Result<IamRole>> FindOrDraftRoleAsync(Person person, ConnectionStart start, DateTimeOffset now, CancellationToken cancellation)
    {
        if (start.RoleId is { } id)
        {
            return await roles.FindAsync(person.Organization, id, cancellation) is { } found && person.MaySee(found.Value.Audience) && found.Value.IsSelectableFor(start.Audience)
                ? found.Value
                : Refusal.Invalid("authentication.roleId", "There is no such role for this audience.");
        }

        return new IamRole
        {
            Id = RoleId.New(clock),
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

    /// <summary>What else of the organization stands in the way: a drive that shares files, or a record of the very role. Null when nothing does.</summary>
    private async Task<Refusal?> ConflictOfAsync(Person person, DriveConnection connection, DriveConfiguration configuration, string fieldPrefix, CancellationToken cancellation)
    {
        if (connection.RoleIsNew && configuration.RoleArn is { } arn
            && await roles.FindByArnAsync(person.Organization, arn, cancellation) is { } known && known.Id != connection.RoleId && known.ExternalId != connection.ExternalId)
            return RoleKnown(person, connection, known, fieldPrefix);
        return configuration.AllowOverlap
            ? null
            : Overlaps.Refuse(
                (connection with { Configuration = configuration }).Access!, await drives.OnBucketAsync(person.Organization, configuration.Bucket, cancellation), person, fieldPrefix);
    }

    private static Refusal RoleKnown(Person person, DriveConnection connection, IamRole known, string fieldPrefix)
    {
        var usable = person.MaySee(known.Audience) && known.IsSelectableFor(connection.Audience);
        var refusal = Refusal.Conflict(
            "role-known",
            usable
                ? $"Your organization uses the role {known.Arn} already, under an external ID of its own. Start with that role (authentication.roleId {known.Id}): its trust policy stays as it is, and nothing that uses it breaks."
                : $"Your organization uses the role {known.Arn} already, under an external ID of its own, for people whose drives you may not use. Its trust policy must keep that external ID. Make another role, or ask an admin to connect the drive for the whole organization.") with
        {
            Errors = new Dictionary<string, IReadOnlyList<string>> { [$"{fieldPrefix}roleArn"] = ["This role is in use under another external ID."] },
        };
        return usable ? refusal with { Extensions = new Dictionary<string, object> { ["roleId"] = known.Id.Value, ["displayName"] = known.DisplayName ?? known.Arn!.RoleName } } : refusal;
    }

    private Result<ConnectionForm> ParseConfiguration(DriveConnection connection, ConfigurationBody body) =>
        connection.TakesConfiguration && !connection.CancelRequested
            ? ConnectionForm.Parse(body, connection, principals)
            : StepNotOpen(connection, "takes no configuration");

    /// <summary>Puts the secret into the vault, once, and the rest into the row as it stands.</summary>
    /// <param name="by">Who typed it; null where it came with the start, which is written down by itself.</param>
    private async Task<Result<Versioned<DriveConnection>>> StoreConfigurationAsync(
        Versioned<DriveConnection> read, ConfigurationBody body, UserId? by, bool asRead, CancellationToken cancellation)
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
            var act = by is { } person ? ConnectionWitness.Configured(person, read.Value, configured) : null;
            if (await connections.SaveAsync(read.With(configured), act, cancellation) is { } saved)
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
    private async Task DropUnusedVersionAsync(DriveConnection before, DriveConnection? after, string? stored, CancellationToken cancellation)
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

    private static string ConfirmedEvent(ConfirmationStep step, int attempt) => ConnectionEventName.For(
        step is ConfirmationStep.TrustPolicy ? ConnectionEvent.TrustPolicyConfirmed : ConnectionEvent.BucketPolicyConfirmed, attempt);

    /// <summary>Says where the connection stands and, of a confirmation, whether it came too early (<c>not-yet</c>) or too late (<c>over</c>).</summary>
    private static Refusal StepNotOpen(DriveConnection connection, string what, ConfirmationStep? step = null)
    {
        var refusal = Refusal.Conflict("step-not-open", $"The connection is {Words(connection)} and {what}. Nothing was changed.");
        return step is null ? refusal : refusal with
        {
            Extensions = new Dictionary<string, object> { ["reason"] = IsStillToCome(step.Value, connection) ? "not-yet" : connection.Status is ConnectionStatus.Cancelled or ConnectionStatus.Expired or ConnectionStatus.Failed ? "ended" : "over" },
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

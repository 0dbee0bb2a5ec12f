using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using ServerlessDrives.Access;
using ServerlessDrives.Drives;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Middleware;
using ServerlessDrives.Http.Repetition;
using ServerlessDrives.Secrets;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Connecting;

/// <summary>What starts a connection, as it comes over the wire.</summary>
/// <param name="Access"><c>readWrite</c> (unless said otherwise) or <c>readOnly</c>.</param>
[NeedsFields("displayName", "audience", "authentication")]
public sealed record StartConnectionBody(
    string? DisplayName,
    AudienceBody? Audience,
    AuthenticationBody? Authentication,
    ConfigurationBody? Configuration,
    bool? MakeDefault,
    string? Access);

/// <param name="Method"><c>accessKey</c> or <c>iamRole</c>.</param>
/// <param name="RoleId">A role to use again; null for a new one.</param>
/// <param name="Partition">Of a new role: whose principal of ours it is to trust; needed where there are several.</param>
/// <param name="SessionTags">Of a new role: whether its trust policy allows <c>sts:TagSession</c>, so that sessions carry organization,
/// workspace and drive.</param>
[NeedsFields("method")]
public sealed record AuthenticationBody(string? Method, string? RoleId, string? Partition, bool? SessionTags);

/// <summary><c>POST /api/connections</c>.</summary>
[Section("Connecting")]
public sealed class StartConnectionFunction(
    StartConnection command,
    StartLimit limit,
    ConnectionAnswers answers,
    IPrincipals principals,
    Idempotency idempotency)
{
    [Function("StartConnection")]
    [Requires(Need.Person)]
    [Summary(
        "Start connecting a drive",
        Detail = "Reserves the name, checks who may, and starts the durable flow. The configuration may come now or later."
    )]
    [Reads<StartConnectionBody>]
    [Answers<ConnectionView>(202, "The connection, at its first step.", ETag = true, Location = true)]
    [HonoursIdempotencyKey]
    [Refuses("forbidden", "not-found", "name-taken", "overlap", "role-known", "too-many-requests")]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/connections")] HttpRequest request,
        [DurableClient] DurableTaskClient durable
    ) =>
        idempotency.OnceAsync<StartConnectionBody>(
            request,
            async body =>
            {
                if (!ConnectionStart.Parse(body, principals).TryGet(out var start, out var invalid))
                    return invalid.AsProblem();
                var operation = request.Operation();
                var (person, cancellation) = (request.Person(), request.HttpContext.RequestAborted);
                var started = await limit.RunAsync(
                    () =>
                        command.RunAsync(
                            person,
                            start,
                            operation.IdOf<ConnectionId>(),
                            operation.IdOf<RoleId>(),
                            new DurableConnectionFlow(durable),
                            cancellation),
                    cancellation);
                if (!started.TryGet(out var connection, out var refusal))
                    return refusal.AsProblem();
                // One that waits for nobody goes on at once; where it begins would read as if something were missing.
                return connection.Value is { OpenStep: null } && connection.Value.IsConfiguredFor(connection.Value.Attempt)
                    ? await answers.AcceptedAsync(request, connection)
                    : await answers.AnswerAsync(request, connection.Value);
            });
}

/// <summary>A start, parsed.</summary>
/// <param name="Partition">Of a new role.</param>
public sealed record ConnectionStart(
    DisplayName DisplayName,
    Audience Audience,
    ConnectionMethod Method,
    RoleId? RoleId,
    Partition Partition,
    bool SessionTags,
    DriveAccess Mode,
    ConfigurationBody? Configuration,
    bool MakeDefault)
{
    /// <summary>Every wrong field at once.</summary>
    public static Result<ConnectionStart, Refusal> Parse(StartConnectionBody body, IPrincipals principals)
    {
        ArgumentNullException.ThrowIfNull(body);
        ArgumentNullException.ThrowIfNull(principals);
        var form = new FormReader();
        var name = form.Read("displayName", Drives.DisplayName.Parse(body.DisplayName));
        var audience = AudienceBody.Read(form, body.Audience);
        ConnectionMethod? method = body.Authentication?.Method switch
        {
            "accessKey" => ConnectionMethod.AccessKey,
            "iamRole" => ConnectionMethod.IamRole,
            _ => form.Refuse<ConnectionMethod?>("authentication.method", "Choose \"accessKey\" or \"iamRole\"."),
        };

        RoleId? role = null;
        if (body.Authentication?.RoleId is { } roleText)
        {
            if (method is ConnectionMethod.AccessKey)
                form.Refuse<RoleId?>("authentication.roleId", "An access key needs no role; leave this out or choose \"iamRole\".");
            else if (Identifier.TryParse<RoleId>(roleText, out var parsed))
                role = parsed;
            else
                form.Refuse<RoleId?>("authentication.roleId", "A role's id starts with rol_.");
        }

        DriveAccess? access = body.Access switch
        {
            null or "readWrite" => DriveAccess.ReadWrite,
            "readOnly" => DriveAccess.ReadOnly,
            _ => form.Refuse<DriveAccess?>("access", "Choose \"readWrite\" or \"readOnly\"."),
        };
        if (access is DriveAccess.ReadOnly && body.MakeDefault is true)
            form.Refuse<bool?>(
                "makeDefault",
                "A default drive takes output, and nothing can be written to a read-only drive. Leave this out, or choose \"readWrite\".");
        var partition =
            method is ConnectionMethod.IamRole && body.Authentication?.RoleId is null ? PartitionOf(form, body, principals)
            : body.Authentication?.Partition is null ? Access.Partition.Aws
            : form.Refuse<Partition>("authentication.partition", "A partition goes with a new role only; leave it out.");
        if (body.Authentication?.SessionTags is true && (method is ConnectionMethod.AccessKey || body.Authentication.RoleId is not null))
            form.Refuse<bool?>("authentication.sessionTags", "Session tags are chosen with a new role; leave this out.");
        return form.IsValid
            ? new ConnectionStart(
                name!,
                audience!,
                method!.Value,
                role,
                partition!,
                body.Authentication?.SessionTags ?? false,
                access!.Value,
                body.Configuration,
                body.MakeDefault ?? false)
            : partition is null ? form.Refusal with { Extensions = ChoicesOf(principals) }
            : form.Refusal;
    }

    /// <summary>The partitions that a new role may be in, for whoever has to choose one.</summary>
    private static Dictionary<string, object> ChoicesOf(IPrincipals principals) => new()
    {
        ["partitions"] = principals.Partitions.Select(partition => partition.ToString()).ToArray(),
    };

    /// <summary>A configuration that comes with the start says it by its role or region.</summary>
    private static Partition? PartitionOf(FormReader form, StartConnectionBody body, IPrincipals principals)
    {
        if (body.Authentication?.Partition is null)
        {
            if (Access.RoleArn.ParseOfAnyServer(body.Configuration?.RoleArn).TryGet(out var arn, out _))
                return arn.Partition;
            if (Region.Parse(body.Configuration?.Region).TryGet(out var region, out _))
                return region.Partition;
        }

        return Partitions.Read(form, "authentication.partition", body.Authentication?.Partition, principals);
    }
}

/// <summary>Finds or drafts the role, reserves the name and writes the row in one transaction, then begins the orchestration.</summary>
public sealed class StartConnection(
    IConnections connections,
    IRoles roles,
    OwnedSecrets owned,
    IPrincipals principals,
    ConnectionConflicts conflicts,
    ConnectionEvents published,
    ConnectionOptions options,
    TimeProvider clock)
{
    /// <summary>
    /// Starts a connection, or goes on with one that was started under this id before; it is there whole, with what was configured, or not
    /// at all.
    /// </summary>
    public async Task<Result<Versioned<DriveConnection>, Refusal>> RunAsync(
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
            if (await conflicts.FindAsync(person, connection, form.Configuration, "configuration.", cancellation) is { } conflict)
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

    private async Task<Result<IamRole, Refusal>> FindOrDraftRoleAsync(
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

    /// <summary>Writes the connection with what was configured; the secret half of an access key goes to the vault first.</summary>
    private Task<Result<Versioned<DriveConnection>, Refusal>> OpenAsync(
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
    private async Task<Result<Versioned<DriveConnection>, Refusal>> BeginAsync(
        Versioned<DriveConnection> open,
        PendingSignal signal,
        IConnectionFlow flow,
        CancellationToken cancellation)
    {
        Telemetry.Continue(open.Value.Trace, "serverlessdrives.connection.id", open.Value.Id.Value);
        await published.StartedAsync(open.Value, cancellation);
        if (!open.Value.IsOpen || await flow.BeginAsync(open.Value.PresentAttempt(), cancellation)
            || !open.Value.IsConfiguredFor(open.Value.Attempt)
            || await flow.TellAsync(open.Value.Id, ConnectionEventName.For(ConnectionEvent.Configured, open.Value.Attempt), cancellation))
            await connections.CompleteSignalAsync(signal, cancellation);
        return open;
    }
}

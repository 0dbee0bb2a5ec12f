using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using ServerlessDrives.Access;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Middleware;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Connecting;

/// <summary><c>PUT /api/connections/{connectionId}/configuration</c>.</summary>
[Section("Connecting")]
public sealed class ConfigureConnectionFunction(ConfigureConnection command, ConnectionAnswers answers)
{
    [Function("ConfigureConnection")]
    [Requires(Need.Person)]
    [Summary(
        "Say which bucket, and as whom",
        Detail = "The secret access key goes to the vault within this call and is never shown again."
    )]
    [Reads<ConfigurationBody>]
    [Answers<ConnectionView>(202, "The connection, usually at its next step already.", ETag = true, Location = true)]
    [HonoursIfMatch]
    [Refuses("forbidden", "step-not-open", "overlap", "role-known")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "api/connections/{connectionId}/configuration")] HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        string connectionId)
    {
        if (!(await answers.FindToChangeAsync(request, connectionId)).TryGet(out var found, out var unknown))
            return unknown.AsProblem();
        if (!(await request.ReadJsonAsync<ConfigurationBody>()).TryGet(out var body, out var unreadable))
            return unreadable.AsProblem();
        var configured = await command.RunAsync(
            request.Person(),
            found,
            body,
            ConnectionAnswers.InsistsOnWhatWasRead(request),
            new DurableConnectionFlow(durable),
            request.HttpContext.RequestAborted);
        return await answers.AcceptedAsync(request, configured);
    }
}

/// <summary>Step 3, and any time later while a policy is being applied: what is typed replaces what was typed before.</summary>
public sealed class ConfigureConnection(
    IConnections connections,
    ISecrets secrets,
    IPrincipals principals,
    ConnectionConflicts conflicts,
    TimeProvider clock)
{
    /// <param name="asRead">Whether a connection that has changed since <paramref name="read"/> is refused instead of read again.</param>
    public async Task<Result<Versioned<DriveConnection>, Refusal>> RunAsync(
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
        if (await conflicts.FindAsync(person, read.Value, form.Configuration, fieldPrefix: "", cancellation) is { } conflict)
            return conflict;

        var key = read.Value.Key;
        var signal = await connections.BeginSignalAsync(key, cancellation);
        var stored = await StoreConfigurationAsync(read, body, person.Id, asRead, cancellation);
        if (
            !stored.TryGet(out var after, out _)
            || !after.Value.IsConfiguredFor(after.Value.Attempt)
            || await flow.TellAsync(key.Connection, ConnectionEventName.For(ConnectionEvent.Configured, after.Value.Attempt), cancellation))
            await connections.CompleteSignalAsync(signal, cancellation);

        return stored;
    }

    private Result<ConnectionForm, Refusal> ParseConfiguration(DriveConnection connection, ConfigurationBody body) =>
        connection.TakesConfiguration && !connection.CancelRequested
            ? ConnectionForm.Parse(body, connection, principals)
            : Steps.NotOpen(connection, "takes no configuration");

    /// <summary>Puts the secret into the vault, once, and the rest into the row as it stands.</summary>
    /// <param name="by">Who typed it.</param>
    private async Task<Result<Versioned<DriveConnection>, Refusal>> StoreConfigurationAsync(
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

            if (asRead || await connections.FindAsync(read.Value.Key, cancellation) is not { } again)
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
        if (after is null && await connections.FindAsync(before.Key, cancellation) is { Value: { IsOpen: false, DriveId: null } })
            await secrets.DeleteAsync(before.Secret!, cancellation);
    }
}

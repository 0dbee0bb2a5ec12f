using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using ServerlessDrives.Access;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Middleware;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Connecting;

/// <param name="RoleArn">Of a new role, where its ARN wasn't given with the configuration.</param>
/// <param name="BucketPolicyApplied">True where the role policy and the bucket policy are applied as well: their step is confirmed
/// ahead.</param>
public sealed record TrustPolicyConfirmationBody(string? RoleArn, bool? BucketPolicyApplied);

/// <summary><c>POST /api/connections/{connectionId}/confirmations/…</c>.</summary>
[Section("Connecting")]
public sealed class ConfirmStepFunctions(ConfirmStep command, ConnectionAnswers answers, IPrincipals principals)
{
    [Function("ConfirmTrustPolicy")]
    [Requires(Need.Person)]
    [Summary("Say that the trust policy is applied", Detail = "The role's ARN may come with it, and that the other policies are applied.")]
    [Reads<TrustPolicyConfirmationBody>(Optional = true)]
    [Answers<ConnectionView>(202, "The connection, usually at its next step already.", ETag = true, Location = true)]
    [HonoursIfMatch]
    [Refuses("forbidden", "step-not-open", "role-known")]
    public async Task<IResult> ConfirmTrustPolicyAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/connections/{connectionId}/confirmations/trust-policy")]
            HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        string connectionId)
    {
        if (!(await request.ReadJsonAsync(new TrustPolicyConfirmationBody(null, null))).TryGet(out var body, out var unreadable))
            return unreadable.AsProblem();
        var form = new FormReader();
        var arn = ConfirmStep.ReadRoleArn(form, body.RoleArn, principals);
        return form.IsValid
            ? await ConfirmAsync(request, durable, connectionId, ConfirmationStep.TrustPolicy, arn, body.BucketPolicyApplied ?? false)
            : form.Refusal.AsProblem();
    }

    [Function("ConfirmBucketPolicy")]
    [Requires(Need.Person)]
    [Summary("Say that the role policy and the bucket policy are applied")]
    [Answers<ConnectionView>(202, "The connection, usually at its next step already.", ETag = true, Location = true)]
    [HonoursIfMatch]
    [Refuses("forbidden", "step-not-open")]
    public Task<IResult> ConfirmBucketPolicyAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/connections/{connectionId}/confirmations/bucket-policy")]
            HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        string connectionId) => ConfirmAsync(request, durable, connectionId, ConfirmationStep.BucketPolicy, null, false);

    private async Task<IResult> ConfirmAsync(
        HttpRequest request,
        DurableTaskClient durable,
        string connectionId,
        ConfirmationStep step,
        RoleArn? arn,
        bool bucketPolicyApplied)
    {
        if (!(await answers.FindToChangeAsync(request, connectionId)).TryGet(out var found, out var unknown))
            return unknown.AsProblem();
        var confirmed = await command.RunAsync(
            found.Value.Key,
            new Applied(step, found.Value.Attempt, request.Person().Id.Value, "api")
            {
                ETag = ConnectionAnswers.InsistsOnWhatWasRead(request) ? found.ETag : null,
                RoleArn = arn,
                BucketPolicyApplied = bucketPolicyApplied,
            },
            request.Person(),
            new DurableConnectionFlow(durable),
            request.HttpContext.RequestAborted);
        return await answers.AcceptedAsync(request, confirmed);
    }
}

/// <summary>"Applied", by a person or by a callback: noted in the row, then told to the orchestration.</summary>
public sealed class ConfirmStep(IConnections connections, ConnectionConflicts conflicts, TimeProvider clock)
{
    /// <summary>The ARN that comes with a confirmation; null where none does.</summary>
    public static RoleArn? ReadRoleArn(FormReader form, string? text, IPrincipals principals)
    {
        ArgumentNullException.ThrowIfNull(form);
        ArgumentNullException.ThrowIfNull(principals);
        return text is null
            ? null
            : form.Read("roleArn", principals.AreOfAws ? Access.RoleArn.Parse(text) : Access.RoleArn.ParseOfAnyServer(text));
    }

    /// <summary>
    /// A step is confirmed once; a repeat can only add a missing role ARN or <see cref="Applied.BucketPolicyApplied"/>. Without a step, the
    /// open one is confirmed; where none is open, the missing role ARN is noted.
    /// </summary>
    /// <param name="person">Who says it; null for somebody without an account.</param>
    public async Task<Result<Versioned<DriveConnection>, Refusal>> RunAsync(
        ConnectionKey key,
        Applied said,
        Person? person,
        IConnectionFlow flow,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(said);
        ArgumentNullException.ThrowIfNull(flow);
        while (true)
        {
            if (await connections.FindAsync(key, cancellation) is not { } read)
                return Refusal.NotFound("connection");
            var connection = read.Value;
            Telemetry.Continue(connection.Trace, "serverlessdrives.connection.id", connection.Id.Value);
            if (said.ETag is not null && read.ETag != said.ETag)
                return Refusal.Changed("connection");
            if (said.Refuse?.Invoke(connection) is { } refused)
                return refused;
            if (!IsWaitedFor(connection, said))
                return said.Step is { } meant
                    ? Steps.NotOpen(connection, $"does not wait for the {Steps.Words(meant)}", meant)
                    : Steps.NotOpen(connection, "has nothing to confirm");
            if (Contradiction(connection, said) is { } contradiction)
                return contradiction;
            if (
                said.RoleArn is { } arn
                && await conflicts.FindRoleAsync(person, connection, arn, fieldPrefix: "", cancellation) is { } known)
                return known;

            var signal = await connections.BeginSignalAsync(key, cancellation);
            var heard = Apply(connection, said);
            if (!ReferenceEquals(heard, connection))
            {
                if (
                    await connections.SaveAsync(
                        read.With(heard),
                        ConnectionEvents.Confirmed(connection, connection.OpenStep, said),
                        cancellation)
                    is not { } saved)
                {
                    await connections.CompleteSignalAsync(signal, cancellation);
                    continue;
                }

                read = saved;
                if (EventFor(connection, heard) is { } raised && !await flow.TellAsync(key.Connection, raised, cancellation))
                    return read;
            }

            await connections.CompleteSignalAsync(signal, cancellation);
            return read;
        }
    }

    private static bool IsWaitedFor(DriveConnection connection, Applied said) =>
        !connection.CancelRequested
        && (said.Attempt ?? connection.Attempt) == connection.Attempt
        && (said.Step is { } step
            ? connection.OpenStep == step
            : connection.OpenStep is not null || connection.LacksRoleArn);

    /// <summary>What can't be so, as a refusal that names the field.</summary>
    private static Refusal? Contradiction(DriveConnection connection, Applied said)
    {
        if (said.RoleArn is { } arn)
        {
            if (connection.ChosenRoleArn is { } chosen && arn != chosen)
                return Refusal.Invalid("roleArn", $"The connection uses the role {chosen}; a role's ARN can't be changed. Leave this out.");
            if (arn.Partition != (connection.Configuration?.Region.Partition ?? connection.ChosenPartition ?? arn.Partition))
                return Refusal.Invalid(
                    "roleArn",
                    $"The role is in the partition {arn.Partition} and its trust policy was offered for {connection.Partition}; " +
                    "credentials don't cross partitions.");
        }

        if (said.BucketPolicyApplied && connection.Configuration is null)
            return Refusal.Invalid(
                "bucketPolicyApplied",
                "Nobody has said yet which bucket it is, so there is no bucket policy that could be applied. Leave this out.");
        return said.BucketPolicyApplied && said.RoleArn is null && connection.KnownRoleArn is null
            ? Refusal.Invalid("roleArn", "Give the ARN of the role that the policies were applied for.")
            : null;
    }

    /// <returns>The same object where nothing is new.</returns>
    private DriveConnection Apply(DriveConnection connection, Applied said)
    {
        var now = clock.GetUtcNow();
        var open = connection.OpenStep;
        var isGiven = open is { } given && connection.ConfirmationOf(given) is not null;
        var heard = connection;
        // Once the step is confirmed, another ARN doesn't replace the one that is known.
        if (said.RoleArn is { } arn && connection.ChosenRoleArn is null && arn != connection.KnownRoleArn
            && (!isGiven || connection.KnownRoleArn is null))
            heard = heard.ReportRole(arn, said.Through == "callback" ? said.By : null, now);
        if (open is { } step && !isGiven)
            heard = heard.Confirm(new Confirmation(step, connection.Attempt, said.By, said.Through, now), now);
        if (said.BucketPolicyApplied && open is not ConfirmationStep.BucketPolicy && connection.AppliedAhead is null)
            heard = heard.ConfirmAhead(
                new Confirmation(ConfirmationStep.BucketPolicy, connection.Attempt, said.By, said.Through, now),
                now);
        return heard;
    }

    /// <summary>The event that the orchestration waits for; null where it waits for something else still.</summary>
    private static string? EventFor(DriveConnection before, DriveConnection after) =>
        before.OpenStep is { } step ? before.ConfirmationOf(step) is null ? ConnectionEventName.For(step, after.Attempt) : null
        : after.IsConfiguredFor(after.Attempt) ? ConnectionEventName.For(ConnectionEvent.Configured, after.Attempt)
        : null;
}

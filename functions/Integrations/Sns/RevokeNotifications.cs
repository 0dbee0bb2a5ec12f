using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Middleware;
using ServerlessDrives.Secrets;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Integrations.Sns;

/// <summary><c>DELETE /api/integrations/{integrationId}/notifications</c>.</summary>
[Section("Integrations")]
public sealed class RevokeNotificationsFunction(
    IIntegrations integrations,
    OwnedSecrets owned,
    IntegrationFinder finder,
    IntegrationViews views)
{
    [Function("RevokeNotifications")]
    [Requires(Need.Person)]
    [Summary(
        "Stop notifications",
        Detail = "The address is good for nothing any more, and polling finds new files as before. The topic in AWS is the customer's " +
            "to delete."
    )]
    [Answers(204, "Nothing is listened to there.")]
    [HonoursIfMatch]
    [Refuses("forbidden", "not-upstream")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "api/integrations/{integrationId}/notifications")] HttpRequest request,
        string integrationId)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (person, cancellation) = (request.Person(), request.HttpContext.RequestAborted);
        if (!(await finder.FindUpstreamToChangeAsync(person, integrationId, cancellation)).TryGet(out var found, out var unknown))
            return unknown.AsProblem();
        if (Preconditions.Check(request, await views.OfAsync(found.Value, cancellation), "integration") is { } changed)
            return changed.AsProblem();
        return (await RevokeAsync(person, found, cancellation)).Answer(_ => Results.NoContent());
    }

    /// <summary>Nothing that comes to the address is listened to any more; the next instructions have another one.</summary>
    private async Task<Result<Versioned<Integration>, Refusal>> RevokeAsync(
        Person person,
        Versioned<Integration> read,
        CancellationToken cancellation)
    {
        if (read.Value.Notifications is not { } known)
            return read;
        var saved = await owned.ReleaseAsync(
            read.Value.Organization,
            read.Value.Id.Value,
            known.Secret,
            () =>
                integrations.SaveAsync(
                    read.With(read.Value with { Notifications = null }),
                    IntegrationAuditRecords.NotificationsRevoked(person.Id, read.Value),
                    cancellation),
            cancellation);
        return saved is null ? Refusal.Changed("integration") : saved;
    }
}

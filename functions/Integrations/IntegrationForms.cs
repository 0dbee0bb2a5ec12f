using ServerlessDrives.Access;
using ServerlessDrives.Drives;
using ServerlessDrives.Events.Webhooks;
using ServerlessDrives.Integrations.Upstreams;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Integrations;

/// <summary>A new integration.</summary>
/// <param name="Backfill">Of an upstream: whether its webhook is told, once each, of the matching files that are there already.</param>
[NeedsFields("kind")]
public sealed record IntegrationBody(
    string? Kind,
    string? Name,
    string? DriveId,
    string? WorkspaceId,
    string? Folder,
    string? Pattern,
    string? WebhookId,
    bool? Backfill);

public sealed record ChangeIntegrationBody(string? Name, string? Folder, string? Pattern, string? WebhookId, bool? Paused);

/// <summary>Reads what people say of integrations into integrations.</summary>
public sealed class IntegrationForms(DriveFinder finder, IWorkspaces workspaces, IWebhooks webhooks)
{
    private const int MaxNameLength = 100;

    /// <summary>Every wrong field at once.</summary>
    public async Task<Result<Integration, Refusal>> ReadAsync(
        Person person,
        IntegrationBody body,
        IntegrationId id,
        DateTimeOffset createdAt,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(person);
        ArgumentNullException.ThrowIfNull(body);
        var form = new FormReader();
        IntegrationKind? kind = body.Kind switch
        {
            "upstream" => IntegrationKind.Upstream,
            "downstream" => IntegrationKind.Downstream,
            _ => form.Refuse<IntegrationKind?>("kind", "Choose \"upstream\" or \"downstream\"."),
        };
        var name = NameOf(form, body.Name ?? kind?.ToString());
        var folder = FolderOf(form, body.Folder);
        Drive? drive = null;
        if (body.DriveId is not null || kind is IntegrationKind.Upstream)
        {
            drive = (await finder.FindAsync(person, body.DriveId, cancellation)).TryGet(out var found, out _)
                ? found
                : form.Refuse<Drive>("driveId", "There is no such drive, or you may not see it.");
        }

        WorkspaceId? workspace = null;
        WebhookId? webhook = null;
        if (kind is IntegrationKind.Downstream)
        {
            workspace = (await workspaces.FindAsync(person, body.WorkspaceId, cancellation)).TryGet(out var own, out _)
                ? own.Value.Id
                : form.Refuse<WorkspaceId?>("workspaceId", "Say whose outputs: one of your workspaces.");
            if (body.Backfill is true)
                form.Refuse<bool>("backfill", "Only an upstream integration tells of files.");
            if (drive?.Access.IsReadOnly is true)
                form.Refuse<Drive>("driveId", "This drive is read-only, so that no outputs can be stored on it.");
            if (drive is { Audience: Audience.Workspace owner } && workspace is not null && owner.Id != workspace)
                form.Refuse<Drive>("driveId", "This drive belongs to another workspace.");
        }
        else if (kind is IntegrationKind.Upstream)
        {
            PatternOf(form, body.Pattern);
            webhook = await WebhookOfAsync(form, person, body.WebhookId, cancellation);
        }

        if (!form.IsValid)
            return form.Refusal;
        return new Integration
        {
            Id = id,
            Organization = person.Organization,
            Kind = kind!.Value,
            Name = name!,
            Audience = workspace is { } chosen ? new Audience.Workspace(chosen) : drive!.Audience,
            Drive = drive?.Id,
            Workspace = workspace,
            Folder = folder,
            Pattern = kind is IntegrationKind.Upstream ? body.Pattern : null,
            Webhook = webhook,
            Backfill = kind is IntegrationKind.Upstream && body.Backfill is true,
            CreatedBy = person.Id,
            CreatedAt = createdAt,
        };
    }

    /// <summary>What may change: name, folder, pattern, who hears of it, and whether it rests.</summary>
    public async Task<Result<Integration, Refusal>> ChangeAsync(
        Person person,
        Integration integration,
        ChangeIntegrationBody body,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(person);
        ArgumentNullException.ThrowIfNull(integration);
        ArgumentNullException.ThrowIfNull(body);
        var form = new FormReader();
        var changed = integration with { Paused = body.Paused ?? integration.Paused };
        if (body.Name is not null)
            changed = changed with { Name = NameOf(form, body.Name) ?? "" };
        if (body.Folder is not null)
            changed = changed with { Folder = FolderOf(form, body.Folder) };
        if (body.Pattern is not null)
        {
            if (integration.Kind is IntegrationKind.Downstream)
                form.Refuse<string>("pattern", "A downstream integration takes all outputs; it has no pattern.");
            PatternOf(form, body.Pattern);
            changed = changed with { Pattern = body.Pattern };
        }

        if (body.WebhookId is not null)
        {
            if (integration.Kind is IntegrationKind.Downstream)
                form.Refuse<string>(
                    "webhookId",
                    "A downstream integration has no webhook; output.stored goes to every webhook that wants it.");
            else
                changed = changed with { Webhook = await WebhookOfAsync(form, person, body.WebhookId, cancellation) };
        }

        return form.IsValid ? changed : form.Refusal;
    }

    private async Task<WebhookId?> WebhookOfAsync(FormReader form, Person person, string? text, CancellationToken cancellation) =>
        WebhookId.TryParse(text, out var id) && await webhooks.FindAsync(person.Organization, id, cancellation) is not null
            ? id
            : form.Refuse<WebhookId?>("webhookId", "Say which webhook hears of new files.");

    private static string? NameOf(FormReader form, string? text) =>
        form.Read("name", VisibleText.Parse(text, MaxNameLength, "the integration"));

    internal static FilePath? FolderOf(FormReader form, string? text) =>
        text?.Trim('/') is { Length: > 0 } folder ? form.Read("folder", FilePath.Parse(folder)) : null;

    private static void PatternOf(FormReader form, string? text)
    {
        if (!FilePattern.Parse(text).TryGet(out _, out var problem))
            form.Refuse<string>("pattern", problem.Message);
    }
}

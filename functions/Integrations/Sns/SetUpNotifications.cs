using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Access;
using ServerlessDrives.Drives;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Middleware;
using ServerlessDrives.Integrations.Setup;
using ServerlessDrives.Secrets;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Integrations.Sns;

/// <summary><c>GET /api/integrations/{integrationId}/setup</c>.</summary>
[Section("Integrations")]
public sealed class SetUpNotificationsFunction(SetUpNotifications command, IntegrationFinder finder, DriveFinder drives)
{
    [Function("GetIntegrationSetup")]
    [Requires(Need.Person)]
    [Summary(
        "Notifications as something to run",
        Detail = "For an upstream: an SNS topic in the bucket's account that S3 may publish to, its subscription to an address of this " +
            "integration's own, and the bucket's notification "
            + "configuration, merged into what it has. From the confirmation on files are told of at once, and looks at the folder are " +
                "the safety net. "
            + "Whoever knows the address can only pass on what SNS has signed. The instructions are the same each time until the " +
                "address is revoked."
    )]
    [Query("format", "In which form.", Required = true, OneOf = ["aws-cli", "cloudformation", "terraform"])]
    [Answers(200, "A script for the aws CLI.", ContentType = "text/x-shellscript")]
    [Answers(200, "A CloudFormation template.", ContentType = "application/json")]
    [Answers(200, "A Terraform module.", ContentType = "text/plain")]
    [Refuses("forbidden", "invalid", "not-upstream", "owner-unknown", "changed")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/integrations/{integrationId}/setup")] HttpRequest request,
        string integrationId)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (person, cancellation) = (request.Person(), request.HttpContext.RequestAborted);
        if (!(await finder.FindUpstreamToChangeAsync(person, integrationId, cancellation)).TryGet(out var found, out var unknown))
            return unknown.AsProblem();
        if (!Setups.FormatOf(request).TryGet(out var format, out var unreadable))
            return unreadable.AsProblem();
        if (!(await drives.FindAsync(person, found.Value.Drive!.Value.Value, cancellation)).TryGet(out var drive, out var gone))
            return gone.AsProblem();
        var written = await command.RunAsync(person, found, drive, format, request.Address(), cancellation);
        return written.Answer(text => Setups.Answer(request, text, format));
    }
}

/// <summary>
/// Instructions with an address for notifications. The address is made when somebody first asks, and stays until it is revoked.
/// </summary>
public sealed class SetUpNotifications(IIntegrations integrations, ISecrets secrets, OwnedSecrets owned)
{
    private const int Tries = 5;

    /// <param name="baseAddress">Where SNS reaches us.</param>
    public async Task<Result<string, Refusal>> RunAsync(
        Person person,
        Versioned<Integration> read,
        Drive drive,
        SetupFormat format,
        Uri baseAddress,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(read);
        ArgumentNullException.ThrowIfNull(drive);
        if (drive.BucketOwner is not { } owner)
            return Refusal.Conflict(
                "owner-unknown",
                "The server of this drive's bucket doesn't say which account owns it. Only Amazon S3 has notifications.");
        if (!(await AddressAsync(person, read, cancellation)).TryGet(out var address, out var refusal))
            return refusal;
        var setup = new NotificationSetup(
            read.Value.Name,
            read.Value.Id,
            TopicArn.Of(drive.Region, owner, NotificationSetup.NameOf(read.Value.Id)),
            drive.Bucket,
            PrefixOf(drive.Path.Prefix + (read.Value.Folder is null ? "" : read.Value.Folder.Value + "/")),
            new Uri(baseAddress, NotificationAddress.Path + address.Reveal()));
        return format switch
        {
            SetupFormat.AwsCli => NotificationScript.Write(setup),
            SetupFormat.CloudFormation => NotificationTemplate.Write(setup),
            _ => NotificationModule.Write(setup),
        };
    }

    private async Task<Result<Secret, Refusal>> AddressAsync(Person person, Versioned<Integration> read, CancellationToken cancellation)
    {
        for (var tries = 0; tries < Tries; tries++)
        {
            if (
                read.Value.Notifications is { } known
                && await secrets.ReadAsync(known.Secret, known.SecretVersion, cancellation) is { } address)
                return address;
            var (made, before) = (NotificationAddress.New(read.Value.Organization, read.Value.Id), read);
            var saved = await owned.StoreAsync(
                before.Value.Organization,
                before.Value.Id.Value,
                made.Reveal(),
                (name, version, time) =>
                    integrations.SaveAsync(
                        before.With(before.Value with { Notifications = new(made.Hash, name, version) }),
                        IntegrationAuditRecords.NotificationsOffered(person.Id, before.Value),
                        time),
                cancellation);
            if (saved is not null)
                return made.Reveal();

            if (await integrations.FindAsync(read.Value.Organization, read.Value.Id, cancellation) is not { } again)
                return Refusal.NotFound("integration");
            read = again;
        }

        return Refusal.Changed("integration");
    }

    /// <summary>
    /// How S3 wants other characters written in a filter depends on who asks it, and ours sorts out the rest: so as far as they are plain.
    /// </summary>
    private static string PrefixOf(string prefix) =>
        string.Concat(prefix.TakeWhile(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '-' or '_' or '.'));
}

/// <summary>The integrations whose addresses lie in the vault.</summary>
internal sealed class IntegrationsWithAddresses(IIntegrations integrations) : ISecretOwners
{
    public async Task<bool?> HoldsAsync(PendingSecret secret, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(secret);
        return IntegrationId.TryParse(secret.Owner, out var id)
            ? (await integrations.FindAsync(secret.Organization, id, cancellation))?.Value.Notifications?.Secret == secret.Name
            : null;
    }
}

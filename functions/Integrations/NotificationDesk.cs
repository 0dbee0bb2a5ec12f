using ServerlessDrives.Access;
using ServerlessDrives.Drives;
using ServerlessDrives.Events;
using ServerlessDrives.Integrations.Setup;
using ServerlessDrives.Secrets;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Integrations;

/// <summary>Addresses for notifications: made when somebody asks how to set them up, the same ever after, until they are revoked.</summary>
public sealed class NotificationDesk(IIntegrations integrations, ISecrets secrets, OwnedSecrets owned)
{
    private const int Tries = 5;

    /// <param name="baseAddress">Where SNS reaches us.</param>
    public async Task<Result<string>> SetupAsync(
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

    /// <summary>Nothing that comes to the address is listened to any more; the next instructions have another one.</summary>
    public async Task<Result<Versioned<Integration>>> RevokeAsync(
        Person person,
        Versioned<Integration> read,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(person);
        ArgumentNullException.ThrowIfNull(read);
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

    private async Task<Result<Secret>> AddressAsync(Person person, Versioned<Integration> read, CancellationToken cancellation)
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

internal sealed class IntegrationsWithAddresses(IIntegrations integrations) : ISecretOwners
{
    public async Task<bool?> HoldsAsync(PendingSecret secret, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(secret);
        return Identifier.TryParse<IntegrationId>(secret.Owner, out var id)
            ? (await integrations.FindAsync(secret.Organization, id, cancellation))?.Value.Notifications?.Secret == secret.Name
            : null;
    }
}

/// <summary>Deletes integrations, and the address with them.</summary>
public sealed class IntegrationRemoval(IIntegrations integrations, OwnedSecrets owned)
{
    /// <param name="by">Whose act it is, for the audit trail.</param>
    /// <returns>False when it isn't what was read any more.</returns>
    public Task<bool> RemoveAsync(Versioned<Integration> read, UserId by, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(read);
        return read.Value.Notifications is { } notifications
            ? owned.ReleaseAsync(read.Value.Organization, read.Value.Id.Value, notifications.Secret, DeleteAsync, cancellation)
            : DeleteAsync();

        Task<bool> DeleteAsync() => integrations.DeleteAsync(read, IntegrationAuditRecords.Deleted(by, read.Value), cancellation);
    }
}

using ServerlessDrives.Access;
using ServerlessDrives.Drives;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Connecting;

/// <summary>What else of the organization stands in a connection's way.</summary>
public sealed class ConnectionConflicts(IDrives drives, IRoles roles)
{
    /// <returns>
    /// A refusal: a drive shares files, or the same role is recorded under another external ID. Null when nothing is in the way.
    /// </returns>
    public async Task<Refusal?> FindAsync(
        Person person,
        DriveConnection connection,
        DriveConfiguration configuration,
        string fieldPrefix,
        CancellationToken cancellation)
    {
        if (
            configuration.RoleArn is { } arn
            && await FindRoleAsync(person, connection, arn, fieldPrefix, cancellation) is { } known)
            return known;
        return configuration.AllowOverlap
            ? null
            : Overlaps.Refuse(
                (connection with { Configuration = configuration }).Access!,
                await drives.OnBucketAsync(person.Organization, configuration.Bucket, cancellation),
                person,
                fieldPrefix);
    }

    /// <param name="person">Who names the role; null for somebody without an account.</param>
    /// <returns>A refusal where the organization uses the role already, under another external ID.</returns>
    public async Task<Refusal?> FindRoleAsync(
        Person? person,
        DriveConnection connection,
        RoleArn arn,
        string fieldPrefix,
        CancellationToken cancellation) =>
        connection.RoleIsNew
        && await roles.FindByArnAsync(connection.Organization, arn, cancellation) is { } known
        && known.Id != connection.RoleId
        && known.ExternalId != connection.ExternalId
            ? person is null
                ? Refusal.Invalid(
                    "roleArn",
                    "This role can't be used for this connection. Make another one with the trust policy that is shown.")
                : RoleKnown(person, connection, known, fieldPrefix)
            : null;

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
}

using System.Globalization;
using ServerlessDrives.Access;
using ServerlessDrives.Access.Policies;
using ServerlessDrives.Drives;
using ServerlessDrives.Health;

namespace ServerlessDrives.Adapters.Tables;

/// <summary>
/// What a sweep reads of a drive, as lines of text. Sweeps read them by the thousand, and what they cost besides the looks themselves is
/// mostly this text: written, sent, held and read. As JSON it is three times as long, and every quotation mark in it is escaped on its way.
/// </summary>
internal static class BriefLook
{
    /// <summary>Of another format the whole look is read.</summary>
    private const string Format = "1";

    /// <summary>
    /// The same with what only some drives have: marks (<c>r</c> reads only, <c>p</c> requester pays) and the workspace and name of its
    /// sessions' tags.
    /// </summary>
    private const string FormatWithMore = "1+";

    private const char Between = '\n';

    public static string Write(LookTarget target, HealthMemory memory, HealthStatus told, DateTimeOffset enrolledAt)
    {
        var access = target.Access;
        var tags = (target.Credentials as DriveCredentials.Role)?.Tags;
        var marks = $"{(access.IsReadOnly ? "r" : "")}{(access.RequesterPays ? "p" : "")}";
        string[] lines =
        [
            .. marks.Length == 0 && tags is null
                ? [Format]
                : (string[])[FormatWithMore, marks, tags?.Workspace?.Value ?? "", tags?.Drive ?? ""],
            target.Organization.Value,
            access.Seed,
            access.Bucket.Value,
            access.Region.ToString(),
            access.Path.ToString(),
            access.Encryption is Encryption.None ? "" : Stored.Write(access.Encryption),
            target.Owner?.ToString() ?? "",
            told.ToString(),
            memory.Failures.ToString(CultureInfo.InvariantCulture),
            Ticks(memory.WriteProbedAt),
            memory.WritesRefused ? "1" : "",
            Ticks(enrolledAt),
            .. target.Credentials switch
            {
                DriveCredentials.AccessKey key => new[] { key.Id.ToString(), key.Secret.Value, key.SecretVersion },
                DriveCredentials.Role role => [role.Arn.ToString(), role.ExternalId.Value],
                _ => throw new InvalidOperationException($"Unknown credentials {target.Credentials.GetType()}."),
            },
        ];
        return string.Join(Between, lines);
    }

    /// <param name="key">The row's, which ends with the drive's id.</param>
    /// <param name="start">Of the round in which it is looked at.</param>
    /// <returns>Null when the text is of another format, or not there.</returns>
    public static DueLook? Read(string? text, string key, DateTimeOffset start)
    {
        var (marks, workspace, tagged) = ("", "", "");
        var lines = text?.Split(Between);
        if (lines is [FormatWithMore, _, _, _, ..])
        {
            (marks, workspace, tagged) = (lines[1], lines[2], lines[3]);
            lines = [Format, .. lines[4..]];
        }

        if (
            lines
            is not [
                Format,
                var organization,
                var seed,
                var bucket,
                var region,
                var path,
                var encryption,
                var owner,
                var told,
                var failures,
                var writeProbedAt,
                var writesRefused,
                var enrolledAt,
                .. var reached,
            ])
            return null;
        DriveCredentials credentials = reached switch
        {
            [var id, var secret, var version] => new DriveCredentials.AccessKey(
                Stored.Read(AccessKeyId.Parse(id)),
                Stored.Read(SecretName.Parse(secret)),
                version),
            [var arn, var externalId] => new DriveCredentials.Role(
                Stored.Read(RoleArn.ParseOfAnyServer(arn)),
                Stored.Read(ExternalId.Parse(externalId)))
            {
                Tags =
                    tagged.Length == 0
                        ? null
                        : new(OrganizationId.Of(organization), workspace.Length == 0 ? null : WorkspaceId.Of(workspace), tagged),
            },
            _ => throw new InvalidDataException("A stored look has no credentials."),
        };
        var access = new BucketAccess(
            seed,
            Stored.Read(BucketName.ParseOfAnyServer(bucket)),
            Stored.Read(Region.Parse(region)),
            Stored.Read(DrivePath.Parse(path)),
            encryption.Length == 0 ? Encryption.Nothing : Stored.Read<Encryption>(encryption))
        {
            Mode = marks.Contains('r', StringComparison.Ordinal) ? DriveAccess.ReadOnly : DriveAccess.ReadWrite,
            RequesterPays = marks.Contains('p', StringComparison.Ordinal),
        };
        return new(
            key,
            start,
            new(
                OrganizationId.Of(organization),
                DriveId.Of(key[(key.IndexOf('|', StringComparison.Ordinal) + 1)..]),
                credentials,
                access,
                owner.Length == 0 ? null : Stored.Read(AccountId.ParseOfAnyServer(owner))),
            new(
                int.Parse(failures, CultureInfo.InvariantCulture),
                writeProbedAt.Length == 0 ? null : Moment(writeProbedAt),
                writesRefused.Length > 0),
            Stored.Enum<HealthStatus>(told),
            Moment(enrolledAt));
    }

    private static string Ticks(DateTimeOffset? at) => at?.UtcTicks.ToString(CultureInfo.InvariantCulture) ?? "";

    private static DateTimeOffset Moment(string ticks) => new(long.Parse(ticks, CultureInfo.InvariantCulture), TimeSpan.Zero);
}

using Azure.Data.Tables;
using ServerlessDrives.Access;
using ServerlessDrives.Drives;

namespace ServerlessDrives.Adapters.Tables;

/// <summary>How drives are found by their bucket.</summary>
internal static class DrivesOfBucket
{
    private const int AtOnce = 500;

    public static async Task<IReadOnlyList<Drive>> DrivesOnAsync(
        this OrganizationTable table,
        OrganizationId organization,
        BucketName bucket,
        CancellationToken cancellation)
    {
        var filter = TableClient.CreateQueryFilter($"Bucket eq {bucket.Value}");
        var found = new List<Drive>();
        string? cursor = null;
        do
        {
            var page = await table.PageAsync<DriveRow>(organization, Keys.Drives, filter, AtOnce, cursor, cancellation);
            found.AddRange(page.Items.Select(row => row.ToDrive()));
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        return found;
    }
}

/// <summary>
/// That drives came to a bucket: whoever makes one replaces this, so that two at the same time can't both find the bucket free.
/// </summary>
internal sealed class BucketRow : Row
{
    public int Changes { get; set; }
}

/// <summary>A <see cref="Drive"/> as a row.</summary>
internal sealed class DriveRow : Row
{
    public string Id { get; set; } = "";
    public string Scope { get; set; } = "";
    public string DisplayName { get; set; } = "";
    public string Connection { get; set; } = "";

    /// <summary>A <see cref="DriveAuthentication"/> as JSON; it names a secret and holds none.</summary>
    public string Authentication { get; set; } = "";

    public string Bucket { get; set; } = "";
    public string Region { get; set; } = "";
    public string Path { get; set; } = "";

    /// <summary>An <see cref="ServerlessDrives.Access.Encryption"/> as JSON.</summary>
    public string Encryption { get; set; } = "";

    public string? BucketOwner { get; set; }

    /// <summary>A <see cref="DriveAccess"/>; null in rows from before there was a choice, when every drive was written to.</summary>
    public string? Access { get; set; }

    /// <summary>Null in rows from before this could be said.</summary>
    public bool? RequesterPays { get; set; }

    /// <summary>Whether sessions carry tags; null in rows from before this could be chosen.</summary>
    public bool? SessionTags { get; set; }

    /// <summary>Null in rows from before this was kept.</summary>
    public string? LastVerification { get; set; }

    public string Health { get; set; } = "";
    public DateTimeOffset? HealthCheckedAt { get; set; }
    public DateTimeOffset HealthSince { get; set; }
    public string? HealthProblem { get; set; }
    public string State { get; set; } = "";
    public DateTimeOffset? DisconnectedAt { get; set; }
    public string? DisconnectedBy { get; set; }
    public string CreatedBy { get; set; } = "";
    public DateTimeOffset CreatedAt { get; set; }

    public static DriveRow Of(Drive drive) => new()
    {
        RowKey = Keys.Of(drive.Id),
        Id = drive.Id.Value,
        Scope = drive.Audience.ScopeKey,
        DisplayName = drive.DisplayName.Value,
        Connection = drive.Connection.Value,
        Authentication = Stored.Write(drive.Authentication),
        Bucket = drive.Bucket.ToString(),
        Region = drive.Region.ToString(),
        Path = drive.Path.ToString(),
        Encryption = Stored.Write(drive.Encryption),
        BucketOwner = drive.BucketOwner?.ToString(),
        Access = drive.Mode.ToString(),
        RequesterPays = drive.RequesterPays,
        SessionTags = drive.SessionTags,
        LastVerification = drive.LastVerification?.Value,
        Health = drive.Health.Status.ToString(),
        HealthCheckedAt = drive.Health.CheckedAt,
        HealthSince = drive.Health.Since,
        HealthProblem = drive.Health.Problem,
        State = drive.State.ToString(),
        DisconnectedAt = drive.DisconnectedAt,
        DisconnectedBy = drive.DisconnectedBy?.Value,
        CreatedBy = drive.CreatedBy.Value,
        CreatedAt = drive.CreatedAt,
    };

    public Drive ToDrive() => new()
    {
        Id = DriveId.Of(Id),
        Organization = OrganizationId.Of(PartitionKey),
        Audience = Stored.Audience(Scope),
        DisplayName = Drives.DisplayName.Stored(DisplayName),
        Connection = ConnectionId.Of(Connection),
        Authentication = Stored.Read<DriveAuthentication>(Authentication),
        Bucket = Stored.Read(BucketName.ParseOfAnyServer(Bucket)),
        Region = Stored.Read(ServerlessDrives.Access.Region.Parse(Region)),
        Path = Stored.Read(DrivePath.Parse(Path)),
        Encryption = Stored.Read<Encryption>(Encryption),
        BucketOwner = BucketOwner is null ? null : Stored.Read(AccountId.ParseOfAnyServer(BucketOwner)),
        Mode = Access is null ? DriveAccess.ReadWrite : Stored.Enum<DriveAccess>(Access),
        RequesterPays = RequesterPays ?? false,
        SessionTags = SessionTags ?? false,
        LastVerification = LastVerification is null ? null : VerificationId.Of(LastVerification),
        Health = new(Stored.Enum<HealthStatus>(Health), HealthCheckedAt, HealthSince, HealthProblem),
        State = Stored.Enum<DriveState>(State),
        DisconnectedAt = DisconnectedAt,
        DisconnectedBy = DisconnectedBy is null ? null : Stored.User(DisconnectedBy),
        CreatedBy = Stored.User(CreatedBy),
        CreatedAt = CreatedAt,
    };
}

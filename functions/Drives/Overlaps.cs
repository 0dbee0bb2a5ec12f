using System.Text.Json.Serialization;
using ServerlessDrives.Access;
using ServerlessDrives.Access.Policies;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Drives;

/// <summary>How the files of one drive are another's as well.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OverlapKind>))]
public enum OverlapKind
{
    /// <summary>The other has the same path.</summary>
    [JsonStringEnumMemberName("equal")]
    Equal,

    /// <summary>The other lies within.</summary>
    [JsonStringEnumMemberName("contains")]
    Contains,

    /// <summary>It lies within the other.</summary>
    [JsonStringEnumMemberName("within")]
    Within,
}

/// <param name="DriveId">The other drive.</param>
/// <param name="Kind">How the drive that is being configured lies to it.</param>
public sealed record OverlapView(DriveId DriveId, string DisplayName, string Path, OverlapKind Kind);

/// <summary>Which drives share files: those of one bucket whose paths contain, equal or lie in one another, segment by segment.</summary>
public static class Overlaps
{
    /// <returns>Null where the paths have nothing in common.</returns>
    public static OverlapKind? Between(DrivePath mine, DrivePath other)
    {
        ArgumentNullException.ThrowIfNull(mine);
        ArgumentNullException.ThrowIfNull(other);
        // Prefixes end with a slash, so "a/b" is no beginning of "a/bc".
        return mine == other ? OverlapKind.Equal
            : other.Prefix.StartsWith(mine.Prefix, StringComparison.Ordinal) ? OverlapKind.Contains
            : mine.Prefix.StartsWith(other.Prefix, StringComparison.Ordinal) ? OverlapKind.Within
            : null;
    }

    /// <summary>Whether a drive that is there shares files with what is to become one.</summary>
    public static OverlapKind? Of(BucketAccess mine, Drive other)
    {
        ArgumentNullException.ThrowIfNull(mine);
        ArgumentNullException.ThrowIfNull(other);
        return other.State is DriveState.Connected && other.Bucket == mine.Bucket && other.Region.Partition == mine.Region.Partition
            ? Between(mine.Path, other.Path)
            : null;
    }

    /// <summary>Names those that the person may know of.</summary>
    /// <returns>Null where nothing overlaps.</returns>
    public static Refusal? Refuse(BucketAccess mine, IEnumerable<Drive> others, Person person, string fieldPrefix)
    {
        ArgumentNullException.ThrowIfNull(person);
        var overlapping = others.Where(other => Of(mine, other) is not null).ToList();
        if (overlapping.Count == 0)
            return null;
        var known = overlapping
            .Where(other => person.MaySee(other.Audience))
            .Select(other => new OverlapView(other.Id, other.DisplayName.Value, other.Path.Value, Of(mine, other)!.Value))
            .ToList();
        var names = string.Join(", ", known.Select(Sentence));
        var hidden = overlapping.Count - known.Count;
        var unseen =
            hidden == 0 ? ""
            : known.Count == 0 ? "a drive that you may not see shares files with it"
            : "so does a drive that you may not see";
        var detail =
            "This bucket and path overlap with another drive: " +
            $"{string.Join("; ", new[] { names, unseen }.Where(text => text.Length > 0))}. What is written to or deleted from one " +
            "shows on the other. Choose another path, or say that it is meant to be so (allowOverlap).";
        return Refusal.Conflict("overlap", detail) with
        {
            Errors = new Dictionary<string, IReadOnlyList<string>>
            {
                [$"{fieldPrefix}allowOverlap"] = ["Say yes to a drive that overlaps another."],
            },
            Extensions = new Dictionary<string, object> { ["drives"] = known },
        };
    }

    private static string Sentence(OverlapView other) => other.Kind switch
    {
        OverlapKind.Equal => $"\"{other.DisplayName}\" has the same",
        OverlapKind.Contains => $"\"{other.DisplayName}\" ({other.Path}) lies within it",
        _ => $"it lies within \"{other.DisplayName}\" ({(other.Path.Length == 0 ? "the whole bucket" : other.Path)})",
    };
}

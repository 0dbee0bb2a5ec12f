using System.Buffers.Text;
using System.IO.Hashing;
using System.Text;

namespace ServerlessDrives.Adapters.Aws.Listing;

/// <summary>Where a listing goes on.</summary>
/// <param name="Token">S3's own, to ask with; null for the beginning.</param>
/// <param name="After">The key or common prefix of that answer which was handed out last; null when all of the one before was.</param>
internal readonly record struct ListPosition(string? Token, string? After);

/// <summary>A position as text, with a mark of the list that it belongs to: <c>mark.token after</c>, the last in base64 for URLs.</summary>
internal static class ListCursor
{
    public static string Write(ListPosition position, string prefix, bool recursive) =>
        $"{ListOf(prefix, recursive)}.{position.Token} " +
        $"{(position.After is { } after ? Base64Url.EncodeToString(Encoding.UTF8.GetBytes(after)) : "")}";

    /// <summary>False when the cursor belongs to another list.</summary>
    public static bool TryRead(string? cursor, string prefix, bool recursive, out ListPosition position)
    {
        position = default;
        if (cursor is null)
            return true;
        var mark = ListOf(prefix, recursive) + ".";
        if (!cursor.StartsWith(mark, StringComparison.Ordinal))
            return false;
        var rest = cursor[mark.Length..];
        // A token of S3's may hold a space; what comes behind the last one doesn't.
        var space = rest.LastIndexOf(' ');
        if (space < 0 || rest.Length == 1 || !Base64Url.IsValid(rest.AsSpan(space + 1)))
            return false;
        position = new(
            space == 0 ? null : rest[..space],
            space == rest.Length - 1 ? null : Encoding.UTF8.GetString(Base64Url.DecodeFromChars(rest.AsSpan(space + 1))));
        return true;
    }

    private static string ListOf(string prefix, bool recursive) =>
        XxHash32
            .HashToUInt32(Encoding.UTF8.GetBytes(prefix + (recursive ? "\n*" : "\n")))
            .ToString("x8", System.Globalization.CultureInfo.InvariantCulture);
}

using System.Globalization;
using ServerlessDrives.Drives;

namespace ServerlessDrives.Files.Previews;

/// <summary>Finds the file of a preview link. Looked at on each use: the time, the drive, and whether its maker may still use it.</summary>
public sealed class OpenPreview(IPreviewLinks links, DrivesOfAbsentUsers drives, TimeProvider clock)
{
    private static readonly Refusal Unknown = new(
        RefusalKind.NotFound,
        "preview-unknown",
        "This link isn't one that was given out, or it isn't whole.");

    private static readonly Refusal Over = new(
        RefusalKind.Gone,
        "preview-over",
        "This link doesn't work any more. Open the preview again.");

    /// <summary>What a link's token leads to: when it ends, which is where its row is found.</summary>
    public static string TargetOf(DateTimeOffset ends) => ends.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    public async Task<Result<(PreviewLink Link, Drive Drive), Refusal>> RunAsync(string? text, CancellationToken cancellation)
    {
        if (
            LinkToken.Parse(text) is not { } token
            || !uint.TryParse(token.Target, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            return Unknown;
        var ends = DateTimeOffset.FromUnixTimeSeconds(seconds);
        if (clock.GetUtcNow() >= ends)
            return Over;
        if (await links.FindAsync(ends, token.Hash, cancellation) is not { } link)
            return Unknown;
        return (await DriveOfAsync(link, cancellation)).Then<(PreviewLink, Drive)>(drive => (link, drive));
    }

    /// <summary>The link's drive, if it is there and the link's maker may still use it. What goes out may outlast the time.</summary>
    public async Task<Result<Drive, Refusal>> DriveOfAsync(PreviewLink link, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(link);
        // Its maker isn't here with a token: the browser asks for it as a picture or a sound.
        return (await drives.FindAsync(link.Organization, link.Drive, link.CreatedBy, cancellation)).Match<Result<Drive, Refusal>>(
            drive => drive,
            refusal => refusal.Kind is RefusalKind.Unavailable ? refusal : Over);
    }
}

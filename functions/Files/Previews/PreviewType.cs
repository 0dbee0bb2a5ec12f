using System.Collections.Frozen;
using ServerlessDrives.Access;

namespace ServerlessDrives.Files.Previews;

/// <summary>
/// The media types that a preview link answers. Nothing among them runs in a browser when it is shown as an image, audio or video, and no
/// file is answered as anything else, whatever it was stored as.
/// </summary>
internal static class PreviewType
{
    private static readonly FrozenDictionary<string, string> ByExtension = new Dictionary<string, string>
    {
        [".png"] = "image/png",
        [".apng"] = "image/apng",
        [".jpg"] = "image/jpeg",
        [".jpeg"] = "image/jpeg",
        [".gif"] = "image/gif",
        [".webp"] = "image/webp",
        [".avif"] = "image/avif",
        [".bmp"] = "image/bmp",
        [".ico"] = "image/x-icon",
        [".svg"] = "image/svg+xml",
        [".mp3"] = "audio/mpeg",
        [".m4a"] = "audio/mp4",
        [".aac"] = "audio/aac",
        [".oga"] = "audio/ogg",
        [".ogg"] = "audio/ogg",
        [".opus"] = "audio/ogg",
        [".wav"] = "audio/wav",
        [".flac"] = "audio/flac",
        [".weba"] = "audio/webm",
        [".mp4"] = "video/mp4",
        [".m4v"] = "video/mp4",
        [".mov"] = "video/quicktime",
        [".webm"] = "video/webm",
        [".ogv"] = "video/ogg",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <returns>Null for a file that isn't shown by a link.</returns>
    public static string? Of(FilePath path) => ByExtension.GetValueOrDefault(Path.GetExtension(path.Name));
}

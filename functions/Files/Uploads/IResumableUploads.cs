using System.Text.Json.Serialization;
using ServerlessDrives.Drives;
using ServerlessDrives.Files.References;

namespace ServerlessDrives.Files.Uploads;

/// <summary>An upload that is open at S3, as whoever goes on with it needs it. What AWS refuses comes back with its explanation.</summary>
public interface IResumableUploads
{
    /// <summary>Bytes of each part but the last of a file of this many bytes.</summary>
    long PartSizeOf(long size);

    /// <summary>The parts that S3 has, in the order of their numbers: at most 10,000.</summary>
    Task<Result<ReceivedParts, Refusal>> ReceivedAsync(Drive drive, OpenUpload upload, CancellationToken cancellation);

    /// <summary>A link to send each of these parts by, in the same order. S3 isn't asked whether the upload is still open.</summary>
    /// <param name="life">At most; a link ends with the session that signed it.</param>
    Task<Result<PartLinks, Refusal>> LinkAsync(
        Drive drive,
        OpenUpload upload,
        IReadOnlyList<int> parts,
        TimeSpan life,
        CancellationToken cancellation);
}

/// <param name="Size">Bytes.</param>
/// <param name="ETag">As S3 answered it to the PUT of the part.</param>
public sealed record ReceivedPart(int Number, long Size, [property: JsonPropertyName("etag")] string ETag);

public sealed record ReceivedParts(IReadOnlyList<ReceivedPart> Parts);

/// <param name="Ends">When the links stop working.</param>
public sealed record PartLinks(IReadOnlyList<Uri> Links, DateTimeOffset Ends);

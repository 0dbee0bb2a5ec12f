using System.Runtime.InteropServices;

namespace ServerlessDrives.Usage;

/// <summary>What S3 is asked for, by what it costs: writes and lists have one price, reads another, deletions none.</summary>
public enum RequestKind
{
    /// <summary>PUT, COPY and POST.</summary>
    Write,

    /// <summary>One page of a listing.</summary>
    List,

    /// <summary>GET, HEAD and all others.</summary>
    Read,

    /// <summary>DELETE, and the abortion of an upload.</summary>
    Delete,
}

/// <summary>How a drive was used in some time.</summary>
/// <param name="Writes">Requests of <see cref="RequestKind.Write"/>; so the next three.</param>
/// <param name="BytesIn">Sent to S3, the bodies of requests.</param>
/// <param name="BytesOut">Read from S3, the bodies of answers.</param>
/// <param name="UploadLinks">Presigned links that upload a file or a part of one.</param>
/// <param name="DownloadLinks">Presigned links that read a file.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct UsageCounts(
    long Writes,
    long Lists,
    long Reads,
    long Deletes,
    long BytesIn,
    long BytesOut,
    long UploadLinks,
    long DownloadLinks)
{
    public static UsageCounts operator +(UsageCounts one, UsageCounts other) => one.Plus(other);

    public UsageCounts Plus(UsageCounts other) =>
        new(
            Writes + other.Writes,
            Lists + other.Lists,
            Reads + other.Reads,
            Deletes + other.Deletes,
            BytesIn + other.BytesIn,
            BytesOut + other.BytesOut,
            UploadLinks + other.UploadLinks,
            DownloadLinks + other.DownloadLinks);
}

namespace ServerlessDrives.Files;

/// <summary>Settings under <c>ServerlessDrives:Files</c>.</summary>
public sealed class FileTransferOptions
{
    /// <summary>
    /// The largest body in bytes that is taken as a file; any size by default. In Azure the Functions host keeps a body that says its
    /// length in memory and answers what is too large for it by an empty 500, so <c>infra/azure</c> sets less here than there.
    /// </summary>
    public long? LargestRequest { get; set; }
}

namespace ServerlessDrives.Files.Operations;

/// <summary>Settings under <c>ServerlessDrives:FileOperations</c>.</summary>
public sealed class FileOperationOptions
{
    /// <summary>S3's own limit for a copy in one call, in bytes.</summary>
    public const long LargestCopy = 5L * 1024 * 1024 * 1024;

    /// <summary>How many files are worked on between two looks at everybody's rights; 500 by default, at most 1,000.</summary>
    public int PageSize { get; set; } = 500;

    /// <summary>Files of at least so many bytes are copied within S3 in parts; S3 itself copies 5 GiB at most in one call.</summary>
    public long CopiedInPartsFrom { get; set; } = LargestCopy;

    /// <summary>Files of at least so many bytes are copied through us in parts; 32 MiB by default.</summary>
    public long StreamedInPartsFrom { get; set; } = 32L * 1024 * 1024;

    /// <summary>How long a step goes on with a large file before the rights are looked at again; a minute by default.</summary>
    public TimeSpan StepTime { get; set; } = TimeSpan.FromMinutes(1);
}

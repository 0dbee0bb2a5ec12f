using System.Security.Cryptography;
using System.Text.Json;
using System.Xml;

namespace ServerlessDrives.Embedded.Cloud;

/// <summary>What the exceptions of files mean. Their codes are the system's own error numbers on Linux and macOS.</summary>
internal static class FileTrouble
{
    private const int Again = 11, AgainOnMac = 35, SharingViolation = unchecked((int)0x80070020);
    private const int NoSpace = 28, Quota = 122, QuotaOnMac = 69, TooLarge = 27, DiskFull = unchecked((int)0x80070070);

    /// <summary>Whether another process has the file for itself.</summary>
    public static bool IsLocked(Exception error) => error is IOException { HResult: SharingViolation }
        || (error is IOException locked && locked.HResult == (OperatingSystem.IsMacOS() ? AgainOnMac : Again));

    public static bool IsFull(Exception error) => error is IOException { HResult: NoSpace or TooLarge or DiskFull }
        || (error is IOException full && full.HResult == (OperatingSystem.IsMacOS() ? QuotaOnMac : Quota));

    /// <summary>Whether a file does not hold what is read from it.</summary>
    public static bool IsDamage(Exception error) => error is JsonException or CryptographicException or FormatException or XmlException;

    /// <summary>A sentence.</summary>
    public static string ReasonOf(Exception error) => error.Message.Split('\n')[0].Trim().TrimEnd('.') + ".";
}

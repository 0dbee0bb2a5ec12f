using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace ServerlessDrives.Embedded.Cloud;

/// <summary>Keeps what is on this machine from its other users. On Windows a person's own folders are closed to others already.</summary>
internal static class OwnerOnly
{
    private const UnixFileMode Others =
        UnixFileMode.GroupRead
        | UnixFileMode.GroupWrite
        | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead
        | UnixFileMode.OtherWrite
        | UnixFileMode.OtherExecute;

    /// <summary>Whatever this process and those that it starts create from now on is theirs alone.</summary>
    public static void FromNowOn()
    {
        if (!OperatingSystem.IsWindows())
            _ = SetMask((uint)Others);
    }

    /// <summary>Closes a folder and all in it, whoever opened it. Links are not followed.</summary>
    public static void Apply(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;
        Close(folder);
        var all = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        foreach (var entry in Directory.EnumerateFileSystemEntries(folder, "*", all))
            Close(entry);
    }

    [UnsupportedOSPlatform("windows")]
    private static void Close(string path)
    {
        var mode = File.GetUnixFileMode(path);
        if ((mode & Others) is not UnixFileMode.None)
            File.SetUnixFileMode(path, mode & ~Others);
    }

    [DllImport("libc", EntryPoint = "umask")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint SetMask(uint mask);
}

using System.Diagnostics;
using ServerlessDrives.Tests.Shared;
using Shouldly;

namespace ServerlessDrives.Tests.Integration.Storage;

/// <summary>A disk of 24 MB in memory, to be filled: mounted by root, or by anybody in a namespace of their own.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private const string Options = "size=24m,mode=0755";

    private readonly Process? _namespace;

    private SmallDisk(string folder, Process? @namespace)
    {
        Folder = folder;
        _namespace = @namespace;
    }

    /// <summary>As processes see it that are started by the launcher.</summary>
    public string Folder { get; }

    /// <summary>What has to run a command for it to see the disk.</summary>
    public IReadOnlyList<string> Launcher =>
        _namespace is null ? [] : ["nsenter", "-t", $"{_namespace.Id}", "-U", "-m", "--preserve-credentials", "--"];

    /// <summary>The same folder, as this process sees it.</summary>
    private string FolderFromHere => _namespace is null ? Folder : $"/proc/{_namespace.Id}/root{Folder}";

    private string Ballast => Path.Combine(FolderFromHere, "ballast");

    public static async Task<SmallDisk> MountAsync()
    {
        var folder = Directory.CreateTempSubdirectory("small-disk-").FullName;
        if (Environment.IsPrivilegedProcess)
        {
            var (exit, _, errors) = await Shell.RunAsync("mount", ["-t", "tmpfs", "-o", Options, "tmpfs", folder]);
            if (exit == 0)
                return new(folder, null);
            throw new InvalidOperationException($"A tmpfs could not be mounted: {errors}");
        }

        var start = new ProcessStartInfo(
            "unshare",
            ["-rm", "sh", "-c", $"mount -t tmpfs -o {Options} tmpfs '{folder}' && echo mounted && exec cat"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var holder = Process.Start(start)!;
        (await holder.StandardOutput.ReadLineAsync()).ShouldBe(
            "mounted",
            "util-linux's unshare has to be there, and user namespaces have to be allowed");
        return new(folder, holder);
    }

    /// <summary>Leaves no room but for a few kilobytes.</summary>
    public void Fill()
    {
        using var ballast = new FileStream(Ballast, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        var piece = new byte[4096];
        try
        {
            while (true)
                ballast.Write(piece);
        }
        catch (IOException)
        {
            // Full.
        }
    }

    public void MakeRoom() => File.Delete(Ballast);

    public async Task MakeReadOnlyAsync()
    {
        string[] command = [.. Launcher, "mount", "-o", "remount,ro", Folder];
        var (exit, _, errors) = await Shell.RunAsync(command[0], command[1..]);
        exit.ShouldBe(0, errors);
    }

    public async ValueTask DisposeAsync()
    {
        if (_namespace is not null)
        {
            _namespace.StandardInput.Close();
            await _namespace.WaitForExitAsync();
            _namespace.Dispose();
        }
        else
        {
            await Shell.RunAsync("umount", ["--lazy", Folder]);
        }

        Directory.Delete(Folder);
    }
}

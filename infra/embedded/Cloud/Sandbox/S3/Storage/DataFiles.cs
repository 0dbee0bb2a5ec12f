using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3.Storage;

/// <summary>
/// The files that hold the bytes of objects and parts. A file is written once and never changed; copies and completed uploads share it, and
/// the last one to let go deletes it.
/// </summary>
internal sealed class DataFiles
{
    private readonly string folder;
    private readonly ConcurrentDictionary<string, int> uses = new();

    public DataFiles(string folder)
    {
        this.folder = folder;
        for (var shard = 0; shard < 256; shard++) Directory.CreateDirectory(Path.Combine(folder, shard.ToString("x2")));
    }

    /// <summary>Creates an empty file, held by the caller until <see cref="Release"/>.</summary>
    public (string Name, SafeFileHandle Handle) Create(long expectedLength)
    {
        var name = Guid.NewGuid().ToString("n");
        uses[name] = 1;
        return (
            name,
            File.OpenHandle(PathOf(name), FileMode.CreateNew, FileAccess.Write, FileShare.Read, FileOptions.None, expectedLength));
    }

    public SafeFileHandle OpenRead(string name) =>
        File.OpenHandle(PathOf(name), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, FileOptions.SequentialScan);

    /// <summary>Holds what an earlier run wrote.</summary>
    /// <exception cref="EmbeddedCloudException">It is not there any more.</exception>
    public void HoldWritten(IReadOnlyList<Segment> segments)
    {
        foreach (var segment in segments)
        {
            var file = new FileInfo(PathOf(segment.File));
            if (!file.Exists || file.Length < segment.Offset + segment.Length)
                throw new EmbeddedCloudException(
                    $"The file {file.FullName} is {(file.Exists ? "cut" : "missing")}: an object of the sandbox is in it. Put a good " +
                    "copy in its place, or begin anew with --reset."
                );
        }

        Hold(segments);
    }

    public void Hold(IEnumerable<Segment> segments)
    {
        foreach (var segment in segments) uses.AddOrUpdate(segment.File, 1, static (_, count) => count + 1);
    }

    public void Release(IEnumerable<Segment> segments)
    {
        foreach (var segment in segments)
            if (uses.AddOrUpdate(segment.File, 0, static (_, count) => count - 1) == 0 && uses.TryRemove(segment.File, out _))
                File.Delete(PathOf(segment.File));
    }

    /// <summary>Deletes what a process that was killed left half written: every file that nothing holds.</summary>
    public void DeleteUnheld()
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            if (!uses.ContainsKey(Path.GetFileName(file))) File.Delete(file);
    }

    private string PathOf(string name) => Path.Combine(folder, name[..2], name);
}

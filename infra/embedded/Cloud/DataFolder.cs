namespace ServerlessDrives.Embedded.Cloud;

/// <summary>Where the embedded cloud keeps what must outlive it, held by one process at a time.</summary>
internal sealed class DataFolder(string path) : IDisposable
{
    private FileStream? _claim;

    public string Path { get; } = System.IO.Path.GetFullPath(path);

    /// <summary>A folder inside.</summary>
    public string Room(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Makes the folder, readable by its owner only, and holds it until disposed or until the process ends, however it ends.</summary>
    /// <exception cref="EmbeddedCloudException">Another process holds it.</exception>
    public void Claim()
    {
        try
        {
            CreatePrivately(Path);
            _claim = new FileStream(Room("in-use"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception error) when (error is UnauthorizedAccessException or DirectoryNotFoundException || File.Exists(Path))
        {
            throw new EmbeddedCloudException($"The data folder {Path} can't be used: {error.Message} Choose another with --data.", error);
        }
        catch (IOException error)
        {
            throw new EmbeddedCloudException($"The data folder {Path} is in use by another ServerlessDrives. Stop that one, or start this one with --data and another folder.", error);
        }
    }

    /// <summary>Deletes all that is inside. Only for the holder.</summary>
    public void Clear()
    {
        foreach (var folder in Directory.EnumerateDirectories(Path))
        {
            Directory.Delete(folder, recursive: true);
        }

        foreach (var file in Directory.EnumerateFiles(Path).Where(file => file != _claim?.Name))
        {
            File.Delete(file);
        }
    }

    public void Dispose() => _claim?.Dispose();

    public static void CreatePrivately(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    /// <summary>Replaces a file whole: after a crash at any point it holds either what it held or what is written now.</summary>
    public static void Replace(string file, ReadOnlySpan<byte> content)
    {
        var unfinished = $"{file}.unfinished";
        using (var stream = new FileStream(unfinished, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            stream.Write(content);
            stream.Flush(flushToDisk: true);
        }

        File.Move(unfinished, file, overwrite: true);
    }
}

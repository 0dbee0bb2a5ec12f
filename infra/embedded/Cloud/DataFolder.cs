namespace ServerlessDrives.Embedded.Cloud;

/// <summary>Where the embedded cloud keeps what must outlive it, held by one process at a time and readable by its owner only.</summary>
internal sealed class DataFolder(string path) : IDisposable
{
    /// <summary>What has to fit for a start to be worth it.</summary>
    private const int NeededAtStart = 1024 * 1024;

    private FileStream? _claim;

    public string Path { get; } = System.IO.Path.GetFullPath(path);

    /// <summary>A folder inside.</summary>
    public string Room(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>
    /// Makes the folder and holds it until disposed or until the process ends, however it ends. Nobody but its owner can read what is in
    /// it.
    /// </summary>
    /// <exception cref="EmbeddedCloudException">Another process holds it, or nothing can be written there.</exception>
    public void Claim()
    {
        try
        {
            OwnerOnly.FromNowOn();
            Directory.CreateDirectory(Path);
            _claim = new FileStream(Room("in-use"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            OwnerOnly.Apply(Path);
            Write(Room("room"), new byte[NeededAtStart], flushToDisk: false);
            File.Delete(Room("room"));
        }
        catch (IOException error) when (FileTrouble.IsLocked(error))
        {
            throw new EmbeddedCloudException(
                $"The data folder {Path} is in use by another ServerlessDrives. Stop that one, or start this one with --data and " +
                "another folder.",
                error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Dispose();
            throw new EmbeddedCloudException(
                FileTrouble.IsFull(error)
                    ? $"The disk of the data folder {Path} is full: {FileTrouble.ReasonOf(error)} Make room, or choose another folder " +
                        "with --data."
                    : $"The data folder {Path} can't be used: {FileTrouble.ReasonOf(error)} Choose another with --data.",
                error);
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

    /// <summary>What an earlier run wrote.</summary>
    /// <param name="parse">Throws when it is not that.</param>
    /// <exception cref="EmbeddedCloudException">The file can't be read, or was cut or damaged; the message names it.</exception>
    public static T Read<T>(string file, Func<byte[], T> parse)
    {
        try
        {
            return parse(File.ReadAllBytes(file));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new EmbeddedCloudException($"The file {file} can't be read: {FileTrouble.ReasonOf(error)}", error);
        }
        catch (Exception error) when (FileTrouble.IsDamage(error))
        {
            throw new EmbeddedCloudException(
                $"The file {file} is damaged: {FileTrouble.ReasonOf(error)} Put a good copy in its place, or begin anew with --reset.",
                error);
        }
    }

    /// <summary>Replaces a file whole: after a crash at any point it holds either what it held or what is written now.</summary>
    /// <param name="flushToDisk">Whether that holds for a power cut, too.</param>
    public static void Replace(string file, ReadOnlySpan<byte> content, bool flushToDisk = true)
    {
        var unfinished = $"{file}.unfinished";
        Write(unfinished, content, flushToDisk);
        File.Move(unfinished, file, overwrite: true);
    }

    /// <summary>Writes a file, or leaves none.</summary>
    private static void Write(string file, ReadOnlySpan<byte> content, bool flushToDisk)
    {
        try
        {
            using var stream = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.None);
            stream.Write(content);
            stream.Flush(flushToDisk);
        }
        catch (IOException)
        {
            File.Delete(file);
            throw;
        }
    }
}

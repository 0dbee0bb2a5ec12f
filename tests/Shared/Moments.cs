namespace ServerlessDrives.Tests.Shared;

/// <summary>The app's data folder as it was at moments that were kept.</summary>
public sealed class Moments(EmbeddedApp app) : IDisposable
{
    private readonly DirectoryInfo _kept = Directory.CreateTempSubdirectory("serverless-drives-moments-");

    /// <summary>Stops the app and keeps the task hub and the tables.</summary>
    public async Task KeepAsync(string moment)
    {
        await app.StopAsync();
        Copy(app.DataFolder, Path.Combine(_kept.FullName, moment), "durable.db*");
        Copy(app.DataFolder, Path.Combine(_kept.FullName, moment), "azurite");
    }

    public void BringBack(string moment, string what)
    {
        Lose(what);
        Copy(Path.Combine(_kept.FullName, moment), app.DataFolder, what);
    }

    public void Lose(string what)
    {
        foreach (var entry in new DirectoryInfo(app.DataFolder).EnumerateFileSystemInfos(what))
        {
            if (entry is DirectoryInfo folder)
                folder.Delete(recursive: true);
            else
                entry.Delete();
        }
    }

    /// <summary>Makes the secret that was stored last one that can't be changed, so that a drive with it can't be removed.</summary>
    public BlockedFile BlockNewestSecret() =>
        new(
            new DirectoryInfo(Path.Combine(app.DataFolder, "vault"))
                .EnumerateFiles("*.secret")
                .MaxBy(file => file.LastWriteTimeUtc)!
                .FullName);

    public void Dispose() => _kept.Delete(recursive: true);

    private static void Copy(string from, string to, string what)
    {
        Directory.CreateDirectory(to);
        foreach (var entry in new DirectoryInfo(from).EnumerateFileSystemInfos(what))
        {
            if (entry is FileInfo file)
                file.CopyTo(Path.Combine(to, file.Name));
            else
                Copy(entry.FullName, Path.Combine(to, entry.Name), "*");
        }
    }
}

/// <summary>A file that can't be written, because a folder has its name.</summary>
public sealed class BlockedFile
{
    private readonly string _path;
    private readonly byte[] _content;

    public BlockedFile(string path)
    {
        (_path, _content) = (path, File.ReadAllBytes(path));
        File.Delete(path);
        Directory.CreateDirectory(path);
    }

    public void Release()
    {
        Directory.Delete(_path);
        File.WriteAllBytes(_path, _content);
    }
}

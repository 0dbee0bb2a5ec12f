using System.Diagnostics;
using ServerlessDrives.Embedded.Durable;
using ServerlessDrives.Tests.Benchmarks.Measuring;

namespace ServerlessDrives.Tests.Benchmarks.Durable;

/// <summary>A folder for hubs on SQLite, deleted at the end.</summary>
internal sealed class DurableFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("durable-bench-");

    public DurableHubOptions Options => new() { Folder = _folder.FullName };

    /// <summary>What one commit costs at least: the time until four kilobytes at the end of a file are on the disk.</summary>
    public Percentiles TimeFlushes(int count)
    {
        var took = new List<TimeSpan>();
        using var file = new FileStream(Path.Combine(_folder.FullName, "flushed"), FileMode.Create);
        for (var flush = 0; flush < count; flush++)
        {
            file.Write(new byte[4096]);
            var began = Stopwatch.GetTimestamp();
            file.Flush(flushToDisk: true);
            took.Add(Stopwatch.GetElapsedTime(began));
        }

        return new Percentiles(took);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}

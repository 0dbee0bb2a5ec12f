using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using ServerlessDrives.Tests.Shared;

namespace ServerlessDrives.Tests.Integration.Reliability;

/// <summary>What happens to the app while it is used: it is killed, its storage is, its disk is full, AWS answers badly.</summary>
internal sealed class Havoc(EmbeddedApp app, bool smallDisk, Random random)
{
    private readonly SemaphoreSlim _life = new(1);

    public int Kills { get; private set; }

    public int Faults { get; private set; }

    public int FullDisks { get; private set; }

    public int StorageDeaths { get; private set; }

    /// <summary>One of these, and the time that it lasts.</summary>
    public async Task StrikeAsync()
    {
        await _life.WaitAsync();
        try
        {
            switch (random.Next(smallDisk ? 4 : 3))
            {
                case 0:
                    await app.KillAsync();
                    Kills++;
                    await app.StartAgainAsync();
                    break;
                case 1:
                    await DisturbAwsAsync();
                    break;
                case 2:
                    KillStorage();
                    break;
                default:
                    await FillDiskAsync();
                    break;
            }
        }
        finally
        {
            _life.Release();
        }
    }

    /// <summary>Throttling, server errors, dropped connections and slow answers, for some seconds.</summary>
    private async Task DisturbAwsAsync()
    {
        object fault = random.Next(3) switch
        {
            0 => new { throttle = true },
            1 => new { latencyMs = 1500 },
            _ => new { failNext = new { service = "s3", code = "InternalError", count = 5 } },
        };
        Faults++;
        using var http = app.Anonymous();
        using (await http.PostAsJsonAsync("/embedded/faults", fault))
            await Task.Delay(random.Next(500, 3000));
        using (await http.DeleteAsync("/embedded/faults"))
        {
        }
    }

    /// <summary>The app starts it again by itself.</summary>
    private void KillStorage()
    {
        foreach (
            var child in ChildrenOf(app.ProcessId)
                .Where(child => File.ReadAllText($"/proc/{child}/cmdline").Contains("azurite", StringComparison.Ordinal)))
        {
            using var process = Process.GetProcessById(child);
            process.Kill();
            StorageDeaths++;
        }
    }

    private async Task FillDiskAsync()
    {
        var ballast = Path.Combine(app.DataFolder, "ballast");
        try
        {
            await using var file = File.Create(ballast);
            for (var block = new byte[1024 * 1024]; ;)
                await file.WriteAsync(block);
        }
        catch (IOException)
        {
            FullDisks++;
            await Task.Delay(random.Next(500, 3000));
        }
        finally
        {
            File.Delete(ballast);
        }
    }

    private static IEnumerable<int> ChildrenOf(int parent)
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (
                !int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var process)
                || !File.Exists($"{folder}/stat"))
                continue;
            // "pid (name) state parent …", and a name may have spaces.
            var stat = File.ReadAllText($"{folder}/stat");
            if (stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1] == parent.ToString(CultureInfo.InvariantCulture))
                yield return process;
        }
    }
}

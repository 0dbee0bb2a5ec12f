using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using ServerlessDrives.Tests.Shared;
using ServerlessDrives.Tests.Shared.Azurite;

namespace ServerlessDrives.Tests.Integration.Reliability;

/// <summary>What happens to the app while it is used: it is killed, its storage is, its disk is full, AWS answers badly.</summary>
internal sealed class Havoc(EmbeddedApp app, bool smallDisk, Random random)
{
    private readonly SemaphoreSlim _life = new(1);
    private readonly AzuriteFiles _storage = new(Path.Combine(app.DataFolder, "azurite"));

    public int Kills { get; private set; }

    public int Faults { get; private set; }

    public int FullDisks { get; private set; }

    public int StorageDeaths { get; private set; }

    public bool EachHappened => Kills > 0 && Faults > 0 && StorageDeaths > 0 && (FullDisks > 0 || !smallDisk);

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
        try
        {
            using var process = Process.GetProcessById(_storage.ProcessId);
            process.Kill();
            StorageDeaths++;
        }
        catch (Exception none) when (none is ArgumentException or IOException or JsonException)
        {
            // It is being started again just now.
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
}

using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace ServerlessDrives.Embedded.Cloud.Azurite;

/// <summary>A process that an earlier start left on the same data, found by the file that it keeps while it serves.</summary>
internal sealed record AzuriteLeftover(int Pid, long StartedAt)
{
    private static readonly TimeSpan SavingTimeout = TimeSpan.FromSeconds(20);

    /// <summary>How far the start time that Node computes and the system's own may lie apart.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Waits until it has ended, and takes away the file of one that was killed. Its input is closed already, so it is saving.
    /// </summary>
    public static async Task EndAsync(string dataFolder, ILogger logger, CancellationToken cancellationToken)
    {
        var file = Path.Combine(dataFolder, "azurite.pid");
        if (!File.Exists(file))
            return;
        using (var process = (await ReadAsync(file, cancellationToken))?.Find())
        {
            if (process is not null)
                await EndAsync(process, logger, cancellationToken);
        }

        File.Delete(file);
    }

    private static async Task EndAsync(Process process, ILogger logger, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(SavingTimeout);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            logger.LogWarning("Azurite (process {ProcessId}) of an earlier start does not end by itself; killing it.", process.Id);
            process.Kill();
            await process.WaitForExitAsync(cancellationToken);
        }
    }

    private static async Task<AzuriteLeftover?> ReadAsync(string file, CancellationToken cancellationToken)
    {
        for (var lastTime = false; ; lastTime = true)
        {
            try
            {
                return JsonSerializer.Deserialize<AzuriteLeftover>(
                    await File.ReadAllTextAsync(file, cancellationToken),
                    JsonSerializerOptions.Web);
            }
            catch (FileNotFoundException)
            {
                return null;
            }
            catch (JsonException)
            {
                // It is being written; or it was, by a process that was killed before it served.
                if (lastTime)
                    return null;
                await Task.Delay(TimeSpan.FromMilliseconds(200), cancellationToken);
            }
        }
    }

    private Process? Find()
    {
        try
        {
            var process = Process.GetProcessById(Pid);
            var apart = process.StartTime.ToUniversalTime() - DateTimeOffset.FromUnixTimeMilliseconds(StartedAt).UtcDateTime;
            if (apart.Duration() < Tolerance)
                return process;
            process.Dispose();
            return null;
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}

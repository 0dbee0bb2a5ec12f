using System.Diagnostics;
using System.Globalization;

namespace ServerlessDrives.Embedded.Cloud.Azurite;

/// <summary>One run of <c>azurite.cjs</c>, from where it serves until it has ended.</summary>
internal sealed class AzuriteProcess : IDisposable
{
    private const string Ready = "ready ", Failed = "failed ", Taken = "taken";
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    // Node's own process ends at once; the one that serves has its input and output.
    private readonly Process _launcher;

    private AzuriteProcess(Process launcher, int id) => (_launcher, Id) = (launcher, id);

    /// <summary>The serving process.</summary>
    public int Id { get; }

    /// <param name="queuePort">0 where there is no need of queues.</param>
    /// <returns>Null where another process serves the same folder.</returns>
    /// <exception cref="EmbeddedCloudException">It could not start.</exception>
    public static async Task<AzuriteProcess?> StartAsync(
        string package,
        string dataFolder,
        int tablePort,
        int blobPort,
        CancellationToken cancellationToken,
        int queuePort = 0)
    {
        var script = Path.Combine(AppContext.BaseDirectory, "Cloud", "Azurite", "azurite.cjs");
        var start = new ProcessStartInfo("node", [script, package, dataFolder, Text(tablePort), Text(blobPort), "start", Text(queuePort)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start) ?? throw new EmbeddedCloudException("Node.js could not be started for Azurite.");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(StartTimeout);
        var started = false;
        try
        {
            while (await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
            {
                if (line.StartsWith(Ready, StringComparison.Ordinal))
                {
                    started = true;
                    return new(process, int.Parse(line.AsSpan(Ready.Length), CultureInfo.InvariantCulture));
                }

                if (line == Taken)
                    return null;
                if (line.StartsWith(Failed, StringComparison.Ordinal))
                    throw new EmbeddedCloudException($"Azurite could not start. {line[Failed.Length..]}");
            }

            throw new EmbeddedCloudException("Azurite ended while it was starting.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new EmbeddedCloudException($"Azurite did not answer within {StartTimeout.TotalSeconds:0} seconds.");
        }
        finally
        {
            if (!started)
            {
                process.StandardInput.Close();
                process.Dispose();
            }
        }
    }

    /// <summary>What it writes, until it has ended.</summary>
    public async IAsyncEnumerable<string> LinesAsync()
    {
        while (await _launcher.StandardOutput.ReadLineAsync(CancellationToken.None) is { } line)
            yield return line;
    }

    /// <summary>Has it save and end.</summary>
    public void End() => _launcher.StandardInput.Close();

    public void Dispose() => _launcher.Dispose();

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

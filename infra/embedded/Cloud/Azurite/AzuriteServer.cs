using System.Diagnostics;
using System.Text.Json;
using Azure.Core;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Logging;

namespace ServerlessDrives.Embedded.Cloud.Azurite;

/// <summary>
/// Azurite's table and blob services as a child process. It ends with this process, however that ends, and saves what it
/// holds; a death of its own is repaired by starting it again on the same ports and data.
/// </summary>
internal sealed class AzuriteServer(AzuriteInstallation installation, string dataFolder, int tablePort, int blobPort, ILogger logger) : IAsyncDisposable
{
    private const string Account = "devstoreaccount1";

    /// <summary>The emulator's well-known key, the same on every machine: it protects nothing.</summary>
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(20);
    private const int MostRetries = 8;
    private const int MostRestartsAMinute = 5;

    private readonly CancellationTokenSource _stopping = new();
    private Process? _process;
    private Task _watch = Task.CompletedTask;

    public Uri TableEndpoint { get; } = new($"http://127.0.0.1:{tablePort}/{Account}");

    public Uri BlobEndpoint { get; } = new($"http://127.0.0.1:{blobPort}/{Account}");

    public string ConnectionString =>
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};BlobEndpoint={BlobEndpoint};TableEndpoint={TableEndpoint};";

    /// <summary>The serving process, for those who want to kill it.</summary>
    public int ProcessId { get; private set; }

    /// <summary>Completes when Azurite died more often than it is started again; never otherwise.</summary>
    public Task<EmbeddedCloudException> GivenUp => _givenUp.Task;

    private readonly TaskCompletionSource<EmbeddedCloudException> _givenUp = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A client that retries through a restart of Azurite.</summary>
    /// <param name="retries">Few for a caller that waits by itself.</param>
    public TableServiceClient Tables(int retries = MostRetries) =>
        new(TableEndpoint, new TableSharedKeyCredential(Account, Key), WithPatience(new TableClientOptions(), retries));

    /// <inheritdoc cref="Tables"/>
    public BlobServiceClient Blobs(int retries = MostRetries) =>
        new(BlobEndpoint, new Azure.Storage.StorageSharedKeyCredential(Account, Key), WithPatience(new BlobClientOptions(), retries));

    /// <summary>Starts Azurite, after what an earlier start may have left running on the same data has ended, and returns once both services answer.</summary>
    /// <exception cref="EmbeddedCloudException">It couldn't be installed or started.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var package = await installation.EnsureAsync(cancellationToken);
        await Leftover.EndAsync(dataFolder, logger, cancellationToken);
        _process = await LaunchAsync(package, cancellationToken);
        _watch = WatchAsync(package);
    }

    /// <summary>Has Azurite save and end, and waits for it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
        {
            return;
        }

        await _stopping.CancelAsync();
        _process?.StandardInput.Close();
        await Task.WhenAny(_watch, Task.Delay(StopPatience, CancellationToken.None));
        await Leftover.EndAsync(dataFolder, logger, CancellationToken.None);
        _process?.Dispose();
        _stopping.Dispose();
    }

    private async Task<Process> LaunchAsync(string package, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(dataFolder);
        var script = Path.Combine(AppContext.BaseDirectory, "Cloud", "Azurite", "azurite.cjs");
        var start = new ProcessStartInfo("node", [script, package, dataFolder, $"{tablePort}", $"{blobPort}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start) ?? throw new EmbeddedCloudException("Node.js could not be started for Azurite.");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(StartPatience);
        try
        {
            while (await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
            {
                if (line.StartsWith("ready ", StringComparison.Ordinal))
                {
                    ProcessId = int.Parse(line.AsSpan("ready ".Length));
                    return process;
                }

                if (line.StartsWith("failed ", StringComparison.Ordinal))
                {
                    throw new EmbeddedCloudException($"Azurite could not start: {line["failed ".Length..]}");
                }
            }

            throw new EmbeddedCloudException("Azurite ended while it was starting.");
        }
        catch (Exception error)
        {
            process.StandardInput.Close();
            process.Dispose();
            if (error is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                throw new EmbeddedCloudException($"Azurite did not answer within {StartPatience.TotalSeconds:0} seconds.");
            }

            throw;
        }
    }

    /// <summary>Reads what Azurite says until its output closes: then it is gone.</summary>
    private async Task WatchAsync(string package)
    {
        var deaths = new Queue<long>();
        while (true)
        {
            while (await _process!.StandardOutput.ReadLineAsync(CancellationToken.None) is { } line)
            {
                logger.LogDebug("Azurite: {Line}", line);
            }

            if (_stopping.IsCancellationRequested)
            {
                return;
            }

            deaths.Enqueue(Stopwatch.GetTimestamp());
            while (Stopwatch.GetElapsedTime(deaths.Peek()) > TimeSpan.FromMinutes(1))
            {
                deaths.Dequeue();
            }

            if (deaths.Count > MostRestartsAMinute)
            {
                _givenUp.TrySetResult(new EmbeddedCloudException($"Azurite died {deaths.Count} times within a minute."));
                return;
            }

            logger.LogWarning("Azurite (process {ProcessId}) died; starting it again.", ProcessId);
            try
            {
                _process.Dispose();
                _process = await LaunchAsync(package, _stopping.Token);
                logger.LogInformation("Azurite is back (process {ProcessId}).", ProcessId);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (EmbeddedCloudException error)
            {
                _givenUp.TrySetResult(error);
                return;
            }
        }
    }

    private static TOptions WithPatience<TOptions>(TOptions options, int retries) where TOptions : ClientOptions
    {
        options.Retry.Mode = RetryMode.Exponential;
        options.Retry.Delay = TimeSpan.FromMilliseconds(100);
        options.Retry.MaxDelay = TimeSpan.FromSeconds(2);
        options.Retry.MaxRetries = retries;
        options.Retry.NetworkTimeout = TimeSpan.FromSeconds(20);
        options.Diagnostics.IsLoggingEnabled = false;
        options.Diagnostics.IsTelemetryEnabled = false;
        return options;
    }

    /// <summary>A process that an earlier start left on the same data, found by the file that it keeps while it serves.</summary>
    private sealed record Leftover(int Pid, long StartedAt)
    {
        /// <summary>How far the start time that Node computes and the system's own may lie apart.</summary>
        private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(5);

        public static async Task EndAsync(string dataFolder, ILogger logger, CancellationToken cancellationToken)
        {
            var file = Path.Combine(dataFolder, "azurite.pid");
            using var process = Read(file)?.Find();
            if (process is null)
            {
                return;
            }

            // Its input is closed already, so it is saving: killing it now would lose writes.
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(StopPatience);
            try
            {
                await process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                logger.LogWarning("Azurite (process {ProcessId}) of an earlier start doesn't end by itself; killing it.", process.Id);
                process.Kill();
                await process.WaitForExitAsync(cancellationToken);
            }
        }

        private static Leftover? Read(string file)
        {
            try
            {
                return JsonSerializer.Deserialize<Leftover>(File.ReadAllText(file), JsonSerializerOptions.Web);
            }
            catch (Exception error) when (error is IOException or JsonException)
            {
                // No file: it ended properly. Half a file: it was killed while it wrote it, before it served.
                return null;
            }
        }

        private Process? Find()
        {
            try
            {
                var process = Process.GetProcessById(Pid);
                var apart = process.StartTime.ToUniversalTime() - DateTimeOffset.FromUnixTimeMilliseconds(StartedAt).UtcDateTime;
                if (apart.Duration() < Tolerance)
                {
                    return process;
                }

                process.Dispose();
                return null;
            }
            catch (Exception error) when (error is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
            {
                return null;
            }
        }
    }
}

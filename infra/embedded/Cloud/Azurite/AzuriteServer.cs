using Azure.Core;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ServerlessDrives.Embedded.Cloud.Azurite;

/// <summary>
/// Azurite's table and blob services as a child process. It ends with this process, however that ends, and saves what it
/// holds; a death of its own is repaired by starting it again on the same ports and data, for as long as that takes.
/// </summary>
internal sealed class AzuriteServer(AzuriteInstallation installation, string dataFolder, int tablePort, int blobPort, int queuePort = 0)
    : IAsyncDisposable
{
    private const string Account = "devstoreaccount1";

    /// <summary>The emulator's well-known key, the same on every machine: it protects nothing.</summary>
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan StartsAgainAtTheLatestAfter = TimeSpan.FromSeconds(10);
    private const int MostRetries = 8;

    private readonly CancellationTokenSource _stopping = new();
    private AzuriteProcess? _process;
    private Task _watch = Task.CompletedTask;

    public Uri TableEndpoint { get; } = new($"http://127.0.0.1:{tablePort}/{Account}");

    public Uri BlobEndpoint { get; } = new($"http://127.0.0.1:{blobPort}/{Account}");

    /// <summary>Of the storage account, for those who use more of it than tables.</summary>
    public string ConnectionString =>
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};BlobEndpoint={BlobEndpoint};TableEndpoint={TableEndpoint};"
        + $"QueueEndpoint=http://127.0.0.1:{queuePort}/{Account};";

    /// <summary>Hears of what happens to it.</summary>
    public ILogger Logger { get; set; } = NullLogger.Instance;

    /// <summary>A client that retries through a restart of Azurite.</summary>
    /// <param name="retries">Few for a caller that waits by itself.</param>
    public TableServiceClient Tables(int retries = MostRetries) =>
        new(TableEndpoint, new TableSharedKeyCredential(Account, Key), WithRetries(new TableClientOptions(), retries));

    /// <inheritdoc cref="Tables"/>
    public BlobServiceClient Blobs(int retries = MostRetries) =>
        new(BlobEndpoint, new Azure.Storage.StorageSharedKeyCredential(Account, Key), WithRetries(new BlobClientOptions(), retries));

    /// <summary>
    /// Starts Azurite, after what an earlier start may have left running on the same data has ended, and returns once both services answer.
    /// </summary>
    /// <exception cref="EmbeddedCloudException">It couldn't be installed or started.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var package = await installation.EnsureAsync(cancellationToken);
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
        _process?.End();
        await Task.WhenAny(_watch, Task.Delay(StopLimit, CancellationToken.None));
        await AzuriteLeftover.EndAsync(dataFolder, Logger, CancellationToken.None);
        _process?.Dispose();
        _stopping.Dispose();
    }

    private async Task<AzuriteProcess> LaunchAsync(string package, CancellationToken cancellationToken)
    {
        while (true)
        {
            await AzuriteLeftover.EndAsync(dataFolder, Logger, cancellationToken);
            if (await AzuriteProcess.StartAsync(package, dataFolder, tablePort, blobPort, cancellationToken, queuePort) is { } process)
                return process;
        }
    }

    /// <summary>Hears what Azurite says until its output closes: then it is gone, and is started again.</summary>
    private async Task WatchAsync(string package)
    {
        while (_process is { } process)
        {
            await foreach (var line in process.LinesAsync())
                Hear(line);
            if (_stopping.IsCancellationRequested)
                return;
            Logger.LogWarning("Azurite (process {ProcessId}) died; starting it again.", process.Id);
            _process = null;
            process.Dispose();
            _process = await RelaunchAsync(package);
        }
    }

    /// <returns>Null when it is not needed any more.</returns>
    private async Task<AzuriteProcess?> RelaunchAsync(string package)
    {
        for (var wait = TimeSpan.FromSeconds(1); ; wait = wait < StartsAgainAtTheLatestAfter ? 2 * wait : StartsAgainAtTheLatestAfter)
        {
            try
            {
                var process = await LaunchAsync(package, _stopping.Token);
                Logger.LogInformation("Azurite is back (process {ProcessId}).", process.Id);
                return process;
            }
            catch (OperationCanceledException)
            {
                return null;
            }
            catch (Exception error) when (error is EmbeddedCloudException or IOException or UnauthorizedAccessException)
            {
                Logger.LogError("{Reason} Trying again in {Seconds} s.", error.Message, wait.TotalSeconds);
            }

            await Task.Delay(wait, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Hear(string line)
    {
        if (line.StartsWith("full ", StringComparison.Ordinal))
            Logger.LogError("{Reason} Changes are refused until there is room.", line["full ".Length..]);
        else if (line == "room")
            Logger.LogInformation("There is room again: changes are stored.");
        else
            Logger.LogDebug("Azurite: {Line}", line);
    }

    private static TOptions WithRetries<TOptions>(TOptions options, int retries) where TOptions : ClientOptions
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
}

using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using ServerlessDrives.Embedded.Cloud;
using ServerlessDrives.Embedded.Cloud.Azurite;

namespace ServerlessDrives.Tests.Shared.Azurite;

/// <summary>One Azurite for a whole test assembly: the one that the app runs on, started on free ports, stopped at the end.</summary>
public class AzuriteFixture : IAsyncDisposable
{
    /// <summary>The well-known key of the storage emulators; it opens nothing else.</summary>
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private static readonly TimeSpan ForInstalling = TimeSpan.FromMinutes(9);
    private static readonly TimeSpan ForStarting = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _gate = new(1);
    private readonly string _data = Directory.CreateTempSubdirectory("azurite-").FullName;
    private readonly int _blobPort = FreePort.Take(1)[0];
    private readonly int _queuePort = FreePort.Take(1)[0];
    private readonly int _tablePort = FreePort.Take(1)[0];
    private string? _package;
    private Process? _process;

    /// <summary>Of its blobs, queues and tables.</summary>
    public string ConnectionString =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey={Key};"
                + $"BlobEndpoint=http://127.0.0.1:{_blobPort}/devstoreaccount1;"
                + $"QueueEndpoint=http://127.0.0.1:{_queuePort}/devstoreaccount1;"
                + $"TableEndpoint=http://127.0.0.1:{_tablePort}/devstoreaccount1;"
        );

    /// <summary>Clients of it, started if need be.</summary>
    /// <param name="transport">What carries their requests, where it is not the usual.</param>
    public async Task<(TableServiceClient Tables, BlobServiceClient Blobs)> ClientsAsync(HttpPipelineTransport? transport = null)
    {
        await StartAsync();
        var (tables, blobs) = (new TableClientOptions(), new BlobClientOptions());
        foreach (Azure.Core.ClientOptions options in new Azure.Core.ClientOptions[] { tables, blobs })
        {
            options.Retry.MaxRetries = 1;
            options.Retry.Delay = TimeSpan.FromMilliseconds(50);
            if (transport is not null)
                options.Transport = transport;
        }

        return (new TableServiceClient(ConnectionString, tables), new BlobServiceClient(ConnectionString, blobs));
    }

    public async Task StartAsync()
    {
        await _gate.WaitAsync();
        try
        {
            if (_process is { HasExited: false })
                return;
            using var patience = new CancellationTokenSource(ForInstalling);
            _package ??= await AzuriteInstallation.OfThisPerson(Terminal.Open()).EnsureAsync(patience.Token);
            string[] arguments =
            [
                Path.Combine(_package, "dist", "src", "azurite.js"),
                "--silent",
                "--skipApiVersionCheck",
                "--disableTelemetry",
                "--location",
                _data,
                "--blobPort",
                Text(_blobPort),
                "--queuePort",
                Text(_queuePort),
                "--tablePort",
                Text(_tablePort),
            ];
            _process = Process.Start(
                new ProcessStartInfo("node", arguments) { RedirectStandardOutput = true, RedirectStandardError = true }
            )!;
            _process.BeginOutputReadLine();
            _process.BeginErrorReadLine();
            patience.CancelAfter(ForStarting);
            await AnswersAsync(_tablePort, patience.Token);
            await AnswersAsync(_blobPort, patience.Token);
            await AnswersAsync(_queuePort, patience.Token);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Stops it as a machine that is shut down would; what it has answered is kept.</summary>
    public async Task StopAsync()
    {
        if (_process is not { HasExited: false } running)
            return;
        using var stop = Process.Start("kill", ["-TERM", Text(running.Id)]);
        await running.WaitForExitAsync();
    }

    /// <summary>Ends it at once; what it was told in the last seconds may be lost.</summary>
    public async Task KillAsync()
    {
        if (_process is not { HasExited: false } running)
            return;
        running.Kill();
        await running.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _process?.Dispose();
        _gate.Dispose();
        Directory.Delete(_data, recursive: true);
        GC.SuppressFinalize(this);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static async Task AnswersAsync(int port, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port, cancellation);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(20, cancellation);
            }
        }
    }
}

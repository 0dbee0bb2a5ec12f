using Microsoft.Extensions.Logging;
using ServerlessDrives.Embedded.Durable;
using ServerlessDrives.Tests.Shared.Durable;

namespace ServerlessDrives.Tests.Integration.Durable.Contract;

/// <summary>
/// What a Durable Task runtime promises, seen through the official client and the orchestrator's context only, on two storage providers:
/// ours on SQLite, and Microsoft's on Azure Storage. Where the two differ, the test says which is right.
/// </summary>
public abstract class DurableContract : IDisposable
{
    private readonly DurableAzurite? _azurite;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("durable-");

    private readonly bool _replays;

    /// <param name="azurite">Null for our own provider.</param>
    /// <param name="replays">Whether each turn is replayed from the start, as in Azure, and the worker remembers nothing.</param>
    protected DurableContract(DurableAzurite? azurite, bool replays) => (_azurite, _replays) = (azurite, replays);

    /// <summary>Microsoft's provider, and not ours.</summary>
    protected bool IsOnAzureStorage => _azurite is not null;

    /// <summary>How early a timer may fire. By the documentation not at all; Azure Storage counts whole seconds.</summary>
    protected double MillisecondsEarly => IsOnAzureStorage ? 1000 : 0;

    protected TestFunctions Functions { get; } = new TestFunctions()
        .Activity<string, string>("Echo", text => text)
        .Activity<int, int>("Double", number => number * 2)
        .Orchestrator("Wait", context => context.WaitForExternalEvent<string>("go"));

    public void Dispose()
    {
        _folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Microsoft's provider does some ten steps a second on Azurite.</summary>
    protected int Many(int many) => IsOnAzureStorage ? many / 10 : many;

    protected async Task<IDurableHub> StartAsync(ILoggerFactory? loggers = null)
    {
        var options = _azurite is null
            ? new DurableHubOptions { Folder = _folder.FullName, RetryDelay = TimeSpan.FromMilliseconds(100) }
            : await _azurite.HubAsync();
        options = options with { ExtendedSessions = !_replays };
        var hub = loggers is null ? new TestHub(Functions, options) : new TestHub(Functions, options) { Loggers = loggers };
        await hub.StartAsync();
        return hub;
    }
}

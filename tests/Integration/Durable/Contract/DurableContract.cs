using Microsoft.Extensions.Logging;
using ServerlessDrives.Tests.Shared.Durable;

namespace ServerlessDrives.Tests.Integration.Durable.Contract;

/// <summary>
/// What a Durable Task runtime promises, seen through its client and the orchestrator's context only. Another runtime is put to
/// these tests by starting another hub here.
/// </summary>
public abstract class DurableContract(DurableAzurite azurite)
{
    protected TestFunctions Functions { get; } = new TestFunctions()
        .Activity<string, string>("Echo", text => text)
        .Activity<int, int>("Double", number => number * 2)
        .Orchestrator("Wait", context => context.WaitForExternalEvent<string>("go"));

    protected async Task<IDurableHub> StartAsync(ILoggerFactory? loggers = null)
    {
        var hub = loggers is null ? new TestHub(azurite, Functions) : new TestHub(azurite, Functions) { Loggers = loggers };
        await hub.StartAsync();
        return hub;
    }
}

using ServerlessDrives.Embedded.Durable;
using ServerlessDrives.Tests.Integration.Durable;
using ServerlessDrives.Tests.Shared.Azurite;
using Xunit;

[assembly: AssemblyFixture(typeof(DurableAzurite))]

namespace ServerlessDrives.Tests.Integration.Durable;

/// <summary>The storage of Microsoft's provider.</summary>
public sealed class DurableAzurite : AzuriteFixture
{
    /// <summary>A new task hub in it.</summary>
    public async Task<DurableHubOptions> HubAsync()
    {
        await StartAsync();
        return new()
        {
            Provider = DurableProvider.AzureStorage,
            ConnectionString = ConnectionString,
            TaskHub = $"hub{Guid.NewGuid():N}"[..30],
            Partitions = 1,
            LongestPoll = TimeSpan.FromMilliseconds(100),
            VisibilityTimeout = TimeSpan.FromSeconds(10),
        };
    }
}

using ServerlessDrives.Tests.Shared;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Connecting;

/// <summary>An app that takes a refusal for final almost at once: for all the scenarios in which something is refused.</summary>
[CollectionDefinition(Name)]
public sealed class ImpatientApp : ICollectionFixture<ImpatientApp>, IAsyncLifetime
{
    public const string Name = "Impatient app";

    public EmbeddedApp App { get; private set; } = null!;

    public async ValueTask InitializeAsync() => App = await EmbeddedApp.StartAsync(new() { ["Verification__PropagationWait"] = "00:00:00.3", ["Verification__FirstPause"] = "00:00:00.1" });

    public ValueTask DisposeAsync() => App.DisposeAsync();
}

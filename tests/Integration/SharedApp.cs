using ServerlessDrives.Tests.Shared;
using Xunit;

namespace ServerlessDrives.Tests.Integration;

/// <summary>An app that the classes of one collection share.</summary>
public abstract class SharedApp(Dictionary<string, string> settings, params string[] options) : IAsyncLifetime
{
    public EmbeddedApp App { get; private set; } = null!;

    public async ValueTask InitializeAsync() => App = await EmbeddedApp.StartAsync(settings, options: options);

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await App.DisposeAsync();
    }
}

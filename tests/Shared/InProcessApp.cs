using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ServerlessDrives.Embedded;
using ServerlessDrives.Embedded.Functions;

namespace ServerlessDrives.Tests.Shared;

/// <summary>The whole app, embedded cloud and all, in this process: served over HTTP, and its parts within reach of those who move clocks or count calls.</summary>
public sealed class InProcessApp : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly string _dataFolder;

    private InProcessApp(IHost host, string dataFolder) => (_host, _dataFolder) = (host, dataFolder);

    public IServiceProvider Services => _host.Services;

    public Uri Address { get; private set; } = new("http://127.0.0.1:1");

    /// <summary>What the sandbox was seeded with: the answer of <c>GET /embedded/cloud</c>.</summary>
    public JsonNode Cloud { get; private set; } = new JsonObject();

    /// <param name="settings">Such as <c>ServerlessDrives:Health:Every</c>.</param>
    /// <param name="byHand">Classes whose functions don't run by themselves.</param>
    /// <param name="replace">Changes what the app is made of.</param>
    public static async Task<InProcessApp> StartAsync(Dictionary<string, string?>? settings = null, Type[]? byHand = null, Action<IServiceCollection>? replace = null)
    {
        var data = Directory.CreateTempSubdirectory("serverless-drives-").FullName;
        var builder = FunctionsApplication.CreateBuilder(["--port", "0", "--data", data]);
        builder.Configuration.AddInMemoryCollection(settings ?? []);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        var functions = FunctionCatalog.TypesBehind(typeof(ServerlessDrivesApplication).Assembly).Where(type => byHand is null || !byHand.Contains(type));
        builder.Services.AddSingleton(FunctionCatalog.Of(functions));
        builder.AddServerlessDrives();
        replace?.Invoke(builder.Services);
        var app = new InProcessApp(builder.Build(), data);
        await app._host.StartAsync();
        app.Address = new($"http://127.0.0.1:{app.Services.GetRequiredService<EmbeddedOptions>().Port}");
        using var http = new HttpClient { BaseAddress = app.Address };
        app.Cloud = (await http.GetFromJsonAsync<JsonNode>("/embedded/cloud"))!;
        return app;
    }

    public AwsAdministrator Administrator() => new(Cloud);

    public HttpClient Anonymous() => new() { BaseAddress = Address };

    /// <summary>A client of one of the seeded people: ada, max, mia, leo, eve.</summary>
    public async Task<HttpClient> SignInAsync(string user)
    {
        var http = Anonymous();
        using var answer = await http.PostAsJsonAsync("/embedded/token", new { user });
        answer.EnsureSuccessStatusCode();
        var token = (await answer.Content.ReadFromJsonAsync<JsonNode>())!["access_token"]!.GetValue<string>();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return http;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        if (_host is IAsyncDisposable disposable)
            await disposable.DisposeAsync();
        else
            _host.Dispose();
        try
        {
            Directory.Delete(_dataFolder, recursive: true);
        }
        catch (IOException)
        {
            // Something of Azurite's still writes; the folder is temporary anyway.
        }
    }
}

/// <summary>The time of day as a test sets it; waits and stopwatches stay real.</summary>
public sealed class MovableClock : TimeProvider
{
    private DateTimeOffset _now = System.GetUtcNow();

    public override DateTimeOffset GetUtcNow() => _now;

    public void Advance(TimeSpan by) => _now += by;
}

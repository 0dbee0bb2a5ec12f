using System.Diagnostics;
using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using ServerlessDrives;
using ServerlessDrives.Embedded;

// One process: the local host, and the app in it, started by the app's own entry point as the official host starts it.
try
{
    if (Environment.GetEnvironmentVariable("WAIT_FOR_DEBUGGER") is { Length: > 0 })
    {
        Console.WriteLine($"Process {Environment.ProcessId} waits for a debugger.");
        while (!Debugger.IsAttached)
            await Task.Delay(100);
    }

    foreach (var (name, value) in LocalSettings())
        SetWeakly(name, value);
    var host = await LocalHost.StartAsync(args, new ConfigurationBuilder().AddEnvironmentVariables().Build());
    await using (host)
    {
        foreach (var (name, value) in host.Settings)
            SetWeakly(name.Replace(":", "__", StringComparison.Ordinal), value);
        LocalHost.Current = host;
        // Else .NET watches every folder below the current one, node_modules included, for a change of appsettings.json.
        SetWeakly("DOTNET_hostBuilder__reloadConfigOnChange", "false");
        Environment.SetEnvironmentVariable(WebHostDefaultsVariable(), typeof(LocalHost).Assembly.GetName().Name);
        var app = typeof(ServerlessDrivesApplication).Assembly;
        // The start-up code that the Functions SDK generates is looked for in the entry assembly.
        Assembly.SetEntryAssembly(app);
        app.EntryPoint!.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [host.WorkerArguments], null);
    }

    return Environment.ExitCode;
}
catch (Exception failure) when (StartRefusal.SentenceOf(failure) is { } sentence)
{
    await Console.Error.WriteLineAsync($"ServerlessDrives can't start. {sentence}");
    return 1;
}

static string WebHostDefaultsVariable() => $"ASPNETCORE_{WebHostDefaults.HostingStartupAssembliesKey.ToUpperInvariant()}";

// What the environment has already is stronger.
static void SetWeakly(string name, string? value)
{
    if (Environment.GetEnvironmentVariable(name) is null)
        Environment.SetEnvironmentVariable(name, value);
}

// The "Values" of local.settings.json, as Core Tools hands them to a worker.
static Dictionary<string, string?> LocalSettings()
{
    var file = Path.Combine(AppContext.BaseDirectory, "local.settings.json");
    if (!File.Exists(file))
        return [];
    var settings = JsonNode.Parse(
        File.ReadAllText(file),
        documentOptions: new() { CommentHandling = System.Text.Json.JsonCommentHandling.Skip, AllowTrailingCommas = true });
    return settings
            ?["Values"]?.AsObject()
            .ToDictionary(value => value.Key.Replace(":", "__", StringComparison.Ordinal), value => value.Value?.ToString())
        ?? [];
}

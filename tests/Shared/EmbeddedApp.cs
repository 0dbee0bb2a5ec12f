using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace ServerlessDrives.Tests.Shared;

/// <summary>The app as people run it: a process of its own, with its own data folder, which may be killed and started again.</summary>
public sealed class EmbeddedApp : IAsyncDisposable
{
    private const string ReadyLine = "ServerlessDrives is ready at ";
    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(4);

    /// <summary>What tokens are signed with, the same for the apps of one process.</summary>
    private static readonly Lazy<byte[]> SignInKey = new(() =>
    {
        using var key = RSA.Create(2048);
        return key.ExportPkcs8PrivateKey();
    });

    private readonly StringBuilder _output = new();
    private readonly Dictionary<string, string> _settings;
    private readonly IReadOnlyList<string> _launcher;
    private readonly IReadOnlyList<string> _options;
    private Process? _process;

    private EmbeddedApp(
        Dictionary<string, string> settings,
        string? dataFolder,
        IReadOnlyList<string>? launcher,
        IReadOnlyList<string>? options)
    {
        _options = options ?? [];
        _settings = settings;
        _launcher = launcher ?? [];
        DataFolder = dataFolder ?? Directory.CreateTempSubdirectory("serverless-drives-").FullName;
    }

    public string DataFolder { get; }

    public Uri Address { get; private set; } = new("http://127.0.0.1:1");

    /// <summary>What the sandbox was seeded with: the answer of <c>GET /embedded/cloud</c>.</summary>
    public JsonNode Cloud { get; private set; } = new JsonObject();

    public int ProcessId => _process!.Id;

    /// <summary>Everything that the app has printed so far.</summary>
    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <param name="dataFolder">One that is there already; it is deleted in the end, too.</param>
    /// <param name="launcher">A command that runs the app's, such as nsenter with its options.</param>
    /// <param name="options">Further ones of the command line, such as <c>--sandbox-tls</c>.</param>
    public static async Task<EmbeddedApp> StartAsync(
        Dictionary<string, string>? settings = null,
        string? dataFolder = null,
        IReadOnlyList<string>? launcher = null,
        IReadOnlyList<string>? options = null)
    {
        var app = new EmbeddedApp(settings ?? [], dataFolder, launcher, options);
        app.BringSignInKey();
        await app.StartAgainAsync();
        return app;
    }

    /// <summary>Puts the shared key into the data folder, since making a key is a tenth of what a start costs.</summary>
    private void BringSignInKey()
    {
        var file = Path.Combine(DataFolder, "sign-in.key");
        // A folder that doesn't exist here may be on a disk that only the app's process sees.
        if (!Directory.Exists(DataFolder) || File.Exists(file))
            return;
        File.WriteAllBytes(file, SignInKey.Value);
    }

    /// <summary>Where the app is, if this line of what it prints says so.</summary>
    public static Uri? AddressIn(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        return line.IndexOf(ReadyLine, StringComparison.Ordinal) is >= 0 and var at
            ? new Uri(line[(at + ReadyLine.Length)..].Trim())
            : null;
    }

    /// <summary>Starts the app on the same data folder; the port may be another.</summary>
    public async Task StartAgainAsync(params string[] more)
    {
        ArgumentNullException.ThrowIfNull(more);
        var ready = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        var command = _launcher.Append("dotnet").ToList();
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        var app = Path.Combine(AppContext.BaseDirectory, "ServerlessDrives.Embedded.dll");
        foreach (var argument in (string[])[app, "--port", "0", "--data", DataFolder, .. _options, .. more])
            start.ArgumentList.Add(argument);
        // A process of some seconds is over before code that is compiled a second time has paid for it: a fifth less of the processor for
        // each start.
        start.Environment.TryAdd("DOTNET_TC_CallCounting", "0");
        foreach (var (name, value) in _settings)
            start.Environment[name] = value;
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.OutputDataReceived += (_, line) => Hear(line.Data, ready);
        process.ErrorDataReceived += (_, line) => Hear(line.Data, ready);
        process.Exited += (_, _) => ready.TrySetException(new InvalidOperationException($"The app ended before it was ready:\n{Output}"));
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _process = process;
        Address = await ready.Task.WaitAsync(StartPatience);
        using var http = new HttpClient { BaseAddress = Address };
        Cloud = (await http.GetFromJsonAsync<JsonNode>("/embedded/cloud"))!;
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process!.Kill(entireProcessTree: false);
        await _process.WaitForExitAsync();
    }

    /// <summary>Asks the app to end.</summary>
    /// <param name="signal">
    /// TERM, which systems send, or INT, which Ctrl+C sends; a process that was started in a shell's background ignores INT.
    /// </param>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync(string signal = "TERM")
    {
        using (Process.Start("kill", [$"-{signal}", $"{_process!.Id}"]))
        {
            await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        }

        return _process.ExitCode;
    }

    /// <summary>A client that nobody is signed in with. Each answer of the API is held against its description.</summary>
    public HttpClient Anonymous() => new(new AgainstTheContract()) { BaseAddress = Address };

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

    public AwsAdministrator Administrator() => new(Cloud);

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            try
            {
                await StopAsync();
            }
            catch (TimeoutException)
            {
                _process.Kill(entireProcessTree: true);
            }
        }

        _process?.Dispose();
        try
        {
            Directory.Delete(DataFolder, recursive: true);
        }
        catch (IOException)
        {
            // Something of Azurite's still writes; the folder is temporary anyway.
        }
    }

    private void Hear(string? line, TaskCompletionSource<Uri> ready)
    {
        if (line is null)
            return;
        lock (_output)
            _output.AppendLine(line);
        if (AddressIn(line) is { } address)
            ready.TrySetResult(address);
    }
}

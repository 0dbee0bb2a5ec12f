using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace ServerlessDrives.Embedded.Cloud.Azurite;

/// <summary>Azurite as an npm package, installed once per machine and person into the cache folder.</summary>
internal sealed class AzuriteInstallation(string folder, IAnsiConsole console)
{
    /// <summary>The one version that the app is tested with.</summary>
    public const string Version = "3.37.0";

    private const int OldestNode = 20;
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(8);

    /// <summary>
    /// <c>$XDG_CACHE_HOME/serverless-drives</c>, <c>~/.cache/serverless-drives</c>, or the local application data on Windows.
    /// </summary>
    public static AzuriteInstallation OfThisPerson(IAnsiConsole console)
    {
        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        if (string.IsNullOrEmpty(cache))
        {
            cache = OperatingSystem.IsWindows()
                ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
                : Path.Combine(
                    Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify),
                    ".cache");
        }

        return new AzuriteInstallation(Path.Combine(cache, "serverless-drives"), console);
    }

    /// <summary>The folder of the npm package; installed first where it isn't yet, by one process at a time.</summary>
    /// <exception cref="EmbeddedCloudException">Node.js is missing or too old, or npm failed.</exception>
    public async Task<string> EnsureAsync(CancellationToken cancellationToken)
    {
        await RequireNodeAsync(cancellationToken);
        var home = Path.Combine(folder, $"azurite-{Version}");
        var package = Path.Combine(home, "node_modules", "azurite");
        if (Directory.Exists(home))
        {
            return package;
        }

        Directory.CreateDirectory(folder);
        await using var claim = await ClaimAsync($"{home}.lock", cancellationToken);
        if (!Directory.Exists(home))
        {
            await InstallAsync(home, cancellationToken);
        }

        return package;
    }

    private async Task<FileStream> ClaimAsync(string path, CancellationToken cancellationToken)
    {
        for (var told = false; ; told = true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                if (!told)
                {
                    console.WriteLine("Another start is installing Azurite; waiting for it.");
                }

                await Task.Delay(TimeSpan.FromMilliseconds(250), cancellationToken);
            }
        }
    }

    private async Task InstallAsync(string home, CancellationToken cancellationToken)
    {
        console.WriteLine($"Installing Azurite {Version} (table and blob storage for one machine), once: about 370 MB under {folder}");
        var started = Stopwatch.GetTimestamp();
        var unfinished = $"{home}.unfinished";
        if (Directory.Exists(unfinished))
        {
            Directory.Delete(unfinished, recursive: true);
        }

        Directory.CreateDirectory(unfinished);
        // Each of its 450 packages in the version, and with the checksum, that the app was tested with.
        foreach (var name in new[] { "package.json", "package-lock.json" })
            File.Copy(Path.Combine(AppContext.BaseDirectory, "Cloud", "Azurite", "npm", name), Path.Combine(unfinished, name));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeLimit);
        using var npm = Start(
            OperatingSystem.IsWindows() ? "npm.cmd" : "npm",
            unfinished,
            [
                "ci",
                "--no-audit",
                "--no-fund",
                "--ignore-scripts",
                "--loglevel=error",
            ],
            "npm was not found; it comes with Node.js. Install Node.js 22 or later and start again.");
        try
        {
            var said = Task.WhenAll(npm.StandardOutput.ReadToEndAsync(limit.Token), npm.StandardError.ReadToEndAsync(limit.Token));
            using (var heartbeat = new PeriodicTimer(TimeSpan.FromSeconds(5)))
            {
                var exit = npm.WaitForExitAsync(limit.Token);
                while (await Task.WhenAny(exit, heartbeat.WaitForNextTickAsync(limit.Token).AsTask()) != exit)
                {
                    limit.Token.ThrowIfCancellationRequested();
                    console.WriteLine(
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"  still installing Azurite, {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s"));
                }

                await exit;
            }

            var output = string.Join('\n', await said).Trim();
            if (npm.ExitCode != 0)
            {
                throw new EmbeddedCloudException($"npm could not install azurite@{Version} (exit code {npm.ExitCode}). It said:\n{output}");
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new EmbeddedCloudException(
                $"npm did not finish installing azurite@{Version} within {TimeLimit.TotalMinutes:0} minutes. Is the npm registry reachable?"
            );
        }
        finally
        {
            if (!npm.HasExited)
            {
                npm.Kill(entireProcessTree: true);
            }
        }

        Directory.Move(unfinished, home);
        console.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"Azurite is installed ({Stopwatch.GetElapsedTime(started).TotalSeconds:0} s)."));
    }

    private static async Task RequireNodeAsync(CancellationToken cancellationToken)
    {
        const string missing = "Node.js was not found. The embedded cloud runs Azurite on it: install Node.js 22 or later and start again.";
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        using var node = Start("node", Environment.CurrentDirectory, ["--version"], missing);
        var version = (await node.StandardOutput.ReadToEndAsync(limit.Token)).Trim();
        await node.WaitForExitAsync(limit.Token);
        if (!int.TryParse(version.TrimStart('v').Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major))
        {
            throw new EmbeddedCloudException(missing);
        }

        if (major < OldestNode)
        {
            throw new EmbeddedCloudException(
                $"Node.js {version} is too old for Azurite {Version}: install Node.js 22 or later and start again.");
        }
    }

    private static Process Start(string program, string workingFolder, IEnumerable<string> arguments, string missing)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = workingFolder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            var process = Process.Start(start) ?? throw new EmbeddedCloudException(missing);
            process.StandardInput.Close();
            return process;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new EmbeddedCloudException(missing);
        }
    }
}

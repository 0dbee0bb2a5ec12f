using System.Collections.Concurrent;
using ServerlessDrives.Tests.Shared;
using Shouldly;

namespace ServerlessDrives.Tests.Unit;

/// <summary>Programs from npm, installed once per machine and person into the cache folder. Their own scripts are not run.</summary>
internal static class NpmPackages
{
    /// <summary>The command, as it is called here.</summary>
    public static readonly string Npm = OperatingSystem.IsWindows() ? "npm.cmd" : "npm";

    private static readonly ConcurrentDictionary<string, Lazy<Task>> Installations = new();

    private static readonly string Cache = Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache
            ? cache
            : Path.Combine(
                Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify),
                ".cache"),
        "serverless-drives");

    /// <param name="name">Of the folder; another for other versions.</param>
    /// <param name="packages">With their versions.</param>
    /// <returns>The folder that holds <c>node_modules</c>.</returns>
    public static async Task<string> InstalledAsync(string name, params string[] packages)
    {
        var folder = Path.Combine(Cache, name);
        await Installations.GetOrAdd(folder, _ => new(() => InstallAsync(folder, packages))).Value;
        return folder;
    }

    private static async Task InstallAsync(string folder, string[] packages)
    {
        var whole = Path.Combine(folder, "installed");
        if (File.Exists(whole))
            return;
        Directory.CreateDirectory(folder);
        var (exit, output, errors) = await Shell.RunAsync(
            Npm, ["install", "--prefix", folder, "--no-audit", "--no-fund", "--ignore-scripts", .. packages]);
        exit.ShouldBe(0, output + errors);
        await File.WriteAllTextAsync(whole, string.Join('\n', packages));
    }
}

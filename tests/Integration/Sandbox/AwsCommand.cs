using System.Diagnostics;
using ServerlessDrives.Tests.Shared;

namespace ServerlessDrives.Tests.Integration.Sandbox;

/// <summary>
/// The real <c>aws</c> command. Most of a call's time goes into importing a program of a thousand modules; where it is Debian's,
/// a process that has done so forks for each call, of tests and of scripts that they run.
/// </summary>
internal static class AwsCommand
{
    private const string Debians = "/usr/bin/aws";
    private const string PreparedSocket = "AWS_PREPARED_SOCKET";

    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Sandbox", "PreparedAws");
    private static readonly bool CanBePrepared = File.Exists(Debians) && File.ReadLines(Debians).First() == "#!/usr/bin/python3";
    private static readonly Lazy<Task<string>> Socket = new(StartAsync);

    /// <summary>Runs the command to its end; answers its exit code and what it wrote.</summary>
    public static async Task<(int Exit, string Output)> RunAsync(
        IReadOnlyList<string> arguments,
        IReadOnlyDictionary<string, string> environment)
    {
        var (exit, output, errors) = CanBePrepared
            ? await Shell.RunAsync(Path.Combine(Folder, "aws"), arguments, await PreparedAsync(environment))
            : await Shell.RunAsync(File.Exists(Debians) ? Debians : "aws", arguments, environment);
        return (exit, output + errors);
    }

    /// <summary>
    /// The environment for a script that calls <c>aws</c>. The system's own commands come first: a python3 that a manager of versions has
    /// put before them takes half a second of the processor for each call.
    /// </summary>
    public static async Task<Dictionary<string, string>> PreparedAsync(IReadOnlyDictionary<string, string> environment) => CanBePrepared
        ? new(environment)
        {
            ["PATH"] = $"{Folder}:/usr/bin:{Environment.GetEnvironmentVariable("PATH")}",
            [PreparedSocket] = await Socket.Value,
        }
        : new(environment);

    /// <summary>Kept, since it ends when its input is closed: with this process.</summary>
    private static Process? _prepared;

    private static async Task<string> StartAsync()
    {
        var socket = Path.Combine(Directory.CreateTempSubdirectory("serverless-drives-aws-").FullName, "socket");
        _prepared = Process.Start(
            new ProcessStartInfo("/usr/bin/python3", [Path.Combine(Folder, "prepared.py"), socket])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            }
        )!;
        return await _prepared.StandardOutput.ReadLineAsync() == "ready"
            ? socket
            : throw new InvalidOperationException("The aws command could not be prepared.");
    }
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using ServerlessDrives.Tests.Shared;

namespace ServerlessDrives.Tests.Integration.Sandbox;

/// <summary>
/// The real <c>aws</c> command. Most of a call's time goes into importing a program of a thousand modules; where it is Debian's,
/// a process that has done so forks for each call.
/// </summary>
internal static class AwsCommand
{
    private const string Debians = "/usr/bin/aws";
    private static readonly string Command = File.Exists(Debians) ? Debians : "aws";
    private static readonly string Preparing = Path.Combine(AppContext.BaseDirectory, "Sandbox", "aws-prepared.py");
    private static readonly bool CanBePrepared = Command == Debians && File.ReadLines(Debians).First() == "#!/usr/bin/python3";

    /// <summary>Those that have nothing to do. They end with this process, which closes their input.</summary>
    private static readonly ConcurrentBag<Process> Prepared = [];

    /// <summary>Runs the command to its end; answers its exit code and what it wrote.</summary>
    public static async Task<(int Exit, string Output)> RunAsync(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        if (!CanBePrepared)
        {
            var (exit, output, errors) = await Shell.RunAsync(Command, arguments, environment);
            return (exit, output + errors);
        }

        if (!Prepared.TryTake(out var process))
            process = Process.Start(new ProcessStartInfo("/usr/bin/python3", [Preparing]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        await process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(new { arguments, environment }));
        await process.StandardInput.FlushAsync();
        var end = JsonNode.Parse(await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The prepared command has ended."))!;
        Prepared.Add(process);
        return (end["exit"]!.GetValue<int>(), end["output"]!.GetValue<string>() + end["errors"]!.GetValue<string>());
    }
}

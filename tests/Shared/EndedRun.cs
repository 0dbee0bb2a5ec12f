using System.Diagnostics;
using System.Text;

namespace ServerlessDrives.Tests.Shared;

/// <summary>The app as a process that ends by itself: a start that is refused, or the demo.</summary>
/// <param name="Output">Everything that it printed, standard error included.</param>
public sealed record EndedRun(int ExitCode, string Output)
{
    /// <param name="launcher">A command that runs the app's, such as nsenter with its options.</param>
    public static async Task<EndedRun> OfAsync(
        IEnumerable<string> arguments,
        Dictionary<string, string>? settings = null,
        TimeSpan? patience = null,
        IReadOnlyList<string>? launcher = null)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var command = (launcher ?? []).Append("dotnet").ToList();
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in arguments.Prepend(Path.Combine(AppContext.BaseDirectory, "ServerlessDrives.Embedded.dll")))
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in settings ?? [])
            start.Environment[name] = value;
        var output = new StringBuilder();
        using var process = new Process { StartInfo = start };
        process.OutputDataReceived += Hear;
        process.ErrorDataReceived += Hear;
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await process.WaitForExitAsync().WaitAsync(patience ?? TimeSpan.FromMinutes(2));
        }
        catch (TimeoutException late)
        {
            process.Kill(entireProcessTree: true);
            throw new InvalidOperationException($"The app did not end by itself:\n{output}", late);
        }

        return new(process.ExitCode, output.ToString());

        void Hear(object sender, DataReceivedEventArgs line)
        {
            lock (output)
                output.AppendLine(line.Data);
        }
    }
}

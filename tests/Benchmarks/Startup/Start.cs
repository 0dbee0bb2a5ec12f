using System.Diagnostics;
using System.Globalization;
using ServerlessDrives.Tests.Shared;

namespace ServerlessDrives.Tests.Benchmarks.Startup;

/// <summary>What one start of the app cost.</summary>
/// <param name="ToFirstAnswer">From the process's start to the first answer of <c>GET /api/health</c>, which asks storage and
/// vault.</param>
/// <param name="WorkingSet">Resident memory after that answer, in bytes; Azurite's process not counted.</param>
internal sealed record Start(TimeSpan ToFirstAnswer, long WorkingSet)
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(2);

    public static async Task<Start> OfAsync(string program, string data)
    {
        var info = new ProcessStartInfo(program) { UseShellExecute = false, RedirectStandardOutput = true };
        foreach (var argument in (string[])["--port", "0", "--data", data])
            info.ArgumentList.Add(argument);
        using var patience = new CancellationTokenSource(TimeLimit);
        var began = Stopwatch.GetTimestamp();
        using var app = Process.Start(info)!;
        try
        {
            Uri? address;
            do address = EmbeddedApp.AddressIn(
                await app.StandardOutput.ReadLineAsync(patience.Token)
                    ?? throw new InvalidOperationException("The app ended before it was ready."));
            while (address is null);
            // What it prints later is nobody's.
            var rest = app.StandardOutput.ReadToEndAsync(CancellationToken.None);
            using var http = new HttpClient { BaseAddress = address };
            using (var answer = await http.GetAsync("/api/health", patience.Token))
                answer.EnsureSuccessStatusCode();
            var start = new Start(Stopwatch.GetElapsedTime(began), ResidentOf(app.Id));
            using (Process.Start("kill", ["-TERM", app.Id.ToString(CultureInfo.InvariantCulture)]))
                await app.WaitForExitAsync(patience.Token);
            await rest;
            return start;
        }
        finally
        {
            if (!app.HasExited)
                app.Kill(entireProcessTree: true);
        }
    }

    private static long ResidentOf(int process)
    {
        var line = File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line["VmRSS:".Length..^"kB".Length].Trim(), CultureInfo.InvariantCulture) * 1024;
    }
}

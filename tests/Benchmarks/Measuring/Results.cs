using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

namespace ServerlessDrives.Tests.Benchmarks.Measuring;

/// <summary>The figures of one benchmark as a page of Markdown: ratios first, the machine named.</summary>
public sealed class Results(string name, string subject)
{
    /// <summary>Where results are kept: in the sources that this assembly was built from.</summary>
    public static string Folder { get; } =
        Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>().Single(entry => entry.Key == "Results").Value!;

    private readonly List<string> _ratios = [];
    private readonly List<string> _figures = [];
    private readonly List<string> _notes = [];

    /// <summary>How much one figure is of another that was measured in the same run.</summary>
    /// <param name="what">What is compared: "GET of 256 MiB, 8 at once".</param>
    /// <param name="ours">Our figure.</param>
    /// <param name="baseline">The other figure, in the same unit.</param>
    /// <param name="baselineName">What the other is: "the SDK, direct".</param>
    /// <param name="unit">The unit of both: "MB/s".</param>
    /// <param name="goal">What was asked for: "at least 0.85".</param>
    public void Ratio(string what, double ours, double baseline, string baselineName, string unit, string goal)
    {
        var ratio = baseline == 0 ? double.NaN : ours / baseline;
        _ratios.Add($"| {what} | **{Text(ratio)}** | {goal} | {Text(ours)} {unit} | {Text(baseline)} {unit} | {baselineName} |");
        Say($"{what}: {Text(ratio)} × {baselineName} ({Text(ours)} / {Text(baseline)} {unit}; {goal})");
    }

    /// <summary>A figure by itself.</summary>
    /// <param name="goal">What was asked for; empty where nothing was.</param>
    public void Figure(string what, double value, string unit, string goal = "")
    {
        _figures.Add($"| {what} | {Text(value)} {unit} | {goal} |");
        Say($"{what}: {Text(value)} {unit} {goal}");
    }

    /// <summary>A sentence below the tables.</summary>
    public void Note(string sentence) => _notes.Add(sentence);

    public string ToMarkdown()
    {
        var page = new StringBuilder().Append("# ").AppendLine(name).AppendLine().AppendLine(subject).AppendLine();
        if (_ratios.Count > 0)
            page.AppendLine("| what | ratio | asked for | ours | baseline | the baseline is |")
                .AppendLine("|---|---|---|---|---|---|")
                .AppendJoin('\n', _ratios)
                .AppendLine()
                .AppendLine();
        if (_figures.Count > 0)
            page.AppendLine("| what | figure | asked for |")
                .AppendLine("|---|---|---|")
                .AppendJoin('\n', _figures)
                .AppendLine()
                .AppendLine();
        foreach (var note in _notes)
            page.AppendLine(note).AppendLine();
        return page.Append(
                CultureInfo.InvariantCulture,
                $"{Machine()}; {DateTime.UtcNow:yyyy-MM-dd}. Again with `dotnet run -c Release --project tests/Benchmarks -- {name}`.")
            .AppendLine()
            .ToString();
    }

    /// <returns>The file written.</returns>
    public async Task<string> WriteAsync()
    {
        Directory.CreateDirectory(Folder);
        var file = Path.Combine(Folder, $"{name}.md");
        await File.WriteAllTextAsync(file, ToMarkdown());
        return file;
    }

    private static void Say(string line) => Console.WriteLine($"   {line}");

    private static string Text(double value) =>
        value.ToString(
            Math.Abs(value) switch
            {
                >= 100 => "#,##0",
                >= 10 => "0.0",
                _ => "0.00",
            },
            CultureInfo.InvariantCulture);

    private static string Machine()
    {
        var processor = File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo")
                .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))
                ?.Split(':')[^1]
                .Trim()
            : null;
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1024.0 * 1024 * 1024);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Measured on {processor ?? RuntimeInformation.ProcessArchitecture.ToString()}, {Environment.ProcessorCount} cores, " +
            $"{memory:0} GiB, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}"
        );
    }
}

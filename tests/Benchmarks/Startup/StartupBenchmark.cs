using ServerlessDrives.Tests.Benchmarks.Measuring;

namespace ServerlessDrives.Tests.Benchmarks.Startup;

/// <summary>How long a person waits for the app, and what it holds then.</summary>
public sealed class StartupBenchmark : LoadBenchmark
{
    private const double MiB = 1024 * 1024;

    private static readonly Publication Plain = new("compiled as it runs");

    private static readonly Publication[] Others =
    [
        new("ReadyToRun", "-r", "linux-x64", "--self-contained", "false", "-p:PublishReadyToRun=true"),
        new("ReadyToRun, self-contained", "-r", "linux-x64", "--self-contained", "true", "-p:PublishReadyToRun=true"),
        new(
            "ReadyToRun, self-contained, trimmed where a library allows it",
            "-r",
            "linux-x64",
            "--self-contained",
            "true",
            "-p:PublishReadyToRun=true",
            "-p:PublishTrimmed=true",
            "-p:TrimMode=partial",
            "-p:JsonSerializerIsReflectionEnabledByDefault=true",
            "-p:SuppressTrimAnalysisWarnings=true",
            "-p:EnableRequestDelegateGenerator=false"),
    ];

    public override string Name => "startup";

    public override string Subject =>
        "From the start of the published app's process, embedded cloud and Azurite included, to the first answer of GET /api/health, " +
        "on a data folder that is there already; against the same app compiled as it runs.";

    public override async Task RunAsync(Results results, bool quick)
    {
        ArgumentNullException.ThrowIfNull(results);
        var rounds = quick ? 1 : 11;
        var repository = Path.GetFullPath(Path.Combine(Results.Folder, "../../.."));
        var folder = Directory.CreateTempSubdirectory("serverless-drives-startup-");
        try
        {
            Publication[] publications = [Plain, .. Others];
            var programs = new List<(Publication Publication, string Program, string Data)>();
            foreach (var (number, publication) in publications.Index())
            {
                var room = folder.CreateSubdirectory($"{number}");
                programs.Add(
                    (
                        publication,
                        await publication.MakeAsync(repository, Path.Combine(room.FullName, "app")),
                        Path.Combine(room.FullName, "data")));
            }

            var starts = programs.ToDictionary(entry => entry.Publication, _ => new List<Start>());
            // In turn, so that whatever else the machine does meets all of them. The first start of each fills its data folder.
            for (var round = 0; round <= rounds; round++)
            {
                foreach (var (publication, program, data) in programs)
                {
                    var start = await Start.OfAsync(program, data);
                    if (round > 0)
                        starts[publication].Add(start);
                }
            }

            foreach (var publication in Others)
                results.Ratio(
                    $"{publication.Name}: time to the first answer",
                    Milliseconds(starts[publication]),
                    Milliseconds(starts[Plain]),
                    Plain.Name,
                    "ms",
                    "no goal");
            foreach (var publication in Others)
                results.Ratio(
                    $"{publication.Name}: working set then",
                    WorkingSet(starts[publication]),
                    WorkingSet(starts[Plain]),
                    Plain.Name,
                    "MiB",
                    "no goal");
            results.Figure($"{Plain.Name}: time to the first answer, median", Milliseconds(starts[Plain]), "ms", "at most 6,000 ms");
            foreach (var (publication, program, _) in programs)
                results.Figure($"{publication.Name}: size of the folder", SizeOf(Path.GetDirectoryName(program)!) / MiB, "MiB");
            results.Note(
                $"Medians of {rounds} starts each, in turn. The working set is the app's process alone, sandbox, vault and issuer " +
                "included; Azurite's Node process comes on top."
            );
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static double Milliseconds(IEnumerable<Start> starts) => new Percentiles(starts.Select(start => start.ToFirstAnswer)).At(50);

    private static double WorkingSet(IReadOnlyCollection<Start> starts) =>
        Percentiles.Median(starts.Select(start => start.WorkingSet / MiB));

    private static long SizeOf(string folder) =>
        new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
}

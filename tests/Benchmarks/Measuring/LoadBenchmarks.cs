using System.Reflection;

namespace ServerlessDrives.Tests.Benchmarks.Measuring;

/// <summary>All load benchmarks of this assembly, by name.</summary>
internal static class LoadBenchmarks
{
    private static readonly IReadOnlyList<LoadBenchmark> All =
    [
        .. Assembly.GetExecutingAssembly().GetTypes()
            .Where(type => type.IsSubclassOf(typeof(LoadBenchmark)) && !type.IsAbstract)
            .Select(type => (LoadBenchmark)Activator.CreateInstance(type)!)
            .OrderBy(benchmark => benchmark.Name, StringComparer.Ordinal),
    ];

    public static bool Knows(string[] args) =>
        args.Length > 0 && args.All(arg => arg is "--list" or "--quick" or "all" || All.Any(benchmark => benchmark.Name == arg));

    /// <returns>The process's exit code.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        if (args.Contains("--list"))
        {
            foreach (var benchmark in All)
                Console.WriteLine($"{benchmark.Name,-20} {benchmark.Subject}");
            return 0;
        }

        var quick = args.Contains("--quick");
        foreach (var benchmark in All.Where(benchmark => args.Contains("all") || args.Contains(benchmark.Name)))
        {
            Console.WriteLine($"== {benchmark.Name}: {benchmark.Subject}");
            var results = new Results(benchmark.Name, benchmark.Subject);
            await benchmark.RunAsync(results, quick);
            Console.WriteLine(results.ToMarkdown());
            if (!quick)
                Console.WriteLine($"Written to {await results.WriteAsync()}");
        }

        return 0;
    }
}

using System.Reflection;
using BenchmarkDotNet.Running;
using ServerlessDrives.Tests.Benchmarks.Measuring;

// `dotnet run -c Release --project tests/Benchmarks -- durable files` runs those, `-- --list` says which there are, `--quick` makes them
// small. Anything else is BenchmarkDotNet's: `-- --filter '*'`.
return LoadBenchmarks.Knows(args)
    ? await LoadBenchmarks.RunAsync(args)
    : BenchmarkSwitcher.FromAssembly(Assembly.GetExecutingAssembly()).Run(args) is null ? 1 : 0;

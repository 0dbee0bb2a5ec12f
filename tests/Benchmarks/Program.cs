using System.Reflection;
using BenchmarkDotNet.Running;
using ServerlessDrives.Tests.Benchmarks.Measuring;

// `dotnet run -c Release --project tests/Benchmarks -- durable files` runs those, `-- --list` says which there are, `--quick` makes them
// small. Anything else is BenchmarkDotNet's: `-- --filter '*'`.
// What is measured is the app as it runs for hours: the tests' saving, code that is never compiled a second time, is not for it.
Environment.SetEnvironmentVariable("DOTNET_TC_CallCounting", "1");
return LoadBenchmarks.Knows(args)
    ? await LoadBenchmarks.RunAsync(args)
    : BenchmarkSwitcher.FromAssembly(Assembly.GetExecutingAssembly()).Run(args) is null ? 1 : 0;

using System.Diagnostics;
using Microsoft.DurableTask;
using ServerlessDrives.Embedded.Durable;
using ServerlessDrives.Tests.Shared.Azurite;
using ServerlessDrives.Tests.Shared.Durable;

// Usage: [sqlite|azure] [how many at once]:[how many in all] ...
var functions = new TestFunctions()
    .Activity<int, int>("Add", number => number + 1)
    .Orchestrator("Wait", context => context.WaitForExternalEvent<string>("go"))
    .Orchestrator("Five", async context =>
    {
        var sum = 0;
        for (var step = 0; step < 5; step++)
            sum = await context.CallActivityAsync<int>("Add", sum);
        return sum;
    });
await using var azurite = new AzuriteFixture();
var folder = Directory.CreateTempSubdirectory("durable-bench-");
DurableHubOptions options;
if (args[0] == "azure")
{
    await azurite.StartAsync();
    options = new() { Provider = DurableProvider.AzureStorage, ConnectionString = azurite.ConnectionString, TaskHub = "bench" };
}
else
{
    options = new() { Folder = folder.FullName };
}

await using var hub = new TestHub(functions, options);
await hub.StartAsync();
await Task.WhenAll(Enumerable.Range(0, args[0] == "azure" ? 1 : 200).Select(_ => hub.RunAsync("Five")));
foreach (var load in args.Skip(1).Select(text => text.Split(':').Select(int.Parse).ToArray()))
{
    var (atOnce, all) = (load[0], load[1]);
    var commits = hub.Hub.CommitCount;
    var processor = Environment.CpuUsage.TotalTime;
    var began = Stopwatch.GetTimestamp();
    await Parallel.ForEachAsync(Enumerable.Range(0, all), new ParallelOptions { MaxDegreeOfParallelism = atOnce }, async (_, _) => await hub.RunAsync("Five"));
    var took = Stopwatch.GetElapsedTime(began);
    Console.WriteLine($"{args[0]}: {atOnce} at once, {all}: {all / took.TotalSeconds:0.0}/s, {(Environment.CpuUsage.TotalTime - processor).TotalMilliseconds / all:0.00} ms of processor, {(hub.Hub.CommitCount - commits) / (double)all:0.00} commits a sequence");
}

var latencies = new List<double>();
for (var number = 0; number < (args[0] == "azure" ? 20 : 300); number++)
{
    var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait");
    await hub.UntilAsync(id, now => now.IsRunning);
    await Task.Delay(5);
    var began = Stopwatch.GetTimestamp();
    await hub.Client.RaiseEventAsync(id, "go", "x");
    await hub.EndOfAsync(id);
    latencies.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
}

latencies.Sort();
Console.WriteLine($"{args[0]}: event to completion p50 {latencies[latencies.Count / 2]:0.0} ms, p95 {latencies[latencies.Count * 95 / 100]:0.0} ms");

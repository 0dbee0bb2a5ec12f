using System.Collections.Concurrent;
using Grpc.Core;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;
using ServerlessDrives.Tests.Shared.Durable;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Durable.Crash;

/// <summary>The disk is full under load, and then has room again: work waits, the log has it, and all goes on.</summary>
public sealed class OutageTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("durable-outage-");
    private readonly Sentences _log = new();

    private readonly TestFunctions _functions = new TestFunctions()
        .Activity<int, int>("Add", number => number + 1)
        .Orchestrator("Sum", async context =>
        {
            var sum = 0;
            for (var step = 0; step < 8; step++)
            {
                sum = await context.CallActivityAsync<int>("Add", sum);
                await context.CreateTimer(TimeSpan.FromMilliseconds(50), CancellationToken.None);
            }

            return sum;
        });

    [Fact]
    public async Task Storage_that_is_full_and_has_room_again_loses_nothing()
    {
        await using var hub = new TestHub(_functions, new() { Folder = _folder.FullName }) { Loggers = _log };
        await hub.StartAsync();
        var before = await BeginAsync(hub, "before");
        await hub.LimitPagesAsync(1);
        await _log.SaidAsync("The durable storage can't be written");
        var refused = await Should.ThrowAsync<RpcException>(() =>
            hub.Client.ScheduleNewOrchestrationInstanceAsync("Sum", new string('x', 100_000)));
        refused.StatusCode.ShouldBe(StatusCode.Unavailable);
        await hub.LimitPagesAsync(1_000_000);
        foreach (var id in before.Concat(await BeginAsync(hub, "after")))
            (await hub.EndOfAsync(id)).ReadOutputAs<int>().ShouldBe(8);
        await _log.SaidAsync("The durable storage can be written again");
    }

    public void Dispose()
    {
        _folder.Delete(recursive: true);
        _log.Dispose();
    }

    private static async Task<List<string>> BeginAsync(TestHub hub, string name)
    {
        var ids = Enumerable.Range(0, 15).Select(number => $"{name}-{number}").ToList();
        await Task.WhenAll(
            ids.Select(id => hub.Client.ScheduleNewOrchestrationInstanceAsync("Sum", null, new StartOrchestrationOptions(id))));
        return ids;
    }

    private sealed class Sentences : ILoggerFactory, ILogger
    {
        private readonly ConcurrentQueue<string> _said = new();

        public async Task SaidAsync(string beginning)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while (!_said.Any(sentence => sentence.StartsWith(beginning, StringComparison.Ordinal)))
                await Task.Delay(20, patience.Token);
        }

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public ILogger CreateLogger(string categoryName) => this;

        public void Dispose()
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => _said.Enqueue(formatter(state, exception));
    }
}

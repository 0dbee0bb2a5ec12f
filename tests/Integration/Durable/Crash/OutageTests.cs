using System.Collections.Concurrent;
using DurableTask.Core.Exceptions;
using Grpc.Core;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using ServerlessDrives.Tests.Shared.Azurite;
using ServerlessDrives.Tests.Shared.Durable;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Durable.Crash;

/// <summary>Storage goes away under load, and comes back: the engine waits, says so, and goes on.</summary>
public sealed class OutageTests : IAsyncDisposable
{
    private readonly AzuriteFixture _azurite = new();
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
    public async Task Storage_that_is_stopped_and_started_again_loses_nothing()
    {
        await using var hub = await StartAsync();
        var before = await BeginAsync(hub, "before");
        await _azurite.StopAsync();
        await _log.SaidAsync("Storage does not answer");
        var meanwhile = BeginAsync(hub, "meanwhile");
        await _azurite.StartAsync();
        foreach (var id in before.Concat(await meanwhile))
            (await hub.EndOfAsync(id)).ReadOutputAs<int>().ShouldBe(8);
        await _log.SaidAsync("Storage answers again");
    }

    [Fact]
    public async Task Storage_that_is_killed_may_forget_its_last_seconds_and_all_that_it_has_goes_on()
    {
        await using var hub = await StartAsync();
        await BeginAsync(hub, "before");
        await _azurite.KillAsync();
        await _log.SaidAsync("Storage does not answer");
        await _azurite.StartAsync();
        foreach (var id in await BeginAsync(hub, "after"))
            (await hub.EndOfAsync(id)).ReadOutputAs<int>().ShouldBe(8);
        await foreach (var instance in hub.Client.GetAllInstancesAsync())
            (await hub.EndOfAsync(instance.InstanceId)).ReadOutputAs<int>().ShouldBe(8);
        hub.Running.IsCompleted.ShouldBeFalse();
    }

    public ValueTask DisposeAsync() => _azurite.DisposeAsync();

    private static async Task<List<string>> BeginAsync(TestHub hub, string name)
    {
        var ids = Enumerable.Range(0, 15).Select(number => $"{name}-{number}").ToList();
        await Task.WhenAll(ids.Select(id => BeginOneAsync(hub, id)));
        return ids;
    }

    private static async Task BeginOneAsync(TestHub hub, string id)
    {
        while (true)
        {
            try
            {
                await hub.Client.ScheduleNewOrchestrationInstanceAsync("Sum", null, new StartOrchestrationOptions(id));
                return;
            }
            catch (RpcException lost) when (lost.StatusCode is StatusCode.Unavailable)
            {
                // Storage that went back in time ends the session, and with it what clients were just asking.
                await Task.Yield();
            }
            catch (OrchestrationAlreadyExistsException)
            {
                return;
            }
        }
    }

    private async Task<TestHub> StartAsync()
    {
        var hub = new TestHub(_azurite, _functions) { Loggers = _log };
        await hub.StartAsync();
        return hub;
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

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _said.Enqueue(formatter(state, exception));
    }
}

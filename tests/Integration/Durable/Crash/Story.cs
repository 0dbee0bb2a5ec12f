using System.Collections.Concurrent;
using DurableTask.Core.Exceptions;
using Grpc.Core;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using ServerlessDrives.Tests.Shared.Durable;
using Shouldly;

namespace ServerlessDrives.Tests.Integration.Durable.Crash;

/// <summary>
/// An orchestration that does everything once, the client that drives it, and a record of what became of both, which outlives
/// any engine: so that it can be told whether something was lost, doubled or done again.
/// </summary>
internal sealed class Story
{
    public const string Id = "story";

    private const int Items = 3;
    private const string Stop = "stop";
    private static readonly string[] Everything = ["first", "left", "right", "helper", "large", "last"];

    /// <summary>Results that a replay has shown: they were stored.</summary>
    private readonly ConcurrentDictionary<string, string> _stored = new();
    private readonly ConcurrentQueue<string> _wrongs = new();
    private readonly List<string> _sent = [];
    private readonly List<string> _acknowledged = [];
    private int _executions;
    private bool _isStarted;
    private bool _isStopped;

    public TestFunctions Functions =>
        field ??= new TestFunctions()
            .Activity<string, string>("Do", Do)
            .Orchestrator(
                "Story",
                async context => context.GetInput<Chapter>() is { } chapter ? await EndAsync(context, chapter) : await BeginAsync(context))
            .Orchestrator(
                "Helper",
                async context =>
                {
                    var done = await DoAsync(context, "helper");
                    context.SendEvent(context.Parent!.InstanceId, "Hello", done);
                    return done;
                });

    /// <summary>Whether the client has nothing more to ask for.</summary>
    public bool OnlyWaits { get; private set; }

    /// <summary>Does what is still to be done, up to the end of the story.</summary>
    public async Task DriveAsync(DurableTaskClient client, CancellationToken crash)
    {
        if (!_isStarted)
            await StartAsync(client, crash);
        while (_acknowledged.Count < Items)
            await SendAsync(client, $"item {_acknowledged.Count}", crash);
        while (!_isStopped)
            await StopAsync(client, crash);
        OnlyWaits = true;
        await client.WaitForInstanceCompletionAsync(Id, crash);
    }

    /// <summary>Checks the end against what happened on the way.</summary>
    public void ShouldHaveEndedWell(OrchestrationMetadata end, string what)
    {
        end.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed, $"{what}: {end.FailureDetails}");
        end.ReadCustomStatusAs<string>().ShouldBe("told", what);
        var told = end.ReadOutputAs<Told>()!;
        _wrongs.ShouldBeEmpty(what);
        told.Results.Keys.ShouldBe(Everything, ignoreOrder: true, what);
        told.Hellos.ShouldBe(1, $"{what}: an event from orchestration to orchestration");
        foreach (var (name, result) in told.Results)
            _stored.GetValueOrDefault(name, result).ShouldBe(result, $"{what}: the result of {name} changed after it was stored");

        // What a client was told is there must have come once and in order; what it was left in doubt of, at most once.
        told.Items.Where(_acknowledged.Contains).ShouldBe(_acknowledged, what);
        told.Items.ShouldBeUnique(what);
        told.Items.ShouldAllBe(item => _sent.Contains(item), what);
    }

    private async Task StartAsync(DurableTaskClient client, CancellationToken crash)
    {
        try
        {
            await client.ScheduleNewOrchestrationInstanceAsync("Story", null, new StartOrchestrationOptions(Id), crash);
        }
        catch (OrchestrationAlreadyExistsException)
        {
            // The start before the crash was stored, and its answer lost.
        }

        _isStarted = true;
    }

    private async Task SendAsync(DurableTaskClient client, string item, CancellationToken crash)
    {
        var payload = $"{item} #{_sent.Count}";
        _sent.Add(payload);
        await client.RaiseEventAsync(Id, "Item", payload, crash);
        _acknowledged.Add(payload);
    }

    private async Task StopAsync(DurableTaskClient client, CancellationToken crash)
    {
        try
        {
            await client.RaiseEventAsync(Id, "item", Stop, crash);
        }
        catch (RpcException over) when (over.StatusCode is StatusCode.FailedPrecondition)
        {
            // It had come before the crash.
        }

        _isStopped = true;
    }

    private string Do(string call)
    {
        var name = call.Split('|')[0];
        if (_stored.ContainsKey(name))
            _wrongs.Enqueue($"{name} ran again after its result was stored.");
        var result = $"{name} by run {Interlocked.Increment(ref _executions)}";
        return name == "large" ? result.PadRight(700_000) : result;
    }

    private async Task<Told?> BeginAsync(TaskOrchestrationContext context)
    {
        var first = await DoAsync(context, "first");
        var due = context.CurrentUtcDateTime.AddMilliseconds(20);
        var (left, right, timer) = (
            DoAsync(context, "left", first),
            DoAsync(context, "right", first),
            context.CreateTimer(due, CancellationToken.None));
        var helper = context.CallSubOrchestratorAsync<string>("Helper", first);
        await Task.WhenAll(left, right, helper, timer);
        if (context.CurrentUtcDateTime < due)
            _wrongs.Enqueue("The timer fired early.");
        if (await context.WaitForExternalEvent<string>("hello") != await helper)
            _wrongs.Enqueue("The helper said something else than it returned.");
        var large = await DoAsync(context, "large", await left);
        context.ContinueAsNew(new Chapter(new()
        {
            ["first"] = first,
            ["left"] = await left,
            ["right"] = await right,
            ["helper"] = await helper,
            ["large"] = large.TrimEnd(),
        }));
        return null;
    }

    private async Task<Told?> EndAsync(TaskOrchestrationContext context, Chapter chapter)
    {
        var items = new List<string>();
        for (var item = string.Empty; item != Stop;)
        {
            item = await context.WaitForExternalEvent<string>("item");
            if (item != Stop)
                items.Add(item);
        }

        chapter.Results["last"] = await DoAsync(context, "last");
        var hellos = context.WaitForExternalEvent<string>("hello").IsCompleted ? 2 : 1;
        context.SetCustomStatus("told");
        return new Told(chapter.Results, items, hellos);
    }

    private async Task<string> DoAsync(TaskOrchestrationContext context, string name, string? after = null)
    {
        var result = await context.CallActivityAsync<string>("Do", $"{name}|{after}");
        if (context.IsReplaying && _stored.GetOrAdd(name, result.TrimEnd()) is { } before && before != result.TrimEnd())
            _wrongs.Enqueue($"{name} was {before} and is {result.TrimEnd()}.");
        return result;
    }

    internal sealed record Chapter(Dictionary<string, string> Results);

    internal sealed record Told(Dictionary<string, string> Results, List<string> Items, int Hellos);
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.DurableTask;

namespace ServerlessDrives.Embedded.DurableTask;

/// <summary>Runs activities, so many at a time. Each runs at least once: until its result is stored.</summary>
internal sealed class ActivityPool(HubSession session)
{
    private readonly Channel<Call> _waiting = Channel.CreateUnbounded<Call>();
    private readonly ConcurrentDictionary<(string InstanceId, string Generation, int StepId), bool> _inFlight = new();

    /// <summary>Runs an activity, unless it is already waiting, running, or its result on the way.</summary>
    /// <param name="trace">The instance's, as W3C's <c>traceparent</c>.</param>
    public void Run(string instanceId, string generation, ActivityScheduled step, string? trace)
    {
        if (_inFlight.TryAdd((instanceId, generation, step.Id), true))
            _waiting.Writer.TryWrite(new Call(instanceId, generation, step, trace));
    }

    /// <summary>The result is stored, or nobody needs it.</summary>
    public void Forget(string instanceId, string generation, int stepId) => _inFlight.TryRemove((instanceId, generation, stepId), out _);

    public Task RunAsync(CancellationToken stopping) =>
        Task.WhenAll(Enumerable.Range(0, session.Parts.Options.ConcurrentActivities).Select(_ => Task.Run(() => WorkAsync(stopping), CancellationToken.None)));

    private async Task WorkAsync(CancellationToken stopping)
    {
        await foreach (var call in _waiting.Reader.ReadAllAsync(stopping))
        {
            var ended = await RunAsync(call, stopping);
            if (!stopping.IsCancellationRequested)
                session.Post(call.InstanceId, new Mail.ActivityEnded(call.Generation, ended));
        }
    }

    private async Task<Answer> RunAsync(Call call, CancellationToken stopping)
    {
        var (id, name) = (call.Step.Id, call.Step.Name);
        if (!session.Parts.Functions.TryGetActivity(name, out var run))
            return new TaskFailed(id, new TaskFailureDetails("ActivityNotFound", $"There is no activity named '{name}'.", null, null, null));
        using var span = DurableTrace.Runs("activity", name, call.InstanceId, call.Trace, []);
        try
        {
            var result = await run(new ActivityInvocation(call.InstanceId, name, call.Step.Input), stopping);
            return new TaskCompleted(id, session.Parts.Converter.Serialize(result));
        }
#pragma warning disable CA1031 // Whatever an activity throws is its caller's to see.
        catch (Exception failed)
#pragma warning restore CA1031
        {
            span?.SetStatus(ActivityStatusCode.Error, failed.GetType().FullName);
            return new TaskFailed(id, TaskFailureDetails.FromException(failed));
        }
    }

    private sealed record Call(string InstanceId, string Generation, ActivityScheduled Step, string? Trace);
}

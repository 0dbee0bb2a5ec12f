using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace ServerlessDrives.Tests.Shared.Durable;

/// <summary>
/// What the Functions extension puts between the SDK's context and an orchestrator function: inputs are read as the type that is asked for,
/// and an orchestrator that awaits something before it has used the context is refused.
/// </summary>
internal sealed class TestOrchestrationContext(TaskOrchestrationContext inner) : TaskOrchestrationContext
{
    private TaskOrchestrationContext? _used;

    public override TaskName Name => Inner.Name;

    public override string InstanceId => Inner.InstanceId;

    public override ParentOrchestrationInstance? Parent => Inner.Parent;

    public override DateTime CurrentUtcDateTime => Inner.CurrentUtcDateTime;

    public override bool IsReplaying => Inner.IsReplaying;

    public override string Version => Inner.Version;

    public override IReadOnlyDictionary<string, object?> Properties => Inner.Properties;

    public override ILoggerFactory ReplaySafeLoggerFactory => Inner.ReplaySafeLoggerFactory;

    protected override ILoggerFactory LoggerFactory => throw new NotSupportedException();

    private TaskOrchestrationContext Inner => _used ??= inner;

    public async Task<object?> RunAsync(Func<TaskOrchestrationContext, Task<object?>> orchestrator)
    {
        var running = orchestrator(this);
        if (!running.IsCompleted && _used is null)
        {
            throw new InvalidOperationException(
                "An invalid asynchronous invocation was detected. An orchestrator may wait for nothing but what its context gives.");
        }

        return await running;
    }

    public override T? GetInput<T>()
        where T : default => TestWorker.Json.Deserialize<T>(TestWorker.Json.Serialize(Inner.GetInput<object>()));

    public override Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null) =>
        Inner.CallActivityAsync<TResult>(name, input, options);

    public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken) => Inner.CreateTimer(fireAt, cancellationToken);

    public override Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default) =>
        Inner.WaitForExternalEvent<T>(eventName, cancellationToken);

    public override void SendEvent(string instanceId, string eventName, object payload) => Inner.SendEvent(instanceId, eventName, payload);

    public override void SetCustomStatus(object? customStatus) => Inner.SetCustomStatus(customStatus);

    public override Task<TResult> CallSubOrchestratorAsync<TResult>(
        TaskName orchestratorName,
        object? input = null,
        TaskOptions? options = null
    ) => Inner.CallSubOrchestratorAsync<TResult>(orchestratorName, input, options);

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true) =>
        Inner.ContinueAsNew(newInput, preserveUnprocessedEvents);

    public override void ContinueAsNew(ContinueAsNewOptions options) => Inner.ContinueAsNew(options);

    public override ILogger CreateReplaySafeLogger(string categoryName) => Inner.CreateReplaySafeLogger(categoryName);

    public override Guid NewGuid() => Inner.NewGuid();

    public override int CompareVersionTo(string version) => Inner.CompareVersionTo(version);
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace ServerlessDrives.Embedded.DurableTask;

/// <summary>The orchestrator's window on the world: each call becomes a step of its run.</summary>
internal sealed class OrchestrationContext(OrchestrationRun run, RunIdentity identity, DataConverter converter, ILoggerFactory loggers) : TaskOrchestrationContext
{
    private int _guids;

    public override TaskName Name => identity.Name;

    public override string InstanceId => identity.InstanceId;

    public override ParentOrchestrationInstance? Parent => identity.Parent;

    public override string Version => identity.Version;

    public override DateTime CurrentUtcDateTime => run.Now;

    public override bool IsReplaying => run.IsReplaying;

    protected override ILoggerFactory LoggerFactory => loggers;

    public override T? GetInput<T>()
        where T : default => converter.Deserialize<T>(identity.Input);

    public override Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null)
    {
        run.ThrowIfElsewhere();
        var serialized = converter.Serialize(input);
        return Retrying.CallAsync(this, options?.Retry, () => run.Ask<TResult>(id => new ActivityScheduled(id, name, serialized)));
    }

    public override Task<TResult> CallSubOrchestratorAsync<TResult>(TaskName orchestratorName, object? input = null, TaskOptions? options = null)
    {
        run.ThrowIfElsewhere();
        var serialized = converter.Serialize(input);
        var child = options as SubOrchestrationOptions;
        var version = child?.Version ?? options?.Version;
        return Retrying.CallAsync(this, options?.Retry, () =>
        {
            var instanceId = child?.InstanceId ?? NewGuid().ToString("N");
            return run.Ask<TResult>(id => new ChildScheduled(id, orchestratorName, instanceId, serialized, version?.Version));
        });
    }

    public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
    {
        run.ThrowIfElsewhere();
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled(cancellationToken);
        var utc = fireAt.Kind is DateTimeKind.Local ? fireAt.ToUniversalTime() : DateTime.SpecifyKind(fireAt, DateTimeKind.Utc);
        return run.Ask<object?>(id => new TimerCreated(id, utc), cancellationToken);
    }

    public override Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        run.ThrowIfElsewhere();
        return run.Events.WaitAsync<T>(eventName, cancellationToken);
    }

    public override void SendEvent(string instanceId, string eventName, object payload)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        run.Ask(id => new EventSent(id, instanceId, eventName, converter.Serialize(payload)));
    }

    public override void SetCustomStatus(object? customStatus)
    {
        run.ThrowIfElsewhere();
        run.CustomStatus = converter.Serialize(customStatus);
    }

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true) =>
        ContinueAsNew(new ContinueAsNewOptions { NewInput = newInput, PreserveUnprocessedEvents = preserveUnprocessedEvents });

    public override void ContinueAsNew(ContinueAsNewOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        run.ThrowIfElsewhere();
        run.NextGeneration = (converter.Serialize(options.NewInput), options.NewVersion, options.PreserveUnprocessedEvents);
    }

    /// <summary>A name-based GUID (version 5 in form) of the instance, its clock and a counter.</summary>
    public override Guid NewGuid()
    {
        run.ThrowIfElsewhere();
        var name = string.Create(CultureInfo.InvariantCulture, $"{identity.InstanceId}/{identity.Generation}/{run.Now:O}/{_guids++}");
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x50);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}

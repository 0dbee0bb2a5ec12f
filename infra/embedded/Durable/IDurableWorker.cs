using DurableTask.Core;
using Microsoft.DurableTask.Protobuf;

namespace ServerlessDrives.Embedded.Durable;

/// <summary>
/// What runs the code of orchestrators and activities. A call that throws is no answer of the code but a worker that could not run it: the
/// work is given back and done again. <see cref="System.Diagnostics.Activity.Current"/> is the span of the orchestration or activity during
/// a call.
/// </summary>
public interface IDurableWorker
{
    /// <param name="name">Its name, without regard to case.</param>
    bool HasOrchestrator(string name);

    /// <inheritdoc cref="HasOrchestrator"/>
    bool HasActivity(string name);

    Task<OrchestratorResponse> RunOrchestratorAsync(string name, OrchestratorRequest request, CancellationToken cancellation);

    /// <param name="input">JSON, without the one-element array in which the SDK wraps it.</param>
    Task<ActivityAnswer> RunActivityAsync(string name, string instanceId, string? input, CancellationToken cancellation);
}

/// <summary>What an activity ended with: a result as JSON, or a failure.</summary>
public sealed record ActivityAnswer
{
    private ActivityAnswer()
    {
    }

    public string? Result { get; private init; }

    public FailureDetails? Failure { get; private init; }

    public static ActivityAnswer Completed(string? result) => new() { Result = result };

    public static ActivityAnswer Failed(FailureDetails failure) => new() { Failure = failure };
}

using System.Text.Json.Serialization;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace ServerlessDrives.Embedded.DurableTask;

/// <summary>What one instance sends another. It is stored with the step that sent it, and deleted with the turn that took it.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "l")]
[JsonDerivedType(typeof(StartChild), "start")]
[JsonDerivedType(typeof(SentEvent), "event")]
[JsonDerivedType(typeof(ChildEnded), "ended")]
[JsonDerivedType(typeof(EndChild), "end")]
internal abstract record Letter(string To);

internal sealed record StartChild(string To, string Name, string? Version, string? Input, ParentLink Parent, string? Trace = null) : Letter(To);

internal sealed record SentEvent(string To, string Name, string? Payload) : Letter(To);

internal sealed record ChildEnded(string To, string Generation, int StepId, string? Result, TaskFailureDetails? Failure) : Letter(To);

internal sealed record EndChild(string To, string? Output) : Letter(To);

/// <summary>What an instance is to look at.</summary>
internal abstract record Mail
{
    /// <summary>Look whether something is due.</summary>
    internal sealed record Wake : Mail;

    /// <param name="Key">The letter's row.</param>
    /// <param name="Blob">Where the letter itself is, if it was too large for its row.</param>
    internal sealed record Delivery(Letter Letter, string Key, string? Blob) : Mail;

    internal sealed record ActivityEnded(string Generation, Answer Answer) : Mail;

    /// <summary>What a client asks for, and waits to see stored.</summary>
    internal abstract record Request : Mail
    {
        private readonly TaskCompletionSource<bool> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Whether it had an effect.</summary>
        public Task<bool> Answer => _answer.Task;

        public void Grant(bool effect = true) => _answer.TrySetResult(effect);

        public void Refuse(Exception reason) => _answer.TrySetException(reason);
    }

    /// <param name="Kept">The statuses in which an instance of the same id stays and the start is refused.</param>
    /// <param name="IsNew">Whether nobody can have used the id before.</param>
    internal sealed record Start(
        string Name, string Version, string? Input, DateTime? StartAt, IReadOnlyDictionary<string, string> Tags, IReadOnlyList<OrchestrationRuntimeStatus> Kept, string? Trace, bool IsNew) : Request;

    /// <param name="Trace">Whose trace it came from; the turn that takes it links there.</param>
    internal sealed record RaiseEvent(string Name, string? Payload, string? Trace) : Request;

    internal sealed record Suspend(string? Reason) : Request;

    internal sealed record Resume(string? Reason) : Request;

    internal sealed record Terminate(string? Output, bool Recursive) : Request;

    internal sealed record Purge : Request;
}

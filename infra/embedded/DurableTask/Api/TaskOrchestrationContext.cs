using Microsoft.DurableTask.Abstractions;
using Microsoft.Extensions.Logging;

namespace Microsoft.DurableTask
{
    /// <summary>Who started a sub-orchestration.</summary>
    public record ParentOrchestrationInstance(TaskName Name, string InstanceId);

    /// <summary>
    /// All that an orchestrator may use of the world. Its code is run again from the start, with the same answers, whenever the
    /// instance is loaded: so it takes time, GUIDs and every effect from here, and awaits only the tasks that it gets here.
    /// </summary>
    public abstract class TaskOrchestrationContext
    {
        private ReplaySafeLoggers? _replaySafeLoggers;

        public abstract TaskName Name { get; }

        public abstract string InstanceId { get; }

        public abstract ParentOrchestrationInstance? Parent { get; }

        /// <summary>The same on every replay.</summary>
        public abstract DateTime CurrentUtcDateTime { get; }

        /// <summary>Whether the code now runs only to come to where it stood.</summary>
        public abstract bool IsReplaying { get; }

        /// <summary>The version that this instance was started with; empty where none was.</summary>
        public virtual string Version => string.Empty;

        public virtual IReadOnlyDictionary<string, object?> Properties { get; } = new Dictionary<string, object?>();

        public virtual ILoggerFactory ReplaySafeLoggerFactory => _replaySafeLoggers ??= new ReplaySafeLoggers(this, LoggerFactory);

        protected abstract ILoggerFactory LoggerFactory { get; }

        public abstract T? GetInput<T>();

        public virtual Task CallActivityAsync(TaskName name, TaskOptions options) => CallActivityAsync(name, null, options);

        public virtual Task CallActivityAsync(TaskName name, object? input = null, TaskOptions? options = null) =>
            CallActivityAsync<object?>(name, input, options);

        public virtual Task<TResult> CallActivityAsync<TResult>(TaskName name, TaskOptions options) => CallActivityAsync<TResult>(name, null, options);

        /// <exception cref="TaskFailedException">The activity failed, after all its retries.</exception>
        public abstract Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null);

        public virtual Task CreateTimer(TimeSpan delay, CancellationToken cancellationToken) => CreateTimer(CurrentUtcDateTime.Add(delay), cancellationToken);

        /// <summary>A durable timer.</summary>
        /// <param name="fireAt">In UTC.</param>
        public abstract Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken);

        /// <summary>
        /// Waits for an event that may already have come; names match without regard to case, first in, first out.
        /// A wait that is cancelled still takes the next event of its name.
        /// </summary>
        public abstract Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default);

        /// <inheritdoc cref="WaitForExternalEvent{T}(string, CancellationToken)"/>
        /// <exception cref="TaskCanceledException">It did not come in time.</exception>
        public Task<T> WaitForExternalEvent<T>(string eventName, TimeSpan timeout) => WaitForExternalEvent<T>(eventName, timeout, CancellationToken.None);

        /// <inheritdoc cref="WaitForExternalEvent{T}(string, TimeSpan)"/>
        public async Task<T> WaitForExternalEvent<T>(string eventName, TimeSpan timeout, CancellationToken cancellationToken)
        {
            using var timer = new CancellationTokenSource();
            using var wait = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var timedOut = CreateTimer(timeout, timer.Token);
            var came = WaitForExternalEvent<T>(eventName, wait.Token);
            var first = await Task.WhenAny(came, timedOut);
            Cancel(first == came ? timer : wait);
            return await came;
        }

        /// <summary>At once and on this thread, as everything in an orchestrator happens.</summary>
        private static void Cancel(CancellationTokenSource source) => source.Cancel();

        /// <summary>Sends an event to another orchestration. One that doesn't exist, or is over, gets nothing, and nobody is told.</summary>
        public abstract void SendEvent(string instanceId, string eventName, object payload);

        public abstract void SetCustomStatus(object? customStatus);

        public virtual Task CallSubOrchestratorAsync(TaskName orchestratorName, TaskOptions options) => CallSubOrchestratorAsync(orchestratorName, null, options);

        public virtual Task CallSubOrchestratorAsync(TaskName orchestratorName, object? input = null, TaskOptions? options = null) =>
            CallSubOrchestratorAsync<object?>(orchestratorName, input, options);

        public virtual Task<TResult> CallSubOrchestratorAsync<TResult>(TaskName orchestratorName, TaskOptions options) =>
            CallSubOrchestratorAsync<TResult>(orchestratorName, null, options);

        /// <exception cref="TaskFailedException">The orchestration failed or was terminated, after all retries.</exception>
        public abstract Task<TResult> CallSubOrchestratorAsync<TResult>(TaskName orchestratorName, object? input = null, TaskOptions? options = null);

        /// <summary>When the orchestrator returns, the instance begins again with a new input and an empty history.</summary>
        public abstract void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true);

        /// <inheritdoc cref="ContinueAsNew(object?, bool)"/>
        public virtual void ContinueAsNew(ContinueAsNewOptions options)
        {
            ArgumentNullException.ThrowIfNull(options);
            ContinueAsNew(options.NewInput, options.PreserveUnprocessedEvents);
        }

        /// <summary>The same on every replay.</summary>
        public abstract Guid NewGuid();

        public virtual int CompareVersionTo(string version) => TaskOrchestrationVersioningUtils.CompareVersions(Version, version);

        public virtual ILogger CreateReplaySafeLogger(string categoryName) => ReplaySafeLoggerFactory.CreateLogger(categoryName);

        public virtual ILogger CreateReplaySafeLogger(Type type) => ReplaySafeLoggerFactory.CreateLogger(type);

        public virtual ILogger CreateReplaySafeLogger<T>() => ReplaySafeLoggerFactory.CreateLogger<T>();

        private sealed class ReplaySafeLoggers(TaskOrchestrationContext context, ILoggerFactory loggers) : ILoggerFactory
        {
            public void AddProvider(ILoggerProvider provider) => loggers.AddProvider(provider);

            public ILogger CreateLogger(string categoryName) => new ReplaySafeLogger(context, loggers.CreateLogger(categoryName));

            public void Dispose()
            {
                // The factory that it stands in front of is not its own.
            }
        }

        private sealed class ReplaySafeLogger(TaskOrchestrationContext context, ILogger logger) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => logger.BeginScope(state);

            public bool IsEnabled(LogLevel logLevel) => !context.IsReplaying && logger.IsEnabled(logLevel);

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            {
                if (!context.IsReplaying)
                    logger.Log(logLevel, eventId, state, exception, formatter);
            }
        }
    }
}

namespace Microsoft.DurableTask.Internal
{
    /// <summary>What starts orchestrations.</summary>
    public interface IOrchestrationSubmitter
    {
        Task<string> ScheduleNewOrchestrationInstanceAsync(
            TaskName orchestratorName, object? input = null, StartOrchestrationOptions? options = null, CancellationToken cancellation = default);
    }
}

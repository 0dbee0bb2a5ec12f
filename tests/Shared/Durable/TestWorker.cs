using DurableTask.Core;
using Google.Protobuf;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Converters;
using Microsoft.DurableTask.Protobuf;
using Microsoft.DurableTask.Worker;
using Microsoft.DurableTask.Worker.Grpc;
using Microsoft.DurableTask.Worker.Shims;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ServerlessDrives.Embedded.Durable;

namespace ServerlessDrives.Tests.Shared.Durable;

/// <summary>Runs delegates as the official worker runs functions, in this process: a new one has nothing in its memory.</summary>
public sealed class TestWorker : IDurableWorker, IDisposable
{
    public static readonly DataConverter Json = JsonDataConverter.Default;

    private readonly TestFunctions _functions;
    private readonly ExtendedSessionsCache _sessions = new();
    private readonly ServiceProvider _services;

    public TestWorker(TestFunctions functions, ILoggerFactory loggers)
    {
        _functions = functions;
        _services = new ServiceCollection()
            .AddSingleton(loggers)
            .AddSingleton(new DurableTaskShimFactory(new DurableTaskWorkerOptions(), loggers))
            .BuildServiceProvider();
    }

    public bool HasOrchestrator(string name) => _functions.TryGetOrchestrator(name, out _);

    public bool HasActivity(string name) => _functions.TryGetActivity(name, out _);

    public Task<OrchestratorResponse> RunOrchestratorAsync(string name, OrchestratorRequest request, CancellationToken cancellation)
    {
        _functions.TryGetOrchestrator(name, out var run);
        var orchestrator = new Orchestrator(run!);
        var response = GrpcOrchestrationRunner.LoadAndRun(
            Convert.ToBase64String(request.ToByteArray()),
            orchestrator,
            _sessions,
            _services);
        if (orchestrator.IsGone)
            throw new WorkerGoneException();
        return Task.FromResult(OrchestratorResponse.Parser.ParseFrom(Convert.FromBase64String(response)));
    }

    public async Task<ActivityAnswer> RunActivityAsync(string name, string instanceId, string? input, CancellationToken cancellation)
    {
        _functions.TryGetActivity(name, out var run);
        // So that no activity runs on the dispatcher's own thread.
        await Task.Yield();
        try
        {
            return ActivityAnswer.Completed(Json.Serialize(await run!(input)));
        }
        catch (WorkerGoneException)
        {
            throw;
        }
        catch (Exception failure)
        {
            return ActivityAnswer.Failed(ToDetails(failure)!);
        }
    }

    public void Dispose()
    {
        _sessions.Dispose();
        _services.Dispose();
    }

    private static FailureDetails? ToDetails(Exception? failure) =>
        failure is null
            ? null
            : new FailureDetails(
                failure.GetType().FullName!,
                failure.Message,
                failure.StackTrace,
                ToDetails(failure.InnerException),
                isNonRetriable: false);

    private sealed class Orchestrator(Func<TaskOrchestrationContext, Task<object?>> run) : ITaskOrchestrator
    {
        public Type InputType => typeof(object);

        public Type OutputType => typeof(object);

        public bool IsGone { get; private set; }

        public async Task<object?> RunAsync(TaskOrchestrationContext context, object? input)
        {
            try
            {
                return await new TestOrchestrationContext(context).RunAsync(run);
            }
            catch (WorkerGoneException)
            {
                IsGone = true;
                throw;
            }
        }
    }
}

/// <summary>Thrown by a delegate: the worker dies before it answers.</summary>
public sealed class WorkerGoneException() : Exception("The worker is gone.");

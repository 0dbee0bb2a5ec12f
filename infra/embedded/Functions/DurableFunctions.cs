using System.Diagnostics.CodeAnalysis;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using ServerlessDrives.Embedded.DurableTask;

namespace ServerlessDrives.Embedded.Functions;

/// <summary>The catalog's orchestrators and activities, as the durable engine asks for them.</summary>
internal sealed class DurableFunctions(FunctionCatalog catalog, FunctionInvoker invoker, DataConverter converter) : IDurableTaskFunctions
{
    public bool TryGetOrchestrator(string name, [NotNullWhen(true)] out Func<TaskOrchestrationContext, Task<object?>>? run)
    {
        run = catalog.Find<OrchestrationTriggerAttribute>(name) is { } entry ? context => RunAsync(entry, context, CancellationToken.None) : null;
        return run is not null;
    }

    public bool TryGetActivity(string name, [NotNullWhen(true)] out Func<ActivityInvocation, CancellationToken, Task<object?>>? run)
    {
        run = catalog.Find<ActivityTriggerAttribute>(name) is { } entry
            ? (activity, cancellation) => RunAsync(entry, new ActivityInput(type => converter.Deserialize(activity.SerializedInput, type)), cancellation)
            : null;
        return run is not null;
    }

    private async Task<object?> RunAsync(FunctionEntry entry, object triggeredBy, CancellationToken cancellation)
    {
        object? answer = null;
        await invoker.InvokeAsync(
            entry,
            triggeredBy,
            invocation =>
            {
                answer = invocation.Answer;
                return Task.CompletedTask;
            },
            cancellation);
        return answer;
    }
}

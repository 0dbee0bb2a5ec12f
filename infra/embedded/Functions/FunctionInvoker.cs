using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.ExceptionServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;

namespace ServerlessDrives.Embedded.Functions;

/// <summary>Runs functions: a scope for each invocation, the middleware, the parameters, the method.</summary>
internal sealed class FunctionInvoker
{
    private static readonly ConcurrentDictionary<Type, Func<object, Task<object?>>> Unwrapping = new();

    private readonly IServiceScopeFactory _scopes;
    private readonly FunctionExecutionDelegate _pipeline;

    public FunctionInvoker(IServiceScopeFactory scopes, IReadOnlyList<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> middleware)
    {
        _scopes = scopes;
        _pipeline = middleware.Reverse().Aggregate((FunctionExecutionDelegate)RunFunctionAsync, (next, wrap) => wrap(next));
    }

    /// <summary>Invokes the function in a scope of its own.</summary>
    /// <param name="after">What is done with the answer while the scope still lives.</param>
    public async Task InvokeAsync(FunctionEntry entry, object? triggeredBy, Func<Invocation, Task>? after, CancellationToken cancellation)
    {
        await using var scope = _scopes.CreateAsyncScope();
        var invocation = new Invocation(entry, scope.ServiceProvider, triggeredBy, cancellation);
        await _pipeline(invocation);
        if (after is not null)
            await after(invocation);
    }

    // An orchestrator's awaits must stay on the context that replays it, so nothing here leaves it.
    private static async Task RunFunctionAsync(FunctionContext context)
    {
        var invocation = (Invocation)context;
        var call = invocation.Entry.Call;
        var arguments = Array.ConvertAll(call.Parameters, parameter => ArgumentFor(invocation, parameter));
        var target = call.TargetIn(invocation.InstanceServices);
        invocation.Ran = true;
        invocation.Answer = await UnwrapAsync(call.Invoke(target, arguments));
    }

    private static object? ArgumentFor(Invocation invocation, CalledParameter parameter)
    {
        switch (parameter.Source)
        {
            case ParameterSource.Trigger:
                return invocation.TriggeredBy is ActivityInput input ? input.Read(parameter.Type) : invocation.TriggeredBy;
            case ParameterSource.Context:
                return invocation;
            case ParameterSource.Cancellation:
                return invocation.CancellationToken;
            case ParameterSource.DurableClient:
                return invocation.InstanceServices.GetRequiredService<DurableTaskClient>();
            default:
                var http = invocation.Http!;
                var text = http.GetRouteValue(parameter.Name) as string ?? (http.Request.Query.TryGetValue(parameter.Name, out var query) ? (string?)query : null);
                return text is null && parameter.HasDefault ? parameter.Default : TextBinding.Read(text, parameter.Type);
        }
    }

    private static async Task<object?> UnwrapAsync(object? returned)
    {
        switch (returned)
        {
            case null:
                return null;
            case ValueTask task:
                await task;
                return null;
        }

        return await Unwrapping.GetOrAdd(returned.GetType(), type => UnwrapperOf(type))(returned);
    }

    private static Func<object, Task<object?>> UnwrapperOf(Type type)
    {
        for (var known = type; known is not null; known = known.BaseType)
        {
            if (!known.IsGenericType)
                continue;
            var name = known.GetGenericTypeDefinition() == typeof(Task<>) ? nameof(UnwrapTaskAsync)
                : known.GetGenericTypeDefinition() == typeof(ValueTask<>) ? nameof(UnwrapValueTaskAsync)
                : null;
            if (name is not null)
            {
                return typeof(FunctionInvoker).GetMethod(name, BindingFlags.NonPublic | BindingFlags.Static)!
                    .MakeGenericMethod(known.GetGenericArguments()[0])
                    .CreateDelegate<Func<object, Task<object?>>>();
            }
        }

        return value => Task.FromResult<object?>(value);
    }

    // "async Task" methods return a Task<VoidTaskResult>, whose result is nothing that anybody may see.
    private static async Task<object?> UnwrapTaskAsync<T>(object task) => await (Task<T>)task is { } value && value.GetType().Name != "VoidTaskResult" ? value : null;

    private static async Task<object?> UnwrapValueTaskAsync<T>(object task) => await (ValueTask<T>)task;
}

/// <summary>An activity's input as JSON, read as whatever type its function asks for.</summary>
/// <param name="Read">Reads it.</param>
internal sealed record ActivityInput(Func<Type, object?> Read);

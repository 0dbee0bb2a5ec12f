using System.Reflection;
using System.Runtime.ExceptionServices;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace ServerlessDrives.Tests.Shared.Durable;

/// <summary>
/// The app's own orchestrators and activities, called without a worker: for tests of many lives, each with services of its own.
/// </summary>
public static class AppFunctions
{
    public static TestFunctions Of(IServiceProvider services)
    {
        var functions = new TestFunctions();
        foreach (
            var method in typeof(ServerlessDrivesApplication)
                .Assembly.GetTypes()
                .SelectMany(type =>
                    type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)))
        {
            if (method.GetCustomAttribute<FunctionAttribute>() is not { Name: var name })
                continue;
            if (method.GetParameters().Any(parameter => parameter.IsDefined(typeof(OrchestrationTriggerAttribute))))
                functions.Orchestrator(name, context => CallAsync(method, null, [context]));
            else if (Array.Find(method.GetParameters(), parameter => parameter.IsDefined(typeof(ActivityTriggerAttribute))) is { } input)
                functions.Activity(name, given => CallAsync(method, Target(method, services), Arguments(method, input, given)));
        }

        return functions;
    }

    private static object? Target(MethodInfo method, IServiceProvider services) =>
        method.IsStatic ? null : ActivatorUtilities.GetServiceOrCreateInstance(services, method.DeclaringType!);

    private static object?[] Arguments(MethodInfo method, ParameterInfo input, string? given) =>
        Array.ConvertAll(
            method.GetParameters(),
            parameter =>
                parameter == input ? TestWorker.Json.Deserialize(given, parameter.ParameterType)
                : parameter.ParameterType == typeof(CancellationToken) ? (object)CancellationToken.None
                : throw new InvalidOperationException($"Nothing binds {parameter.Name} of {method.DeclaringType!.Name}.{method.Name}."));

    private static async Task<object?> CallAsync(MethodInfo method, object? target, object?[] arguments)
    {
        Task running;
        try
        {
            running = (Task)method.Invoke(target, arguments)!;
        }
        catch (TargetInvocationException failure)
        {
            ExceptionDispatchInfo.Throw(failure.InnerException!);
            throw;
        }

        await running;
        return method.ReturnType.IsGenericType ? running.GetType().GetProperty(nameof(Task<object>.Result))!.GetValue(running) : null;
    }
}

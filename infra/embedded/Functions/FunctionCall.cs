using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.Extensions.DependencyInjection;

namespace ServerlessDrives.Embedded.Functions;

/// <summary>Where a parameter's value comes from.</summary>
internal enum ParameterSource
{
    Trigger,
    Context,
    Cancellation,
    DurableClient,

    /// <summary>The route, else the query.</summary>
    Text,
}

internal sealed record CalledParameter(string Name, Type Type, ParameterSource Source, bool HasDefault, object? Default);

/// <summary>A function's method, ready to be called again and again.</summary>
internal sealed class FunctionCall
{
    private readonly MethodInfo _method;
    private readonly MethodInvoker _invoker;
    private readonly Lazy<ObjectFactory> _create;

    public FunctionCall(MethodInfo method, ParameterInfo triggered)
    {
        _method = method;
        _invoker = MethodInvoker.Create(method);
        _create = new(() => ActivatorUtilities.CreateFactory(method.DeclaringType!, []));
        Parameters = Array.ConvertAll(method.GetParameters(), parameter => new CalledParameter(
            parameter.Name!, parameter.ParameterType, SourceOf(parameter, parameter.Position == triggered.Position), parameter.HasDefaultValue, parameter.HasDefaultValue ? parameter.DefaultValue : null));
    }

    public CalledParameter[] Parameters { get; }

    /// <summary>What the method is called on: a service, or an object of its own for this scope; null for a static one.</summary>
    public object? TargetIn(IServiceProvider services) =>
        _method.IsStatic ? null : services.GetService(_method.DeclaringType!) ?? _create.Value(services, null);

    /// <summary>What the method throws comes out as it is.</summary>
    public object? Invoke(object? target, object?[] arguments) => _invoker.Invoke(target, arguments.AsSpan());

    private static ParameterSource SourceOf(ParameterInfo parameter, bool isTriggered)
    {
        if (isTriggered)
            return ParameterSource.Trigger;
        if (parameter.ParameterType == typeof(FunctionContext))
            return ParameterSource.Context;
        if (parameter.ParameterType == typeof(CancellationToken))
            return ParameterSource.Cancellation;
        return parameter.GetCustomAttribute<InputBindingAttribute>() is DurableClientAttribute ? ParameterSource.DurableClient : ParameterSource.Text;
    }
}

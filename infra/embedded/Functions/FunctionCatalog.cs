using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace ServerlessDrives.Embedded.Functions;

/// <summary>All functions of the app, found by the attributes that the official worker indexes, and refused where the official host would misbehave.</summary>
internal sealed class FunctionCatalog
{
    private readonly Dictionary<string, FunctionEntry> _byName = new(StringComparer.OrdinalIgnoreCase);

    private FunctionCatalog(IEnumerable<FunctionEntry> entries)
    {
        foreach (var entry in entries)
        {
            if (!_byName.TryAdd(entry.Name, entry))
                throw new StartRefusedException($"{entry.Where} and {_byName[entry.Name].Where} are both named '{entry.Name}'. Function names must be unique, whatever their case.");
        }
    }

    public IEnumerable<FunctionEntry> All => _byName.Values.OrderBy(entry => entry.Name, StringComparer.Ordinal);

    public FunctionEntry? Find<TTrigger>(string name)
        where TTrigger : TriggerBindingAttribute
        => _byName.TryGetValue(name, out var entry) && entry.Trigger is TTrigger ? entry : null;

    public IEnumerable<(FunctionEntry Entry, TTrigger Trigger)> TriggeredBy<TTrigger>()
        where TTrigger : TriggerBindingAttribute
        => All.Where(entry => entry.Trigger is TTrigger).Select(entry => (entry, (TTrigger)entry.Trigger));

    /// <exception cref="StartRefusedException">A function can't be bound; the sentence names the method.</exception>
    public static FunctionCatalog Of(IEnumerable<Type> types) => new(
        from type in types
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
        let function = method.GetCustomAttribute<FunctionAttribute>()
        where function is not null
        select Read(function.Name, method));

    /// <summary>The types of the entry assembly, and of those behind it that know the worker's API.</summary>
    public static IEnumerable<Type> TypesBehind(Assembly entry)
    {
        var api = typeof(FunctionAttribute).Assembly;
        var known = new HashSet<Assembly> { entry };
        var open = new Queue<Assembly>(known);
        while (open.TryDequeue(out var assembly))
        {
            if (assembly == api || !assembly.GetReferencedAssemblies().Any(reference => reference.Name == api.GetName().Name))
                continue;
            foreach (var type in assembly.GetTypes())
                yield return type;
            foreach (var reference in assembly.GetReferencedAssemblies().Where(reference => reference.Name!.StartsWith("ServerlessDrives", StringComparison.Ordinal)))
            {
                var behind = Assembly.Load(reference);
                if (known.Add(behind))
                    open.Enqueue(behind);
            }
        }
    }

    private static FunctionEntry Read(string name, MethodInfo method)
    {
        var where = $"{method.DeclaringType?.FullName}.{method.Name}";
        if (!method.IsPublic)
            throw new StartRefusedException($"{where} is a function and must be public.");
        var parameters = method.GetParameters();
        var triggers = parameters
            .SelectMany(parameter => parameter.GetCustomAttributes<TriggerBindingAttribute>().Select(trigger => (parameter, trigger)))
            .ToList();
        if (triggers.Count != 1)
            throw new StartRefusedException($"{where} has {triggers.Count} triggers; a function has exactly one.");
        var entry = new FunctionEntry(name, method, triggers[0].parameter, triggers[0].trigger);
        foreach (var parameter in parameters)
        {
            if (!IsBound(entry, parameter))
                throw new StartRefusedException($"{where}: nothing binds the parameter '{parameter.Name}' of type {parameter.ParameterType.Name}.");
        }

        if (entry.Trigger is HttpTriggerAttribute && !typeof(IResult).IsAssignableFrom(entry.Answer) && !typeof(IActionResult).IsAssignableFrom(entry.Answer))
            throw new StartRefusedException($"{where} answers HTTP with {entry.Answer.Name}, which the official host turns into an empty 200. Return an IResult or IActionResult.");
        return entry;
    }

    private static bool IsBound(FunctionEntry entry, ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        if (type == typeof(FunctionContext) || type == typeof(CancellationToken))
            return true;
        if (parameter.GetCustomAttribute<InputBindingAttribute>() is { } input)
            return input is DurableClientAttribute && type == typeof(DurableTaskClient);
        // Not by reference: of one parameter, reflection may make two objects when several hosts start at once.
        if (parameter.Position != entry.Triggered.Position)
            return entry.Trigger is HttpTriggerAttribute && TextBinding.CanRead(type);
        return entry.Trigger switch
        {
            HttpTriggerAttribute => type == typeof(HttpRequest),
            TimerTriggerAttribute => type == typeof(TimerInfo),
            OrchestrationTriggerAttribute => type == typeof(TaskOrchestrationContext),
            ActivityTriggerAttribute => true,
            _ => false,
        };
    }
}

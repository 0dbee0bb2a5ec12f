using System.Text.Json;
using ServerlessDrives.Embedded.Worker.Protocol;

namespace ServerlessDrives.Embedded.Worker;

/// <summary>One function of the app, as the worker described it: its name, its trigger and what else is bound.</summary>
internal sealed class LoadedFunction
{
    private const string TriggerSuffix = "Trigger";
    private static readonly string[] Triggers = [HttpTrigger, TimerTrigger, OrchestrationTrigger, ActivityTrigger];

    public const string HttpTrigger = "httpTrigger";
    public const string TimerTrigger = "timerTrigger";
    public const string OrchestrationTrigger = "orchestrationTrigger";
    public const string ActivityTrigger = "activityTrigger";
    private const string DurableClient = "durableClient";

    private LoadedFunction(RpcFunctionMetadata metadata, JsonElement trigger, IReadOnlyList<string> durableClients)
    {
        Id = metadata.FunctionId;
        Name = metadata.Name;
        EntryPoint = metadata.EntryPoint;
        Trigger = trigger;
        TriggerType = Text(trigger, "type");
        TriggerName = Text(trigger, "name");
        DurableClients = durableClients;
    }

    public string Id { get; }

    public string Name { get; }

    /// <summary>The method, as <c>Namespace.Type.Method</c>: how sentences about the function name it.</summary>
    public string EntryPoint { get; }

    /// <summary>The trigger's binding, as function.json would have it.</summary>
    public JsonElement Trigger { get; }

    public string TriggerType { get; }

    public string TriggerName { get; }

    /// <summary>The names of the parameters that get a client of the task hub.</summary>
    public IReadOnlyList<string> DurableClients { get; }

    /// <exception cref="StartRefusedException">Two functions of one name, or a binding that this host doesn't have; the sentence names the
    /// method.</exception>
    public static IReadOnlyList<LoadedFunction> Read(IEnumerable<RpcFunctionMetadata> metadata)
    {
        var byName = new Dictionary<string, LoadedFunction>(StringComparer.OrdinalIgnoreCase);
        foreach (var function in metadata.Select(Read))
        {
            if (!byName.TryAdd(function.Name, function))
            {
                throw new StartRefusedException(
                    $"{byName[function.Name].EntryPoint} and {function.EntryPoint} are both named '{function.Name}'. Function names " +
                    "must be unique, whatever their case."
                );
            }
        }

        return [.. byName.Values.OrderBy(function => function.Name, StringComparer.Ordinal)];
    }

    private static LoadedFunction Read(RpcFunctionMetadata metadata)
    {
        JsonElement? trigger = null;
        var durableClients = new List<string>();
        foreach (var raw in metadata.RawBindings)
        {
            var binding = JsonSerializer.Deserialize<JsonElement>(raw);
            var type = Text(binding, "type");
            if (type.EndsWith(TriggerSuffix, StringComparison.OrdinalIgnoreCase))
                trigger = trigger is null
                    ? binding
                    : throw new StartRefusedException($"{metadata.EntryPoint} has two triggers; a function has exactly one.");
            else if (type.Equals(DurableClient, StringComparison.OrdinalIgnoreCase))
                durableClients.Add(Text(binding, "name"));
            else if (!IsAnswer(type, binding))
                throw new StartRefusedException($"{metadata.EntryPoint}: this host has no binding of the type '{type}'.");
        }

        if (trigger is null)
            throw new StartRefusedException($"{metadata.EntryPoint} has no trigger; a function has exactly one.");
        if (!Triggers.Contains(Text(trigger.Value, "type")))
            throw new StartRefusedException(
                $"{metadata.EntryPoint}: this host has no trigger of the type '{Text(trigger.Value, "type")}'.");
        return new(metadata, trigger.Value, durableClients);
    }

    /// <summary>The worker declares what an HTTP function returns as an output binding.</summary>
    private static bool IsAnswer(string type, JsonElement binding) =>
        type.Equals("http", StringComparison.OrdinalIgnoreCase)
        && Text(binding, "direction").Equals("out", StringComparison.OrdinalIgnoreCase);

    private static string Text(JsonElement binding, string property) =>
        binding.TryGetProperty(property, out var value) ? value.GetString() ?? "" : "";
}

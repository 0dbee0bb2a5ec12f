using System.Collections.Immutable;
using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace ServerlessDrives.Embedded.Functions;

/// <summary>One method that carries <see cref="FunctionAttribute"/>: its name, what triggers it, how to call it.</summary>
internal sealed class FunctionEntry
{
    public FunctionEntry(string name, MethodInfo method, ParameterInfo triggered, TriggerBindingAttribute trigger)
    {
        Name = name;
        Method = method;
        Triggered = triggered;
        Trigger = trigger;
        Definition = new EntryDefinition(this);
        Call = new FunctionCall(method, triggered);
    }

    public string Name { get; }
    public MethodInfo Method { get; }

    /// <summary>The parameter that the trigger's attribute stands on.</summary>
    public ParameterInfo Triggered { get; }

    public TriggerBindingAttribute Trigger { get; }
    public FunctionDefinition Definition { get; }

    /// <summary>How it is called; found out once and not for every call.</summary>
    public FunctionCall Call { get; }

    /// <summary>How sentences about it name it.</summary>
    public string Where => $"{Method.DeclaringType?.FullName}.{Method.Name}";

    /// <summary>What the method answers, without <see cref="Task"/> around it; <c>void</c> for none.</summary>
    public Type Answer
    {
        get
        {
            var type = Method.ReturnType;
            if (type == typeof(Task) || type == typeof(ValueTask))
                return typeof(void);
            return type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(Task<>) || type.GetGenericTypeDefinition() == typeof(ValueTask<>))
                ? type.GetGenericArguments()[0]
                : type;
        }
    }

    private sealed class EntryDefinition(FunctionEntry entry) : FunctionDefinition
    {
        public override ImmutableArray<FunctionParameter> Parameters { get; } =
            [.. entry.Method.GetParameters().Select(parameter => new FunctionParameter(parameter.Name!, parameter.ParameterType))];

        public override string PathToAssembly => entry.Method.DeclaringType!.Assembly.Location;
        public override string EntryPoint => entry.Where;
        public override string Id => entry.Name;
        public override string Name => entry.Name;

        public override IImmutableDictionary<string, BindingMetadata> InputBindings { get; } = ImmutableDictionary<string, BindingMetadata>.Empty
            .Add(entry.Triggered.Name!, new TriggerMetadata(entry.Triggered.Name!, TypeOf(entry.Trigger)));

        public override IImmutableDictionary<string, BindingMetadata> OutputBindings => ImmutableDictionary<string, BindingMetadata>.Empty;

        private static string TypeOf(TriggerBindingAttribute trigger)
        {
            var name = trigger.GetType().Name;
            return char.ToLowerInvariant(name[0]) + name[1..^"Attribute".Length];
        }
    }

    private sealed class TriggerMetadata(string name, string type) : BindingMetadata
    {
        public override string Name => name;
        public override string Type => type;
        public override BindingDirection Direction => BindingDirection.In;
    }
}

using System.Collections;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace ServerlessDrives.Embedded.Functions;

/// <summary>One invocation, as functions and middleware see it.</summary>
internal sealed class Invocation(FunctionEntry entry, IServiceProvider services, object? triggeredBy, CancellationToken cancellation) : FunctionContext
{
    public FunctionEntry Entry => entry;

    /// <summary>What the trigger gave: a request, an orchestration's context, an activity's input, a timer's state.</summary>
    public object? TriggeredBy => triggeredBy;

    /// <summary>What the function returned.</summary>
    public object? Answer { get; set; }

    /// <summary>Whether it came as far as the function; a middleware may answer by itself.</summary>
    public bool Ran { get; set; }

    public HttpContext? Http => (triggeredBy as HttpRequest)?.HttpContext;

    public override string InvocationId { get; } = Guid.NewGuid().ToString("D");
    public override string FunctionId => entry.Definition.Id;
    public override TraceContext TraceContext { get; } = new CurrentTrace();
    public override BindingContext BindingContext { get; } = triggeredBy is HttpRequest asked ? new RequestData(asked) : new NoBindingData();
    public override RetryContext RetryContext { get; } = new FirstTry();
    public override IServiceProvider InstanceServices { get; set; } = services;
    public override FunctionDefinition FunctionDefinition => entry.Definition;
    public override IInvocationFeatures Features { get; } = new FeatureBag();
    public override CancellationToken CancellationToken => cancellation;

    public override IDictionary<object, object> Items { get; set; } =
        triggeredBy is HttpRequest request ? new Dictionary<object, object> { ["HttpRequestContext"] = request.HttpContext } : [];

    private sealed class CurrentTrace : TraceContext
    {
        public override string TraceParent { get; } = Activity.Current?.Id ?? "";
        public override string TraceState { get; } = Activity.Current?.TraceStateString ?? "";
    }

    private sealed class NoBindingData : BindingContext
    {
        public override IReadOnlyDictionary<string, object?> BindingData => ImmutableDictionary<string, object?>.Empty;
    }

    /// <summary>Of what the official host says of a request, its headers as it got them.</summary>
    private sealed class RequestData(HttpRequest request) : BindingContext
    {
        private IReadOnlyDictionary<string, object?>? _data;

        public override IReadOnlyDictionary<string, object?> BindingData => _data ??= new Dictionary<string, object?>
        {
            ["Headers"] = JsonSerializer.Serialize(request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString())),
        };
    }

    private sealed class FirstTry : RetryContext
    {
        public override int RetryCount => 0;
        public override int MaxRetryCount => 0;
    }

    private sealed class FeatureBag : IInvocationFeatures
    {
        private readonly Dictionary<Type, object> _features = [];

        public void Set<T>(T instance) => _features[typeof(T)] = instance!;

        public T? Get<T>() => _features.TryGetValue(typeof(T), out var feature) ? (T)feature : default;

        public IEnumerator<KeyValuePair<Type, object>> GetEnumerator() => _features.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}

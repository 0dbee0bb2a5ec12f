using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.DurableTask;

namespace ServerlessDrives.Embedded.DurableTask;

/// <summary>
/// One fact of an instance's history. A turn begins, things arrive, and the orchestrator takes steps in answer to each;
/// replaying the arrivals must lead to the same steps.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "e")]
[JsonDerivedType(typeof(TurnBegan), "turn")]
[JsonDerivedType(typeof(Started), "started")]
[JsonDerivedType(typeof(TaskCompleted), "completed")]
[JsonDerivedType(typeof(TaskFailed), "failed")]
[JsonDerivedType(typeof(TimerFired), "fired")]
[JsonDerivedType(typeof(EventRaised), "event")]
[JsonDerivedType(typeof(Suspended), "suspended")]
[JsonDerivedType(typeof(Resumed), "resumed")]
[JsonDerivedType(typeof(ActivityScheduled), "activity")]
[JsonDerivedType(typeof(TimerCreated), "timer")]
[JsonDerivedType(typeof(ChildScheduled), "child")]
[JsonDerivedType(typeof(EventSent), "send")]
internal abstract record HistoryEvent;

/// <summary>Sets the orchestration's clock.</summary>
internal sealed record TurnBegan(DateTime At) : HistoryEvent;

internal abstract record Arrival : HistoryEvent;

internal sealed record Started : Arrival;

/// <summary>What became of a step.</summary>
internal abstract record Answer(int Id) : Arrival
{
    [JsonIgnore]
    public virtual string? Result => null;

    [JsonIgnore]
    public virtual TaskFailureDetails? Failure => null;
}

internal sealed record TaskCompleted(int Id, string? Output) : Answer(Id)
{
    public override string? Result => Output;
}

internal sealed record TaskFailed(int Id, TaskFailureDetails Reason) : Answer(Id)
{
    public override TaskFailureDetails? Failure => Reason;
}

internal sealed record TimerFired(int Id) : Answer(Id);

internal sealed record EventRaised(string Name, string? Payload) : Arrival;

internal sealed record Suspended(string? Reason) : Arrival;

internal sealed record Resumed(string? Reason) : Arrival;

/// <summary>Something that the orchestrator asked for.</summary>
/// <param name="Id">Counts the steps of a generation from 0.</param>
internal abstract record Step(int Id) : HistoryEvent
{
    /// <summary>What is called or sent.</summary>
    [JsonIgnore]
    public virtual string Subject => string.Empty;

    /// <summary>Whether the code, replayed, asks for the same again.</summary>
    public bool IsSameAs(Step other) => GetType() == other.GetType() && Id == other.Id && string.Equals(Subject, other.Subject, StringComparison.OrdinalIgnoreCase);
}

internal sealed record ActivityScheduled(int Id, string Name, string? Input) : Step(Id)
{
    public override string Subject => Name;

    public override string ToString() => $"a call of activity '{Name}'";
}

internal sealed record TimerCreated(int Id, DateTime FireAt) : Step(Id)
{
    public override string ToString() => "a timer";
}

internal sealed record ChildScheduled(int Id, string Name, string InstanceId, string? Input, string? Version) : Step(Id)
{
    public override string Subject => Name;

    public override string ToString() => $"a call of sub-orchestration '{Name}'";
}

internal sealed record EventSent(int Id, string InstanceId, string Name, string? Payload) : Step(Id)
{
    public override string Subject => Name;

    public override string ToString() => $"an event '{Name}' to another instance";
}

/// <summary>History and messages as UTF-8 JSON, one value a line.</summary>
internal static class Json
{
    private static readonly JsonSerializerOptions Options = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public static byte[] Lines<T>(IEnumerable<T> values)
    {
        using var lines = new MemoryStream();
        foreach (var value in values)
        {
            JsonSerializer.Serialize(lines, value, Options);
            lines.WriteByte((byte)'\n');
        }

        return lines.ToArray();
    }

    public static List<T> FromLines<T>(ReadOnlySpan<byte> lines)
    {
        var values = new List<T>();
        while (!lines.IsEmpty)
        {
            var end = lines.IndexOf((byte)'\n');
            values.Add(JsonSerializer.Deserialize<T>(lines[..end], Options)!);
            lines = lines[(end + 1)..];
        }

        return values;
    }

    public static string? Text<T>(T? value)
        where T : class => value is null ? null : JsonSerializer.Serialize(value, Options);

    public static T? FromText<T>(string? text)
        where T : class => text is null ? null : JsonSerializer.Deserialize<T>(text, Options);
}

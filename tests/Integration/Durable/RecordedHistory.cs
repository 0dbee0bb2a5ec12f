using System.Globalization;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.DurableTask.Protobuf;

namespace ServerlessDrives.Tests.Integration.Durable;

/// <summary>
/// Histories as files: a HistoryChunk in the JSON form of protobuf, or, from before the app was on the official packages, what the engine
/// of that time wrote, which is read as what it would be now.
/// </summary>
internal static class RecordedHistory
{
    private static readonly JsonFormatter Readable = new(JsonFormatter.Settings.Default.WithIndentation());

    public static string ToText(IEnumerable<HistoryEvent> history) => Readable.Format(new HistoryChunk { Events = { history } });

    public static IReadOnlyList<HistoryEvent> Parse(string text, string instance)
    {
        var recorded = JsonNode.Parse(text)!;
        return recorded["events"] is null ? [.. Convert(recorded, instance)] : [.. JsonParser.Default.Parse<HistoryChunk>(text).Events];
    }

    /// <summary>The earlier engine had one entry for a turn's begin, and none for its end.</summary>
    private static IEnumerable<HistoryEvent> Convert(JsonNode recorded, string instance)
    {
        Timestamp? turn = null;
        foreach (var entry in recorded["history"]!.AsArray())
        {
            var happened = Convert(entry!, recorded, instance);
            if (happened.OrchestratorStarted is not null)
            {
                if (turn is not null)
                    yield return new() { EventId = -1, Timestamp = turn, OrchestratorCompleted = new() };
                turn = Time(entry!["At"]);
            }

            happened.Timestamp = turn;
            yield return happened;
        }

        yield return new() { EventId = -1, Timestamp = turn, OrchestratorCompleted = new() };
    }

    private static HistoryEvent Convert(JsonNode entry, JsonNode recorded, string instance) => Text(entry["e"]) switch
    {
        "turn" => new() { EventId = -1, OrchestratorStarted = new() },
        "started" => new()
        {
            EventId = -1,
            ExecutionStarted = new()
            {
                Name = Text(recorded["name"]),
                Input = recorded["input"]!.ToJsonString(),
                OrchestrationInstance = new() { InstanceId = instance, ExecutionId = "1" },
            },
        },
        "timer" => new() { EventId = Id(entry), TimerCreated = new() { FireAt = Time(entry["FireAt"]) } },
        "activity" => new() { EventId = Id(entry), TaskScheduled = new() { Name = Text(entry["Name"]), Input = Text(entry["Input"]) } },
        "completed" => new() { EventId = -1, TaskCompleted = new() { TaskScheduledId = Id(entry), Result = Text(entry["Result"]) } },
        "event" => new() { EventId = -1, EventRaised = new() { Name = Text(entry["Name"]), Input = Text(entry["Payload"]) } },
        var other => throw new NotSupportedException($"No recorded history has had an entry '{other}' so far."),
    };

    private static string? Text(JsonNode? node) => node?.GetValue<string>();

    private static int Id(JsonNode entry) => entry["Id"]!.GetValue<int>();

    private static Timestamp Time(JsonNode? node) =>
        Timestamp.FromDateTimeOffset(DateTimeOffset.Parse(Text(node)!, CultureInfo.InvariantCulture));
}

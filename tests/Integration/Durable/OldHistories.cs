using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Converters;
using Microsoft.Extensions.Logging.Abstractions;
using ServerlessDrives.Connecting;
using ServerlessDrives.Embedded.DurableTask;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Durable;

/// <summary>
/// A deployment replays what older code began. The histories beside this file were recorded when their code was new, one file for each place that a
/// connection can wait at and each version of the flow; they are never changed, only added to.
/// </summary>
public sealed class OldHistories
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly DateTime Began = new(2026, 11, 18, 9, 0, 0, DateTimeKind.Utc);
    private static readonly DateTime AWeekLater = Began.AddDays(7).AddMinutes(-1);

    private static readonly Dictionary<string, Place> Places = new()
    {
        ["trust-policy"] = new(UsesRole: true, ConnectionStep.TrustPolicy, [], "TrustPolicyConfirmed/1", "AskForConfiguration"),
        ["configuration"] = new(UsesRole: true, ConnectionStep.TrustPolicy, ["TrustPolicyConfirmed/1"], "Configured/1", "ProveTrust"),
        ["bucket-policy"] = new(UsesRole: true, ConnectionStep.TrustPolicy, ["TrustPolicyConfirmed/1", "Configured/1"], "BucketPolicyConfirmed/1", "VerifyConnection"),
        ["bucket-policy-after-a-failure"] = new(UsesRole: true, ConnectionStep.BucketPolicy, [], "BucketPolicyConfirmed/2", "VerifyConnection", Attempt: 2),
        ["access-key"] = new(UsesRole: false, ConnectionStep.Configuration, [], "Configured/1", "VerifyConnection"),
        ["cancelled"] = new(UsesRole: true, ConnectionStep.TrustPolicy, ["TrustPolicyConfirmed/1"], "Cancelled", "CloseConnection"),
    };

    public static TheoryData<string> Recorded => [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Histories"), "*.json").Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal)];

    public static TheoryData<string> Waiting => [.. Places.Keys];

    [Theory]
    [MemberData(nameof(Recorded))]
    public void A_connection_that_waited_a_week_goes_on_with_the_code_of_today(string recorded)
    {
        var old = Read(recorded);
        var place = Places[recorded[..recorded.LastIndexOf('.')]];
        var run = Revive(old["name"]!.GetValue<string>(), old["input"]!.ToJsonString());

        run.Replay(old["history"]!.AsArray().Select(happened => happened.Deserialize<HistoryEvent>()!));
        run.Outcome.ShouldBeNull();
        run.Unanswered.ShouldHaveSingleItem().ShouldBeOfType<TimerCreated>();

        run.Take(AWeekLater, [new EventRaised(place.Event, $"\"{place.Event}\"")]);
        run.Outcome.ShouldBeNull();
        run.Unanswered.OfType<ActivityScheduled>().ShouldHaveSingleItem().Name.ShouldBe(place.Then);
    }

    [Theory]
    [MemberData(nameof(Waiting))]
    public void The_history_that_the_code_of_today_writes_is_recorded(string place)
    {
        var newest = Recorded.Select(row => row.Data).Where(name => name[..name.LastIndexOf('.')] == place).LastOrDefault();
        var today = Write(Places[place]);
        newest.ShouldNotBeNull($"Save this as Histories/{place}.1.json:\n{today.ToJsonString(Readable)}");
        var old = Read(newest);
        Shape(old).ShouldBe(
            Shape(today),
            $"The flow asks for other things than it did. What waits would break: give the new flow a name of its own, keep the old one, and save this as the next Histories/{place}.<n>.json:\n{today.ToJsonString(Readable)}");
    }

    [Fact]
    public void A_flow_that_asks_for_something_else_is_found_out()
    {
        var old = Read("bucket-policy.1");
        var history = old["history"]!.AsArray().Select(happened => happened.Deserialize<HistoryEvent>()!).ToList();
        history[history.FindIndex(happened => happened is ActivityScheduled { Name: "ProveTrust" })] = new ActivityScheduled(3, "ProveTrustOtherwise", null);
        var run = Revive("ConnectDrive", old["input"]!.ToJsonString());

        run.Replay(history);

        run.Outcome.ShouldBeOfType<Outcome.Failed>().Failure.ErrorType.ShouldContain("NonDeterministic");
    }

    private static JsonNode Read(string recorded) => JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Histories", $"{recorded}.json")))!;

    private static IEnumerable<string> Shape(JsonNode recorded) => recorded["history"]!.AsArray()
        .Select(happened => happened.Deserialize<HistoryEvent>()!)
        .Select(happened => happened is Step step ? $"{step.GetType().Name} {step.Id} {step.Subject}" : happened.GetType().Name);

    /// <summary>What a connection that comes to this place and waits there has for a history.</summary>
    private static JsonObject Write(Place place)
    {
        const string Flow = nameof(ConnectDrive);
        var input = JsonDataConverter.Default.Serialize(new ConnectionAttempt(
            new(Identifier.From<OrganizationId>(new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)), Identifier.From<ConnectionId>(new Guid(2, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11))),
            place.UsesRole, place.From, place.Attempt, new DateTimeOffset(Began.AddDays(7))))!;
        var run = Revive(Flow, input);
        var history = run.Take(Began, [new Started()]);
        var now = Began;
        var said = new Queue<string>(place.Said);
        while (true)
        {
            var arrivals = run.Unanswered.OfType<ActivityScheduled>().Select(Arrival (called) => new TaskCompleted(called.Id, ResultOf(called.Name))).ToList();
            if (arrivals.Count == 0 && said.TryDequeue(out var word))
                arrivals.Add(new EventRaised(word, $"\"{word}\""));
            if (arrivals.Count == 0)
                break;
            history.AddRange(run.Take(now = now.AddSeconds(1), arrivals));
        }

        return new JsonObject
        {
            ["name"] = Flow,
            ["input"] = JsonNode.Parse(input),
            ["history"] = new JsonArray([.. history.Select(happened => JsonSerializer.SerializeToNode(happened))]),
        };
    }

    /// <summary>There is no configuration yet where one is asked for; the role is trusted.</summary>
    private static string? ResultOf(string activity) => activity switch
    {
        "AskForConfiguration" => "false",
        "ProveTrust" => "true",
        _ => null,
    };

    /// <summary>The orchestrator of this name, as the app has it.</summary>
    private static OrchestrationRun Revive(string name, string input)
    {
        var method = typeof(ConnectDrive).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Static))
            .Single(method => method.GetCustomAttribute<FunctionAttribute>()?.Name == name);
        return new OrchestrationRun(
            new RunIdentity("con_old", "1", name, "", input, Parent: null),
            async context =>
            {
                await (Task)method.Invoke(null, [context])!;
                return null;
            },
            JsonDataConverter.Default,
            NullLoggerFactory.Instance);
    }

    /// <param name="Said">What people had said before.</param>
    /// <param name="Event">What they say now.</param>
    /// <param name="Then">The activity that follows.</param>
    private sealed record Place(bool UsesRole, ConnectionStep From, string[] Said, string Event, string Then, int Attempt = 1);
}

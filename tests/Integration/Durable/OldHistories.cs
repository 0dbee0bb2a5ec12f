using Microsoft.DurableTask.Protobuf;
using ServerlessDrives.Connecting;
using ServerlessDrives.Tests.Shared.Durable;
using Shouldly;
using Xunit;
using Happened = Microsoft.DurableTask.Protobuf.HistoryEvent.EventTypeOneofCase;

namespace ServerlessDrives.Tests.Integration.Durable;

/// <summary>
/// A deployment replays what older code began. The histories beside this file were recorded when their code was new, one file for each
/// place that a connection can wait at and each version of the flow or of the format; they are never changed, only added to.
/// </summary>
public sealed class OldHistories
{
    private const string Instance = "con_old";
    private const string Flow = nameof(ConnectDrive);
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Histories");
    private static readonly DateTime Began = new(2026, 11, 18, 9, 0, 0, DateTimeKind.Utc);
    private static readonly DateTime AWeekLater = Began.AddDays(7).AddMinutes(-1);

    private static readonly Dictionary<string, Place> Places = new()
    {
        ["trust-policy"] = new(UsesRole: true, ConnectionStep.TrustPolicy, [], "TrustPolicyConfirmed/1", "AskForConfiguration"),
        ["configuration"] = new(UsesRole: true, ConnectionStep.TrustPolicy, ["TrustPolicyConfirmed/1"], "Configured/1", "ProveTrust"),
        ["bucket-policy"] = new(
            UsesRole: true,
            ConnectionStep.TrustPolicy,
            ["TrustPolicyConfirmed/1", "Configured/1"],
            "BucketPolicyConfirmed/1",
            "VerifyConnection"),
        ["bucket-policy-after-a-failure"] = new(
            UsesRole: true, ConnectionStep.BucketPolicy, [], "BucketPolicyConfirmed/2", "VerifyConnection", Attempt: 2),
        ["access-key"] = new(UsesRole: false, ConnectionStep.Configuration, [], "Configured/1", "VerifyConnection"),
        ["cancelled"] = new(UsesRole: true, ConnectionStep.TrustPolicy, ["TrustPolicyConfirmed/1"], "Cancelled", "CloseConnection"),
    };

    public static TheoryData<string> Recorded =>
        [.. Directory.GetFiles(Folder, "*.json").Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal)];

    public static TheoryData<string> Waiting => [.. Places.Keys];

    [Theory]
    [MemberData(nameof(Recorded))]
    public async Task A_connection_that_waited_a_week_goes_on_with_the_code_of_today(string recorded)
    {
        var old = Read(recorded);
        var place = Places[PlaceOf(recorded)];
        using var run = new HistoryRun(old);

        await run.TakeAsync(Began.AddMinutes(1));
        run.Outcome.ShouldBeNull();
        run.UnansweredActivities.ShouldBeEmpty();
        run.UnansweredTimers.ShouldHaveSingleItem();
        string[] nothing = [nameof(Happened.OrchestratorStarted), nameof(Happened.OrchestratorCompleted)];
        Shape(run.History.Skip(old.Count)).ShouldBe(nothing, "It waits, and asks for nothing anew.");

        await run.WaitAsync(until: AWeekLater);
        run.Outcome.ShouldBeNull();
        run.UnansweredActivities.ShouldBeEmpty();
        run.UnansweredTimers.ShouldHaveSingleItem();

        await run.TakeAsync(AWeekLater, HistoryRun.Raised(place.Event, $"\"{place.Event}\""));
        run.Outcome.ShouldBeNull();
        run.UnansweredActivities.ShouldHaveSingleItem().TaskScheduled.Name.ShouldBe(place.Then);
    }

    [Theory]
    [MemberData(nameof(Recorded))]
    public async Task A_connection_that_nobody_answers_is_closed_when_its_time_is_up(string recorded)
    {
        using var run = new HistoryRun(Read(recorded));
        await run.WaitAsync(until: Began.AddDays(7));
        run.Outcome.ShouldBeNull();
        run.UnansweredActivities.ShouldHaveSingleItem().TaskScheduled.Name.ShouldBe("CloseConnection");
    }

    [Theory]
    [MemberData(nameof(Waiting))]
    public async Task The_history_that_the_code_of_today_writes_is_recorded(string place)
    {
        var newest = Recorded.Select(row => row.Data).Where(name => PlaceOf(name) == place).LastOrDefault();
        var today = await WriteAsync(Places[place]);
        newest.ShouldNotBeNull($"Save this as Histories/{place}.1.json:\n{RecordedHistory.ToText(today)}");
        Shape(Read(newest)).ShouldBe(
            Shape(today),
            "The flow asks for other things than it did. What waits would break: give the new flow a name of its own, keep the old one, "
            + $"and save this as the next Histories/{place}.<n>.json:\n{RecordedHistory.ToText(today)}");
    }

    [Fact]
    public async Task A_flow_that_asks_for_something_else_is_found_out()
    {
        var history = Read("bucket-policy.1").ToList();
        history.Find(happened => happened.TaskScheduled?.Name == "ProveTrust")!.TaskScheduled.Name = "ProveTrustOtherwise";
        using var run = new HistoryRun(history);

        await run.TakeAsync(AWeekLater);

        run.Outcome!.OrchestrationStatus.ShouldBe(OrchestrationStatus.Failed);
        run.Outcome.FailureDetails.ErrorType.ShouldContain("NonDeterministic");
    }

    private static string PlaceOf(string recorded) => recorded[..recorded.LastIndexOf('.')];

    private static IReadOnlyList<HistoryEvent> Read(string recorded) =>
        RecordedHistory.Parse(File.ReadAllText(Path.Combine(Folder, $"{recorded}.json")), Instance);

    private static IEnumerable<string> Shape(IEnumerable<HistoryEvent> history) => history.Select(happened => happened.EventTypeCase switch
    {
        Happened.TaskScheduled => $"{happened.EventTypeCase} {happened.EventId} {happened.TaskScheduled.Name}",
        Happened.TimerCreated => $"{happened.EventTypeCase} {happened.EventId}",
        Happened.TaskCompleted => $"{happened.EventTypeCase} {happened.TaskCompleted.TaskScheduledId}",
        Happened.EventRaised => $"{happened.EventTypeCase} {happened.EventRaised.Name}",
        var other => $"{other}",
    });

    /// <summary>What a connection that comes to this place and waits there has for a history.</summary>
    private static async Task<IReadOnlyList<HistoryEvent>> WriteAsync(Place place)
    {
        var input = TestWorker.Json.Serialize(new ConnectionAttempt(
            new(
                OrganizationId.From(new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)),
                ConnectionId.From(new Guid(2, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11))),
            place.UsesRole,
            place.From,
            place.Attempt,
            new DateTimeOffset(Began.AddDays(7))))!;
        using var run = new HistoryRun([]);
        await run.TakeAsync(Began, HistoryRun.Started(Flow, input, Instance));
        var now = Began;
        var said = new Queue<string>(place.Said);
        while (true)
        {
            var arrivals = run.UnansweredActivities.Select(call => HistoryRun.Completed(call, ResultOf(call.TaskScheduled.Name))).ToList();
            if (arrivals.Count == 0 && said.TryDequeue(out var word))
                arrivals.Add(HistoryRun.Raised(word, $"\"{word}\""));
            if (arrivals.Count == 0)
                return run.History;
            await run.TakeAsync(now = now.AddSeconds(1), arrivals);
        }
    }

    /// <summary>There is no configuration yet where one is asked for; the role is trusted.</summary>
    private static string? ResultOf(string activity) => activity switch
    {
        "AskForConfiguration" => "false",
        "ProveTrust" => "true",
        _ => null,
    };

    /// <param name="Said">What people had said before.</param>
    /// <param name="Event">What they say now.</param>
    /// <param name="Then">The activity that follows.</param>
    private sealed record Place(bool UsesRole, ConnectionStep From, string[] Said, string Event, string Then, int Attempt = 1);
}

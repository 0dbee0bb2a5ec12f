using System.Globalization;
using System.Text.Json;
using DurableTask.Core;
using Google.Protobuf;
using Microsoft.DurableTask.Protobuf;
using ServerlessDrives.Embedded.Durable;
using ServerlessDrives.Embedded.Worker.Protocol;

namespace ServerlessDrives.Embedded.Worker;

/// <summary>Runs orchestrators and activities as what they are to a worker: functions that are invoked.</summary>
internal sealed class RemoteDurableWorker(WorkerChannel worker) : IDurableWorker
{
    private Dictionary<string, LoadedFunction> _orchestrators = [];
    private Dictionary<string, LoadedFunction> _activities = [];

    /// <summary>Says which functions there are; before that, there are none.</summary>
    public void Serve(IReadOnlyCollection<LoadedFunction> functions)
    {
        _orchestrators = Of(functions, LoadedFunction.OrchestrationTrigger);
        _activities = Of(functions, LoadedFunction.ActivityTrigger);
    }

    public bool HasOrchestrator(string name) => _orchestrators.ContainsKey(name);

    public bool HasActivity(string name) => _activities.ContainsKey(name);

    /// <remarks>The worker takes and gives the turn as base64 in a string; what an orchestrator throws is in the response.</remarks>
    public async Task<OrchestratorResponse> RunOrchestratorAsync(string name, OrchestratorRequest request, CancellationToken cancellation)
    {
        var input = new TypedData { String = Convert.ToBase64String(request.ToByteArray()) };
        var answer = await worker.InvokeAsync(_orchestrators[name], NewId(), input, metadata: null, cancellation);
        return answer.Result.Status is StatusResult.Types.Status.Success
            ? OrchestratorResponse.Parser.ParseFrom(Convert.FromBase64String(answer.ReturnValue.String))
            : throw new InvalidOperationException($"The worker could not run the orchestrator {name}: {answer.Result.Exception?.Message}");
    }

    public async Task<ActivityAnswer> RunActivityAsync(string name, string instanceId, string? input, CancellationToken cancellation)
    {
        var data = input is null ? new TypedData() : new TypedData { Json = input };
        var answer = await worker.InvokeAsync(
            _activities[name],
            NewId(),
            data,
            [KeyValuePair.Create("instanceId", instanceId)],
            cancellation);
        if (answer.Result.Status is StatusResult.Types.Status.Success)
            return ActivityAnswer.Completed(Json(answer.ReturnValue));
        // Whoever stops the host stops the activity; that is no answer of its code.
        cancellation.ThrowIfCancellationRequested();
        return ActivityAnswer.Failed(FailureOf(answer.Result.Exception));
    }

    private static Dictionary<string, LoadedFunction> Of(IEnumerable<LoadedFunction> functions, string trigger) =>
        functions
            .Where(function => function.TriggerType == trigger)
            .ToDictionary(function => function.Name, StringComparer.OrdinalIgnoreCase);

    private static string NewId() => Guid.NewGuid().ToString();

    /// <summary>What an activity returned, as the JSON that orchestrators read.</summary>
    private static string? Json(TypedData? data) => data?.DataCase switch
    {
        TypedData.DataOneofCase.Json => data.Json,
        TypedData.DataOneofCase.String => JsonSerializer.Serialize(data.String),
        TypedData.DataOneofCase.Bytes => JsonSerializer.Serialize(data.Bytes.ToBase64()),
        TypedData.DataOneofCase.Int => data.Int.ToString(CultureInfo.InvariantCulture),
        TypedData.DataOneofCase.Double => data.Double.ToString("R", CultureInfo.InvariantCulture),
        _ => null,
    };

    /// <summary>The worker's durable extension writes an activity's failure into the exception's message, as JSON.</summary>
    private static FailureDetails FailureOf(RpcException? exception)
    {
        try
        {
            if (
                exception is { Message: ['{', ..] json }
                && JsonSerializer.Deserialize<ReportedFailure>(json, JsonSerializerOptions.Web) is { ErrorType: not null } reported)
                return reported.ToDetails();
        }
        catch (JsonException)
        {
            // The message of an exception that happens to begin like that.
        }

        return new(
            exception?.Type is { Length: > 0 } type ? type : "Exception",
            exception?.Message ?? "The activity failed.",
            exception?.StackTrace,
            innerFailure: null,
            isNonRetriable: false);
    }

    private sealed record ReportedFailure(
        string? ErrorType,
        string? ErrorMessage,
        string? StackTrace,
        ReportedFailure? InnerFailure,
        bool IsNonRetriable)
    {
        public FailureDetails ToDetails() =>
            new(ErrorType ?? "Exception", ErrorMessage ?? "", StackTrace, InnerFailure?.ToDetails(), IsNonRetriable);
    }
}

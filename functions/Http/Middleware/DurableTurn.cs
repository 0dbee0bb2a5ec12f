using System.Text.Json;
using Microsoft.DurableTask.Protobuf;

namespace ServerlessDrives.Http.Middleware;

/// <summary>An orchestration's turn as the host sends it to the worker: base64 of an <c>OrchestratorRequest</c>.</summary>
internal static class DurableTurn
{
    private static readonly string Member = JsonNamingPolicy.CamelCase.ConvertName(nameof(ITraced.Trace));

    /// <returns>What the orchestration's input says of its trace; null where it says nothing.</returns>
    public static string? TraceOf(string? turn)
    {
        if (turn is null)
            return null;
        var request = OrchestratorRequest.Parser.ParseFrom(Convert.FromBase64String(turn));
        var input = request
            .PastEvents.Concat(request.NewEvents)
            .FirstOrDefault(happened => happened.ExecutionStarted is not null)
            ?.ExecutionStarted.Input;
        if (string.IsNullOrEmpty(input))
            return null;
        using var json = JsonDocument.Parse(input);
        return json.RootElement.ValueKind is JsonValueKind.Object
            && (json.RootElement.TryGetProperty(nameof(ITraced.Trace), out var trace) || json.RootElement.TryGetProperty(Member, out trace))
            && trace.ValueKind is JsonValueKind.String
            ? trace.GetString()
            : null;
    }
}

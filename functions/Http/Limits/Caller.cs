using System.Net;
using System.Text.Json;
using Microsoft.Azure.Functions.Worker;

namespace ServerlessDrives.Http.Limits;

/// <summary>Who calls without an account.</summary>
public static class Caller
{
    private const string Headers = "Headers";

    /// <summary>
    /// The address that the request comes from, to slow down whoever guesses: what the front end appended last to X-Forwarded-For. It is in
    /// the invocation's binding data only, because the host, on the way to the worker, puts in that header whom it heard itself, which may
    /// be the front end for everybody. A field named <c>headers</c> in a caller's JSON takes that place, so this is no proof of anything.
    /// </summary>
    public static string AddressOf(FunctionContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var http = context.GetHttpContext();
        if (
            http?.Request.Query.ContainsKey(Headers) is false
            && IPEndPoint.TryParse(Forwarded(context).Split(',')[^1].Trim(), out var caller))
            return $"{caller.Address}";
        return http?.Connection.RemoteIpAddress is { } peer && !IPAddress.IsLoopback(peer) ? $"{peer}" : "nearby";
    }

    private static string Forwarded(FunctionContext context)
    {
        if (!context.BindingContext.BindingData.TryGetValue(Headers, out var data) || data is not string json)
            return "";
        try
        {
            var headers = JsonSerializer.Deserialize<Dictionary<string, string>>(json) ?? [];
            return headers.FirstOrDefault(header => header.Key.Equals("X-Forwarded-For", StringComparison.OrdinalIgnoreCase)).Value ?? "";
        }
        catch (JsonException)
        {
            return "";
        }
    }
}

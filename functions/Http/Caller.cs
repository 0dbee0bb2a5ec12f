using System.Net;
using Microsoft.AspNetCore.Http;

namespace ServerlessDrives.Http;

/// <summary>Who calls without an account.</summary>
public static class Caller
{
    /// <summary>
    /// The address that the request comes from. In Azure the worker is called by the host on the same machine, and what the front end appended last to
    /// X-Forwarded-For is the caller; whatever stands before that is the caller's own claim.
    /// </summary>
    public static string AddressOf(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var peer = request.HttpContext.Connection.RemoteIpAddress;
        var forwarded = request.Headers["X-Forwarded-For"].ToString().Split(',')[^1].Trim();
        return peer is null || IPAddress.IsLoopback(peer)
            ? IPEndPoint.TryParse(forwarded, out var caller) ? $"{caller.Address}" : "nearby"
            : $"{peer}";
    }
}

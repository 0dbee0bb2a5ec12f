using System.Security.Authentication;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

/// <summary>
/// What a call's policies are told of its transport: plain http on this machine stands for the TLS that every client of AWS uses.
/// </summary>
internal static class Transport
{
    /// <summary>What plain http counts as unless a test asks for the truth.</summary>
    private const string Latest = "1.3";

    public static string? TlsVersionOf(HttpContext http, bool plainHttp)
    {
        if (!http.Request.IsHttps) return plainHttp ? null : Latest;
        return http.Features.Get<ITlsHandshakeFeature>()?.Protocol == SslProtocols.Tls12 ? "1.2" : Latest;
    }
}

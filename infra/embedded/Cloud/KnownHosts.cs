using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace ServerlessDrives.Embedded.Cloud;

/// <summary>
/// Answers only to the names of this machine. A page on the internet can have its own name resolve to 127.0.0.1 and then read what is
/// served here as if it were its own (DNS rebinding); its requests carry that name in <c>Host</c>.
/// </summary>
internal static class KnownHosts
{
    /// <summary>The setting that names further hosts, separated by semicolons: for a tunnel, or a name in a hosts file.</summary>
    public const string Setting = "KnownHosts";

    private static readonly StringSegment[] ThisMachine = ["localhost", "127.0.0.1", "[::1]"];

    /// <summary>In front of everything else.</summary>
    public static void UseKnownHostsOnly(this IApplicationBuilder app, IConfiguration configuration)
    {
        List<StringSegment> known =
        [
            .. ThisMachine,
            .. (configuration[Setting] ?? "")
                .Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Select(name => new StringSegment(name)),
        ];
        app.Use((http, next) => IsKnown(http.Request.Host, known) ? next(http) : RefuseAsync(http));
    }

    private static bool IsKnown(HostString host, List<StringSegment> known) =>
        host.HasValue && (known.Contains("*") || HostString.MatchesAny(host.Host, known));

    private static Task RefuseAsync(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status421MisdirectedRequest;
        http.Response.ContentType = "text/plain; charset=utf-8";
        return http.Response.WriteAsync(
            $"This machine is called localhost, 127.0.0.1 or [::1] here. Another name has to be in the setting {Setting}.\n",
            http.RequestAborted);
    }
}

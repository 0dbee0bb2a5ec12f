using Microsoft.AspNetCore.Http;

namespace ServerlessDrives.Embedded.Http;

/// <summary>
/// Paths that never reach a function on the official host: those of its own administration, which ask for its keys, and those that begin
/// with two slashes. Dot segments are resolved by Kestrel, there as here.
/// </summary>
internal static class HostPaths
{
    public static Task AnswerAsync(HttpContext http, RequestDelegate next)
    {
        var path = http.Request.Path;
        if (path.Value is ['/', '/', ..])
            http.Response.StatusCode = StatusCodes.Status404NotFound;
        else if (IsOwn(path))
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
        else
            return next(http);
        return Task.CompletedTask;
    }

    /// <summary>The official host keeps what is below these, and not the paths themselves.</summary>
    private static bool IsOwn(PathString path) =>
        IsBelow("/admin", path) || (IsBelow("/runtime", path) && !path.Equals("/runtime/webhooks", StringComparison.OrdinalIgnoreCase));

    private static bool IsBelow(string folder, PathString path) =>
        path.StartsWithSegments(folder, StringComparison.OrdinalIgnoreCase, out var rest) && rest.Value is { Length: > 1 };
}

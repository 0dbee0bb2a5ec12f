using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ServerlessDrives.Embedded.Cloud.SignIn;

/// <summary>
/// The embedded issuer's groups over HTTP: what the app asks Microsoft Graph for, <c>/embedded/groups</c> to change who is in them, and
/// <c>/embedded/graph-faults</c> to have Graph fail.
/// </summary>
internal sealed class GraphEndpoints(EmbeddedGroups groups)
{
    public const string Path = "/embedded/graph";

    private int _calls;
    private volatile GraphFault? _fault;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(Path + "/v1.0/users/{user}/getMemberGroups", (HttpContext http, string user) =>
            Refuse(http)
            ?? (EmbeddedPeople.Find(user) is null
                ? NotFound(user)
                : Results.Json(new { value = groups.Of(user) })));
        routes.MapGet(Path + "/v1.0/groups/{group}", (HttpContext http, string group) =>
            Refuse(http) ?? (groups.Find(group) is { } found ? Results.Json(new { displayName = found.Name }) : NotFound(group)));

        routes.MapGet("/embedded/groups", () => Results.Json(groups.All));
        routes.MapPut("/embedded/groups/{id}", (string id, GroupWish wish) =>
        {
            if (!Guid.TryParseExact(id, "D", out var guid))
                return Results.Problem("A group's id is a GUID.", statusCode: StatusCodes.Status422UnprocessableEntity);
            groups.Put(new(guid.ToString("D"), wish.Name ?? id, wish.Members ?? []));
            return Results.NoContent();
        });
        routes.MapDelete("/embedded/groups/{id}", (string id) =>
        {
            groups.Remove(id);
            return Results.NoContent();
        });

        routes.MapGet("/embedded/graph-faults", () => Results.Json(new { calls = Volatile.Read(ref _calls), _fault?.Status }));
        routes.MapPost("/embedded/graph-faults", (GraphFault fault) =>
        {
            _fault = fault;
            return Results.NoContent();
        });
        routes.MapDelete("/embedded/graph-faults", () =>
        {
            _fault = null;
            return Results.NoContent();
        });
    }

    /// <summary>Graph takes nobody without a token, and answers what a test wants it to.</summary>
    private IResult? Refuse(HttpContext http)
    {
        Interlocked.Increment(ref _calls);
        if (_fault is { } fault)
            return Error(fault.Status, "serviceNotAvailable", "The service is temporarily unavailable.");
        return http.Request.Headers.Authorization.ToString().StartsWith("Bearer ", StringComparison.Ordinal)
            ? null
            : Error(StatusCodes.Status401Unauthorized, "InvalidAuthenticationToken", "Access token is empty.");
    }

    private static IResult NotFound(string what) =>
        Error(StatusCodes.Status404NotFound, "Request_ResourceNotFound", $"Resource '{what}' does not exist.");

    private static IResult Error(int status, string code, string message) =>
        Results.Json(new { error = new { code, message } }, statusCode: status);

    private sealed record GroupWish(string? Name, IReadOnlyList<string>? Members);

    /// <param name="Status">What every call is answered.</param>
    private sealed record GraphFault(int Status);
}

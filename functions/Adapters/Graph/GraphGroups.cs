using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Azure.Core;
using Azure.Identity;
using Microsoft.Extensions.Logging;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Adapters.Graph;

/// <summary>
/// Entra ID's groups over Microsoft Graph, with the app's managed identity. An answer is remembered for five minutes and a failure for five
/// seconds, so that a person's requests don't each ask again.
/// </summary>
internal sealed class GraphGroups : IGroupDirectory, IDisposable
{
    private const int Tries = 3;

    /// <summary>People: each of them is in more than 200 groups, which are 50 bytes each.</summary>
    private const int MostRemembered = 500;

    /// <summary>Bytes of an answer: Graph names at most 11,000 groups, each with 39 characters.</summary>
    private const int LargestAnswer = 1024 * 1024;

    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan FailureRemembered = TimeSpan.FromSeconds(5);

    /// <summary>Of one try. Somebody's request waits for it.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    /// <summary>Between two tries; a server that wants a longer pause isn't asked again for now.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private static readonly Refusal Unavailable = new(
        RefusalKind.Unavailable,
        "unavailable",
        "Which groups you are in can't be found out at the moment: no token says so, and Microsoft Graph gives no answer. Try again; if " +
        "it stays, whoever runs the app finds the reason in its log.")
    {
        RetryAfter = FailureRemembered,
    };

    private readonly HttpClient _http = new(
        new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(10), AllowAutoRedirect = false })
    {
        // Each try has its own.
        Timeout = System.Threading.Timeout.InfiniteTimeSpan,
        MaxResponseContentBufferSize = LargestAnswer,
    };

    private readonly Uri _endpoint;
    private readonly TokenRequestContext _scope;
    private readonly TokenCredential _identity;
    private readonly TimeProvider _clock;
    private readonly ILogger<GraphGroups> _log;
    private readonly Recent<(OrganizationId, UserId), Answer> _recent;

    public GraphGroups(GraphOptions options, TokenCredential identity, TimeProvider clock, ILogger<GraphGroups> log)
    {
        _endpoint = options.Endpoint;
        _scope = new([$"{options.Endpoint.GetLeftPart(UriPartial.Authority)}/.default"]);
        (_identity, _clock, _log) = (identity, clock, log);
        _recent = new(clock, Remembered, MostRemembered);
    }

    public async Task<Result<IReadOnlySet<GroupId>, Refusal>> GroupsOfAsync(
        OrganizationId organization,
        UserId user,
        CancellationToken cancellation)
    {
        var key = (organization, user);
        if (await _recent.GetAsync(key, async token => await AskAsync(user, token), cancellation) is not { } answer)
            return Unavailable;
        if (answer.Groups is null && _clock.GetElapsedTime(answer.At) >= FailureRemembered)
        {
            _recent.Forget(key);
            answer = (await _recent.GetAsync(key, async token => await AskAsync(user, token), cancellation))!;
        }

        return answer.Groups is { } groups ? groups : Unavailable;
    }

    public async Task<string?> NameOfAsync(OrganizationId organization, GroupId group, CancellationToken cancellation)
    {
        using var answer = await SendAsync(HttpMethod.Get, $"groups/{group}?$select=displayName", body: null, cancellation);
        return answer?.RootElement.TryGetProperty("displayName", out var name) == true ? name.GetString() : null;
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Security groups, also those that somebody is in by another group: the same as tokens name.</summary>
    private async Task<Answer> AskAsync(UserId user, CancellationToken cancellation)
    {
        using var answer = await SendAsync(
            HttpMethod.Post,
            $"users/{Uri.EscapeDataString(user.Value)}/getMemberGroups",
            new { securityEnabledOnly = true },
            cancellation);
        if (answer?.RootElement.TryGetProperty("value", out var ids) != true || ids.ValueKind is not JsonValueKind.Array)
            return new(null, _clock.GetTimestamp());
        var groups = new HashSet<GroupId>();
        foreach (var id in ids.EnumerateArray())
            if (GroupId.TryParse(id.GetString(), null, out var group))
                groups.Add(group);
        return new(groups, _clock.GetTimestamp());
    }

    /// <returns>Null when there is no answer, or it is a no; the log says why.</returns>
    private async Task<JsonDocument?> SendAsync(HttpMethod method, string path, object? body, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            TimeSpan? pause;
            try
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
                limit.CancelAfter(Timeout);
                using var request = new HttpRequestMessage(method, $"{_endpoint.AbsoluteUri.TrimEnd('/')}/v1.0/{path}");
                request.Headers.Authorization = new AuthenticationHeaderValue(
                    "Bearer",
                    (await _identity.GetTokenAsync(_scope, limit.Token)).Token);
                if (body is not null)
                    request.Content = JsonContent.Create(body);
                using var response = await _http.SendAsync(request, limit.Token);
                if (response.IsSuccessStatusCode)
                    return JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(limit.Token));
                pause = PauseAfter(response, attempt);
                _log.LogWarning(
                    "Microsoft Graph answered {Status} to {Method} {Path}, try {Try}.{Advice}",
                    (int)response.StatusCode,
                    method,
                    path,
                    attempt,
                    response.StatusCode is HttpStatusCode.Forbidden
                        ? " The app's identity needs the permissions User.Read.All and GroupMember.Read.All."
                        : "");
            }
            catch (Exception failure) when (!cancellation.IsCancellationRequested && IsOutage(failure))
            {
                pause = UsualPause(attempt);
                _log.LogWarning(failure, "Microsoft Graph gave no answer to {Method} {Path}, try {Try}.", method, path, attempt);
            }

            if (attempt == Tries || pause is not { } wait)
                return null;
            await Task.Delay(wait, _clock, cancellation);
        }
    }

    private static bool IsOutage(Exception failure) =>
        failure is HttpRequestException or OperationCanceledException or IOException or JsonException or AuthenticationFailedException;

    /// <returns>Null when asking again makes no sense.</returns>
    private static TimeSpan? PauseAfter(HttpResponseMessage response, int attempt)
    {
        if (response.StatusCode is not HttpStatusCode.TooManyRequests && (int)response.StatusCode < 500)
            return null;
        var wanted = response.Headers.RetryAfter?.Delta ?? UsualPause(attempt);
        return wanted <= LongestPause ? wanted : null;
    }

    private static TimeSpan UsualPause(int attempt) => TimeSpan.FromMilliseconds(100 << attempt);

    /// <param name="Groups">Null when there was no answer.</param>
    /// <param name="At">The clock's timestamp when it came.</param>
    private sealed record Answer(HashSet<GroupId>? Groups, long At);
}

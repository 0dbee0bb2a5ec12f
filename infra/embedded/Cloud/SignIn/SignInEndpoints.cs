using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.IdentityModel.Tokens;

namespace ServerlessDrives.Embedded.Cloud.SignIn;

/// <summary>
/// A small OpenID Connect issuer: discovery, keys, authorization code with PKCE behind a page to pick who you are, and a token endpoint for
/// scripts.
/// </summary>
internal sealed class SignInEndpoints(TokenIssuer tokens, TimeProvider clock)
{
    public const string Path = "/embedded/identity";
    private static readonly TimeSpan CodeLife = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan RefreshLife = TimeSpan.FromHours(12);

    private readonly ConcurrentDictionary<string, Grant> _codes = new();
    private readonly ConcurrentDictionary<string, Grant> _refreshTokens = new();

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path + "/.well-known/openid-configuration", Discovery);
        routes.MapGet(Path + "/keys", () => Results.Json(tokens.KeySet()));
        routes.MapGet(Path + "/authorize", Authorize);
        routes.MapPost(Path + "/authorize", (Delegate)Pick).DisableAntiforgery();
        routes.MapPost(Path + "/token", (Delegate)Exchange).DisableAntiforgery();
        routes.MapGet(Path + "/end-session", EndSession);
        routes.MapPost("/embedded/token", ForScripts);
    }

    private IResult Discovery()
    {
        var at = tokens.Issuer.AbsoluteUri.TrimEnd('/');
        return Results.Json(new
        {
            issuer = at,
            authorization_endpoint = $"{at}/authorize",
            token_endpoint = $"{at}/token",
            jwks_uri = $"{at}/keys",
            end_session_endpoint = $"{at}/end-session",
            response_types_supported = new[] { "code" },
            grant_types_supported = new[] { "authorization_code", "refresh_token" },
            subject_types_supported = new[] { "public" },
            id_token_signing_alg_values_supported = new[] { "RS256" },
            code_challenge_methods_supported = new[] { "S256" },
            scopes_supported = new[] { "openid", "profile", "offline_access" },
            token_endpoint_auth_methods_supported = new[] { "none" },
        });
    }

    private static IResult Authorize(HttpContext http) =>
        Refuse(http, http.Request.Query["client_id"], http.Request.Query["redirect_uri"], http.Request.Query["code_challenge"])
        ?? Page(http);

    private async Task<IResult> Pick(HttpContext http)
    {
        var form = await http.Request.ReadFormAsync();
        if (Refuse(http, form["client_id"], form["redirect_uri"], form["code_challenge"]) is { } refusal)
            return refusal;
        if (EmbeddedPeople.Find(form["user"]) is not { } person)
            return Results.BadRequest("There is nobody of that name.");
        var code = Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(32));
        _codes[code] = new(
            person,
            form["redirect_uri"].ToString(),
            form["code_challenge"].ToString(),
            form["nonce"],
            clock.GetUtcNow() + CodeLife);
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.Location = QueryHelpers.AddQueryString(
            form["redirect_uri"].ToString(),
            new Dictionary<string, string?> { ["code"] = code, ["state"] = form["state"] });
        return Results.StatusCode(StatusCodes.Status303SeeOther);
    }

    private async Task<IResult> Exchange(HttpContext http)
    {
        var form = await http.Request.ReadFormAsync();
        http.Response.Headers.CacheControl = "no-store";
        var grant = form["grant_type"].ToString() switch
        {
            "authorization_code"
                when _codes.TryRemove(form["code"].ToString(), out var code)
                    && code.RedirectUri == form["redirect_uri"]
                    && code.IsProvenBy(form["code_verifier"].ToString()) => code,
            "refresh_token" when _refreshTokens.TryRemove(form["refresh_token"].ToString(), out var refresh) => refresh,
            _ => null,
        };
        if (grant is null || grant.Expires < clock.GetUtcNow())
            return Results.Json(new { error = "invalid_grant" }, statusCode: StatusCodes.Status400BadRequest);
        var again = Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(32));
        _refreshTokens[again] = grant with { Expires = clock.GetUtcNow() + RefreshLife };
        return Results.Json(new
        {
            access_token = tokens.AccessToken(grant.Person, TokenIssuer.Audience, TokenIssuer.Life),
            id_token = tokens.IdToken(grant.Person, grant.Nonce),
            refresh_token = again,
            token_type = "Bearer",
            expires_in = (int)TokenIssuer.Life.TotalSeconds,
        });
    }

    private IResult ForScripts(TokenWish wish)
    {
        if (EmbeddedPeople.Find(wish.User) is not { } person)
            return Results.Problem(
                $"There is nobody of that name; known are {string.Join(", ", EmbeddedPeople.All.Select(known => known.Id))}.",
                statusCode: StatusCodes.Status404NotFound);
        var life = TimeSpan.FromSeconds(wish.ExpiresInSeconds ?? (int)TokenIssuer.Life.TotalSeconds);
        return Results.Json(
            new
            {
                access_token = tokens.AccessToken(person, wish.Audience ?? TokenIssuer.Audience, life, wish.GroupsByGraph),
                token_type = "Bearer",
                expires_in = (int)life.TotalSeconds,
            });
    }

    private static IResult EndSession(HttpContext http)
    {
        var back = http.Request.Query["post_logout_redirect_uri"].ToString();
        return Results.Redirect(IsOurs(http, back) ? back : "/");
    }

    private static IResult? Refuse(HttpContext http, string? client, string? redirect, string? challenge)
    {
        if (client != TokenIssuer.ClientId)
            return Results.BadRequest("This client isn't known here.");
        if (!IsOurs(http, redirect))
            return Results.BadRequest("The redirect URI isn't on this origin.");
        return string.IsNullOrEmpty(challenge) ? Results.BadRequest("A code challenge (S256) is needed.") : null;
    }

    private static bool IsOurs(HttpContext http, string? address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri)
        && uri.Scheme == http.Request.Scheme
        && uri.IsLoopback
        && uri.Port == (http.Request.Host.Port ?? 80);

    private static IResult Page(HttpContext http)
    {
        var hidden = new StringBuilder();
        foreach (var name in new[] { "client_id", "redirect_uri", "code_challenge", "state", "nonce" })
            hidden.Append(
                $"<input type=\"hidden\" name=\"{name}\" value=\"{HtmlEncoder.Default.Encode(http.Request.Query[name].ToString())}\">");
        var people = new StringBuilder();
        foreach (var person in EmbeddedPeople.All)
            people.Append(
                $"<li><button name=\"user\" value=\"{person.Id}\"><strong>{person.Name}</strong><span>{person.Says}</span></button></li>");
        http.Response.Headers.ContentSecurityPolicy =
            "default-src 'none'; style-src 'sha256-" + StyleHash + "'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
        http.Response.Headers.CacheControl = "no-store";
        return Results.Content(
            $"""
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Who are you? · ServerlessDrives</title><style>{Style}</style></head>
            <body><main><h1>Who are you?</h1><p>This machine signs in whoever you say you are. In Azure, Entra ID asks for proof.</p>
            <form method="post" action="{Path}/authorize">{hidden}<ul>{people}</ul></form></main></body></html>
            """,
            "text/html; charset=utf-8");
    }

    private const string Style =
        ":root{color-scheme:light dark;--line:#c8c6c4;--accent:#0f6cbd;--text:#242424;--soft:#575757;--back:#fafafa;"
        + "--card:#fff}"
        + "@media(prefers-color-scheme:dark){:root{--line:#525252;--accent:#62abf5;--text:#fff;--soft:#c7c7c7;--back:#1f1f1f;"
        + "--card:#292929}}"
        + "body{margin:0;min-height:100vh;display:grid;place-items:center;background:var(--back);color:var(--text);"
        + "font:16px/1.5 'Segoe UI',system-ui,sans-serif}"
        + "main{width:min(26rem,calc(100vw - 2rem));padding:1rem 0}"
        + "h1{font-size:1.75rem;margin:0 0 .25rem}"
        + "p{margin:0 0 1.25rem;color:var(--soft)}"
        + "ul{list-style:none;margin:0;padding:0;display:grid;gap:.5rem}"
        + "button{width:100%;text-align:left;padding:.75rem 1rem;border:1px solid var(--line);border-radius:.5rem;"
        + "background:var(--card);color:inherit;font:inherit;cursor:pointer;display:grid}"
        + "button:hover{border-color:var(--accent)}"
        + "button:focus-visible{outline:2px solid var(--accent);outline-offset:2px}"
        + "span{color:var(--soft);font-size:.875rem}";

    private static readonly string StyleHash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)));

    /// <param name="Challenge">SHA-256 of the verifier, base64url.</param>
    private sealed record Grant(EmbeddedPerson Person, string RedirectUri, string Challenge, string? Nonce, DateTimeOffset Expires)
    {
        public bool IsProvenBy(string verifier) =>
            CryptographicOperations.FixedTimeEquals(
                Encoding.ASCII.GetBytes(Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)))),
                Encoding.ASCII.GetBytes(Challenge));
    }

    /// <param name="Audience">For tests: a token that is meant for somebody else.</param>
    /// <param name="ExpiresInSeconds">For tests: below zero for a token that has expired.</param>
    /// <param name="GroupsByGraph">For tests: a token that names no groups, as if they were too many.</param>
    private sealed record TokenWish(string? User, string? Audience = null, int? ExpiresInSeconds = null, bool GroupsByGraph = false);
}

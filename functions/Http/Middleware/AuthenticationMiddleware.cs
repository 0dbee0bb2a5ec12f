using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Http.Middleware;

/// <summary>Lets a function be reached only by whom it answers. Fails closed: what has no stated need is reached by nobody.</summary>
public sealed class AuthenticationMiddleware(
    NeedsByFunction needs,
    BearerTokens tokens,
    Memberships memberships,
    IPeople people)
    : IFunctionsWorkerMiddleware
{
    private static readonly Refusal NotSignedIn = new(
        RefusalKind.Forbidden,
        "unauthenticated",
        "Sign in first: send a bearer token that was issued for this API and is still valid.");

    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(next);
        if (context.GetHttpContext() is not { } http)
        {
            await next(context);
            return;
        }

        var requires =
            needs.For(context.FunctionDefinition.Name)
            ?? throw new InvalidOperationException($"The function {context.FunctionDefinition.Name} doesn't say whom it answers.");
        if (requires.Need is not Need.Nobody)
        {
            if (await IdentifyAsync(http, requires, requires.GoesByRecent, http.RequestAborted) is { } refused)
            {
                await refused.AsProblem().ExecuteAsync(http);
                return;
            }

            http.Items[typeof(AuthenticationMiddleware)] =
                (Func<bool, CancellationToken, Task<Refusal?>>)(
                    (byRecent, cancellation) => IdentifyAsync(http, requires, byRecent, cancellation));
            var person = http.Request.Person();
            await people.SeenAsync(person.Organization, new(person.Id, person.Name, person.Email, person.IsAdmin), http.RequestAborted);
        }

        await next(context);
    }

    /// <summary>Reads from the token who calls, and from our tables what they are in which workspaces.</summary>
    /// <returns>Why they are not let in; null when they are.</returns>
    private async Task<Refusal?> IdentifyAsync(HttpContext http, RequiresAttribute requires, bool byRecent, CancellationToken cancellation)
    {
        if (await tokens.ReadAsync(http.Request, cancellation) is not { } identity || PersonOf(identity) is not { } known)
            return NotSignedIn;
        if (!(await memberships.AddToAsync(known, GroupsOf(identity), byRecent, cancellation)).TryGet(out var person, out var unavailable))
            return unavailable;
        http.User = new ClaimsPrincipal(identity);
        http.Items[typeof(Person)] = person;
        return requires.Need is Need.Admin && !person.IsAdmin ? Refusal.Forbidden("Only admins of the organization may do this.") : null;
    }

    /// <summary><c>tid</c> is the organization, <c>oid</c> or <c>sub</c> the user, an app role <c>admin</c> makes an admin.</summary>
    private static Person? PersonOf(ClaimsIdentity identity)
    {
        var tenant = identity.FindFirst("tid")?.Value;
        var user = identity.FindFirst("oid")?.Value ?? identity.FindFirst("sub")?.Value;
        if (
            !OrganizationId.TryParse(OrganizationId.Prefix + tenant, out var organization)
            || !UserId.TryParse(user, null, out var id))
            return null;
        var role = identity.FindAll("roles").Any(claim => claim.Value == "admin") ? OrganizationRole.Admin : OrganizationRole.Member;
        return new(
            id,
            organization,
            role,
            identity.FindFirst("name")?.Value ?? id.Value,
            identity.FindFirst("email")?.Value ?? identity.FindFirst("preferred_username")?.Value,
            new Dictionary<WorkspaceId, WorkspaceRole>());
    }

    /// <summary>
    /// <c>groups</c> has object IDs. Where they are more than a token may name, Entra ID leaves them out and points to the directory in
    /// <c>_claim_names</c>, or says <c>hasgroups</c>. Groups that it names otherwise, by an account name say, admit nobody.
    /// </summary>
    private static GroupClaims GroupsOf(ClaimsIdentity identity)
    {
        var groups = new HashSet<GroupId>();
        foreach (var claim in identity.FindAll("groups"))
            if (GroupId.TryParse(claim.Value, null, out var group))
                groups.Add(group);
        return groups.Count == 0 && !AreTooMany(identity) ? GroupClaims.None : new(groups, AreTooMany(identity));
    }

    private static bool AreTooMany(ClaimsIdentity identity)
    {
        if (identity.FindFirst("hasgroups") is { } has && bool.TryParse(has.Value, out var hasGroups) && hasGroups)
            return true;
        if (identity.FindFirst("_claim_names") is not { } elsewhere)
            return false;
        using var names = JsonDocument.Parse(elsewhere.Value);
        return names.RootElement.ValueKind is JsonValueKind.Object && names.RootElement.TryGetProperty("groups", out _);
    }
}

/// <summary>Settings under <c>Authentication</c>.</summary>
public sealed class AuthenticationOptions
{
    /// <summary>The issuer, as an absolute URL; its discovery document lies below it.</summary>
    public Uri? Authority { get; set; }

    /// <summary>What tokens must be meant for.</summary>
    public string? Audience { get; set; }

    /// <summary>As which client the wizard signs people in.</summary>
    public string ClientId { get; set; } = "serverlessdrives-wizard";

    /// <summary>What the wizard asks the issuer for, separated by spaces.</summary>
    public string Scope { get; set; } = "openid profile";
}

/// <summary>
/// Validates bearer tokens: issuer, audience, signature, lifetime. One that is good is remembered by its SHA-256 until it expires, for five
/// minutes at most, so that a signature is checked once and not for every file; that is how much longer a key counts that the issuer
/// withdraws.
/// </summary>
public sealed class BearerTokens
{
    private const int MostRemembered = 10_000;
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);
    private static readonly JsonWebTokenHandler Handler = new() { MapInboundClaims = false };

    private readonly TokenValidationParameters _parameters;
    private readonly TimeProvider _clock;
    private readonly Recent<string, Known> _known;

    public BearerTokens(AuthenticationOptions options, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_clock, _known) = (clock, new(clock, Remembered, MostRemembered));
        var discovery = $"{options.Authority!.AbsoluteUri.TrimEnd('/')}/.well-known/openid-configuration";
        _parameters = new()
        {
            ConfigurationManager = new ConfigurationManager<OpenIdConnectConfiguration>(
                discovery,
                new OpenIdConnectConfigurationRetriever(),
                new HttpDocumentRetriever { RequireHttps = !options.Authority.IsLoopback }),
            ValidAudience = options.Audience,
            ValidateAudience = true,
            ValidateIssuer = true,
            ValidateLifetime = true,
            RequireExpirationTime = true,
            RequireSignedTokens = true,
            ClockSkew = Skew,
            ValidAlgorithms =
            [
                SecurityAlgorithms.RsaSha256,
                SecurityAlgorithms.RsaSha384,
                SecurityAlgorithms.RsaSha512,
                SecurityAlgorithms.EcdsaSha256,
                SecurityAlgorithms.EcdsaSha384,
            ],
            IssuerValidatorUsingConfiguration = (issuer, token, _, configuration) => ValidateIssuer(issuer, token, configuration),
        };
    }

    /// <returns>Who the token says it is, or null when there is none or it is no good.</returns>
    public async Task<ClaimsIdentity?> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        const string scheme = "Bearer ";
        var header = request.Headers.Authorization.ToString();
        if (!header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            return null;
        var token = header[scheme.Length..].Trim();
        var key = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
        if (await _known.GetAsync(key, _ => ValidateAsync(token), cancellation) is not { } known)
            return null;
        if (_clock.GetUtcNow().UtcDateTime <= known.Until)
            return known.Identity;
        _known.Forget(key);
        return (await ValidateAsync(token))?.Identity;
    }

    private async Task<Known?> ValidateAsync(string token)
    {
        var result = await Handler.ValidateTokenAsync(token, _parameters);
        if (result.Exception is SecurityTokenSignatureKeyNotFoundException)
            _parameters.ConfigurationManager.RequestRefresh();
        return result.IsValid ? new(result.ClaimsIdentity, result.SecurityToken.ValidTo + Skew) : null;
    }

    /// <summary>An issuer that serves many tenants names itself with <c>{tenantid}</c>, which a token's own tenant stands in for.</summary>
    private static string ValidateIssuer(string issuer, SecurityToken token, BaseConfiguration configuration)
    {
        var tenant = (token as JsonWebToken)?.TryGetPayloadValue<string>("tid", out var tid) == true ? tid : "";
        var expected = configuration.Issuer.Replace("{tenantid}", tenant, StringComparison.OrdinalIgnoreCase);
        return issuer == expected
            ? issuer
            : throw new SecurityTokenInvalidIssuerException($"The issuer {issuer} is not {expected}.") { InvalidIssuer = issuer };
    }

    /// <param name="Until">In UTC, when the token is over.</param>
    private sealed record Known(ClaimsIdentity Identity, DateTime Until);
}

/// <summary>Who calls.</summary>
public static class CallerExtensions
{
    /// <summary>The person who is signed in; only in functions that need one.</summary>
    public static Person Person(this HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.HttpContext.Items[typeof(Person)] as Person
            ?? throw new InvalidOperationException("This function answers nobody in particular; it has no person.");
    }

    /// <summary>
    /// Finds out again who calls, after a wait or while an answer takes long: a token expires, and memberships end. <see cref="Person"/> is
    /// up to date afterwards.
    /// </summary>
    /// <param name="byRecent">Whether memberships will do that this instance read within the last two seconds.</param>
    /// <returns>Why they are no longer let in; null when they still are, and for functions that answer anybody.</returns>
    public static Task<Refusal?> IdentifyAgainAsync(this HttpRequest request, CancellationToken cancellation, bool byRecent = false)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.HttpContext.Items[typeof(AuthenticationMiddleware)] is Func<bool, CancellationToken, Task<Refusal?>> identify
            ? identify(byRecent, cancellation)
            : Task.FromResult<Refusal?>(null);
    }
}

using System.Collections.Concurrent;
using System.Collections.Immutable;
using ServerlessDrives.Embedded.Cloud.Sandbox.Iam;
using ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Policies;

/// <summary>Gathers the documents that speak on a call, and has the evaluator decide.</summary>
internal sealed class Authorizer(IamStore iam, TimeProvider clock) : IAuthorizer
{
    private const int MostParsed = 4096;
    private static readonly ImmutableSortedDictionary<string, string> NoTags = ImmutableSortedDictionary<string, string>.Empty;
    private static readonly string[] ThirdParties = ["user/", "role/", "assumed-role/", "federated-user/"];
    private readonly ConcurrentDictionary<string, PolicyDocument> _parsed = new();

    public void Authorize(AwsCall call, AccessRequest request)
    {
        var verdict = Decide(call, request);
        if (verdict.Allowed)
            return;
        var who = call.Caller is { } caller ? $"User: {caller.Arn}" : "User: anonymous";
        throw new AwsError(
            call.Service == "kms" ? 400 : 403,
            call.Service == "kms" ? "AccessDeniedException" : "AccessDenied",
            $"{who} is not authorized to perform: {request.Action} on resource: {Quoted(call, request)} {verdict.Reason}");
    }

    public Verdict Decide(AwsCall call, AccessRequest request)
    {
        var state = iam.Visible;
        Identity? identity = call.Caller switch
        {
            UserCaller user => state.UserById(user.UserId),
            RoleSessionCaller assumed => state.RoleById(assumed.RoleId),
            _ => null,
        };
        var documents = identity is null ? [] : state.DocumentsOf(identity);
        var session = call.Caller is RoleSessionCaller { SessionPolicies: var policies } ? policies : [];
        var sets = new PolicySets(
            [.. documents.Select(Parse)],
            request.ResourcePolicy is null ? null : Parse(request.ResourcePolicy),
            [.. session.Select(Parse)],
            identity?.Boundary is { } boundary && state.DocumentOf(boundary) is { } limit ? Parse(limit) : null);
        return PolicyEvaluator.Decide(request, call.Caller, sets, KeysOf(call, request, identity));
    }

    public bool PrincipalExists(string principalArnOrAccount)
    {
        var state = iam.Latest;
        if (principalArnOrAccount == "*" || IsAccount(principalArnOrAccount))
            return true;
        if (
            principalArnOrAccount.StartsWith("AIDA", StringComparison.Ordinal)
            || principalArnOrAccount.StartsWith("AROA", StringComparison.Ordinal))
            return state.UserById(principalArnOrAccount) is not null || state.RoleById(principalArnOrAccount) is not null;
        var parts = principalArnOrAccount.Split(':', 6);
        if (parts is ["arn", _, "iam", _, var account, "root"])
            return IsAccount(account);
        // Whom an account has that isn't kept here can't be known; CloudFront's identities are in one of AWS's own.
        if (parts is ["arn", _, "iam", _, "cloudfront", var identity])
            return identity.StartsWith("user/CloudFront Origin Access Identity ", StringComparison.Ordinal);
        if (parts is ["arn", _, "iam" or "sts", "", var owner, var named] && IsAccount(owner) && !state.Accounts.Contains(owner))
            return !named.Contains('*', StringComparison.Ordinal)
                && ThirdParties.Any(kind => named.Length > kind.Length && named.StartsWith(kind, StringComparison.Ordinal));
        if (
            parts is ["arn", _, "sts", _, var sessionAccount, var resource]
            && resource.StartsWith("assumed-role/", StringComparison.Ordinal))
            return state.Role(sessionAccount, resource.Split('/')[1]) is not null;
        return state.TryGetIdentity(principalArnOrAccount, out _);
    }

    /// <summary>Any account may have any of them.</summary>
    public bool CanonicalUserExists(string id) => id.Length == 64 && id.All(char.IsAsciiHexDigitLower);

    public string Bind(string policy) => PrincipalBinding.Bind(policy, iam.Latest);

    public string Unbind(string policy) => PrincipalBinding.Unbind(policy, iam.Latest);

    private static bool IsAccount(string text) => text.Length == 12 && text.All(char.IsAsciiDigit);

    private static string Quoted(AwsCall call, AccessRequest request) =>
        call.Service == "s3" ? $"\"{request.Resource}\"" : request.Resource;

    private PolicyDocument Parse(string json)
    {
        if (_parsed.TryGetValue(json, out var known)) return known;
        var read = PolicyParser.Parse(json);
        // To count the entries locks all of them: only where one is added.
        if (_parsed.Count < MostParsed) _parsed[json] = read;
        return read;
    }

    /// <summary>Of a session's own tags and its role's, those of the session count.</summary>
    private static IEnumerable<KeyValuePair<string, string>> TagsOf(Identity? identity, Caller? caller) =>
        [.. identity?.Tags ?? NoTags, .. (caller as RoleSessionCaller)?.Tags ?? NoTags];

    private RequestKeys KeysOf(AwsCall call, AccessRequest request, Identity? identity)
    {
        var address = call.Http.Connection.RemoteIpAddress;
        var keys = GlobalKeys.Of(
            call.Caller,
            new RequestFacts(
                clock.GetUtcNow(),
                call.Region,
                call.TlsVersion is not null,
                (address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address)?.ToString() ?? "127.0.0.1",
                request.ResourceAccount,
                call.Request.Headers.UserAgent.ToString(),
                call.Request.Headers.Referer.ToString()),
            TagsOf(identity, call.Caller));
        foreach (var (name, values) in request.Keys)
            keys[name] = values;
        return new(keys);
    }
}

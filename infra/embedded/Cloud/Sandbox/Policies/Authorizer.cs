using System.Collections.Concurrent;
using System.Globalization;
using ServerlessDrives.Embedded.Cloud.Sandbox.Iam;
using ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Policies;

/// <summary>Gathers the documents that speak on a call, and has the evaluator decide.</summary>
internal sealed class Authorizer(IamStore iam, TimeProvider clock) : IAuthorizer
{
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
        var identity = call.Caller switch
        {
            UserCaller user => state.UserById(user.UserId) is { } found ? state.DocumentsOf(found) : [],
            RoleSessionCaller assumed => state.RoleById(assumed.RoleId) is { } found ? state.DocumentsOf(found) : [],
            _ => [],
        };
        var session = call.Caller is RoleSessionCaller { SessionPolicies: var policies } ? policies : [];
        var sets = new PolicySets([.. identity.Select(Parse)], request.ResourcePolicy is null ? null : Parse(request.ResourcePolicy), [.. session.Select(Parse)]);
        return PolicyEvaluator.Decide(request, call.Caller, sets, KeysOf(call, request));
    }

    public bool PrincipalExists(string principalArnOrAccount)
    {
        var state = iam.Latest;
        if (principalArnOrAccount == "*" || state.Accounts.Contains(principalArnOrAccount))
            return true;
        if (principalArnOrAccount.StartsWith("AIDA", StringComparison.Ordinal) || principalArnOrAccount.StartsWith("AROA", StringComparison.Ordinal))
            return state.UserById(principalArnOrAccount) is not null || state.RoleById(principalArnOrAccount) is not null;
        var parts = principalArnOrAccount.Split(':', 6);
        if (parts is ["arn", _, "iam", _, var account, "root"])
            return state.Accounts.Contains(account);
        if (parts is ["arn", _, "sts", _, var sessionAccount, var resource] && resource.StartsWith("assumed-role/", StringComparison.Ordinal))
            return state.Role(sessionAccount, resource.Split('/')[1]) is not null;
        return state.TryGetIdentity(principalArnOrAccount, out _);
    }

    private static string Quoted(AwsCall call, AccessRequest request) => call.Service == "s3" ? $"\"{request.Resource}\"" : request.Resource;

    private PolicyDocument Parse(string json) => _parsed.Count > 4096 ? PolicyParser.Parse(json) : _parsed.GetOrAdd(json, PolicyParser.Parse);

    private RequestKeys KeysOf(AwsCall call, AccessRequest request)
    {
        var now = clock.GetUtcNow();
        var keys = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase)
        {
            ["aws:SecureTransport"] = [call.Request.IsHttps ? "true" : "false"],
            ["aws:SourceIp"] = [call.Http.Connection.RemoteIpAddress?.MapToIPv4().ToString() ?? "127.0.0.1"],
            ["aws:CurrentTime"] = [now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)],
            ["aws:EpochTime"] = [now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)],
            ["aws:RequestedRegion"] = [call.Region],
            ["aws:ResourceAccount"] = [request.ResourceAccount],
        };
        if (call.Request.Headers.UserAgent.Count > 0)
            keys["aws:UserAgent"] = [call.Request.Headers.UserAgent.ToString()];
        AddCaller(keys, call.Caller);
        foreach (var (name, values) in request.Keys)
            keys[name] = values;
        return new(keys);
    }

    private void AddCaller(Dictionary<string, IReadOnlyList<string>> keys, Caller? caller)
    {
        if (caller is null)
        {
            keys["aws:PrincipalType"] = ["Anonymous"];
            return;
        }

        keys["aws:userid"] = [caller.UserId];
        keys["aws:PrincipalAccount"] = [caller.AccountId];
        keys["aws:PrincipalArn"] = [caller is RoleSessionCaller role ? role.RoleArn : caller.Arn];
        keys["aws:PrincipalType"] = [caller switch { UserCaller => "User", RoleSessionCaller => "AssumedRole", RootCaller => "Account", _ => "FederatedUser" }];
        if (caller is UserCaller user)
            keys["aws:username"] = [user.UserName];
        Identity? identity = caller switch
        {
            UserCaller named => iam.Visible.UserById(named.UserId),
            RoleSessionCaller session => iam.Visible.RoleById(session.RoleId),
            _ => null,
        };
        foreach (var (name, value) in identity?.Tags ?? System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty)
            keys[$"aws:PrincipalTag/{name}"] = [value];
    }
}

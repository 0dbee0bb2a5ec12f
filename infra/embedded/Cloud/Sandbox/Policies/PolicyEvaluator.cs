using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Storage;
using ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Policies;

/// <summary>The documents that speak on one request.</summary>
/// <param name="Identity">Of the caller's user or role; a root has none and may everything in its account.</param>
/// <param name="Resource">The bucket, key or trust policy.</param>
/// <param name="Session">Empty when the session was given no policy.</param>
/// <param name="Boundary">The permissions boundary of the caller's user or role; null where there is none.</param>
internal sealed record PolicySets(
    IReadOnlyList<PolicyDocument> Identity,
    PolicyDocument? Resource,
    IReadOnlyList<PolicyDocument> Session,
    PolicyDocument? Boundary = null);

/// <summary>How directly a statement names the caller; the order matters.</summary>
internal enum Naming
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>By its account: the account's own policies decide on.</summary>
    Account,

    /// <summary>With everyone, as a user, or by its role: enough in the same account, within the session policies.</summary>
    Principal,

    /// <summary>As this very session: not even session policies limit it.</summary>
    Session,
}

/// <summary>
/// Decides as AWS does. Source: "Policy evaluation logic" in the IAM user guide, with its pages on single-account and cross-account
/// requests.
/// </summary>
internal static class PolicyEvaluator
{
    public static Verdict Decide(AccessRequest request, Caller? caller, PolicySets sets, RequestKeys keys)
    {
        var asked = new Asked(request.Action, request.Resource, caller, keys);
        if (sets.Identity.Any(asked.Denied)) return Denied("an identity-based policy");
        if (sets.Resource is { } resource && asked.Denied(resource)) return Denied("a resource-based policy");
        if (sets.Boundary is { } limit && asked.Denied(limit)) return Denied("a permissions boundary");
        if (sets.Session.Any(asked.Denied)) return Denied("a session policy");

        var naming = sets.Resource is null ? Naming.None : asked.Admitted(sets.Resource);
        if (caller is null or FederatedCaller or ServiceCaller) return naming == Naming.None ? Missing("resource-based", request) : Allowed;

        var identityAllows = caller is RootCaller || sets.Identity.Any(document => asked.Admitted(document) != Naming.None);
        var sessionAllows = sets.Session.Count == 0 || sets.Session.Any(document => asked.Admitted(document) != Naming.None);
        var boundaryAllows = sets.Boundary is not { } boundary || asked.Admitted(boundary) != Naming.None;
        if (caller.AccountId != request.ResourceAccount)
        {
            if (!identityAllows) return Missing("identity-based", request);
            if (!boundaryAllows) return NotInBoundary(request);
            if (!sessionAllows) return Missing("session", request);
            return naming == Naming.None ? Missing("resource-based", request) : Allowed;
        }

        if (naming == Naming.Session) return Allowed;
        // What a resource policy gives a user is not limited by its boundary; what it gives a role is.
        if (naming == Naming.Principal && caller is not UserCaller && !boundaryAllows) return NotInBoundary(request);
        if (naming == Naming.Principal) return sessionAllows ? Allowed : Missing("session", request);
        if (request.ResourcePolicyMustAdmit && naming == Naming.None) return Missing("resource-based", request);
        if (!identityAllows) return Missing("identity-based", request);
        if (!boundaryAllows) return NotInBoundary(request);
        return sessionAllows ? Allowed : Missing("session", request);
    }

    private static Verdict Allowed { get; } = new(true, "");

    private static Verdict Denied(string where) => new(false, $"with an explicit deny in {where}");

    private static Verdict NotInBoundary(AccessRequest request) =>
        new(false, $"because no permissions boundary allows the {request.Action} action");

    private static Verdict Missing(string kind, AccessRequest request) =>
        new(false, $"because no {kind} policy allows the {request.Action} action");

    private sealed record Asked(string Action, string Resource, Caller? Caller, RequestKeys Keys)
    {
        public bool Denied(PolicyDocument document) => document.Statements.Any(s => !s.Allows && Applies(s, document) != Naming.None);

        /// <summary>The most direct naming among the statements that allow.</summary>
        public Naming Admitted(PolicyDocument document) =>
            document.Statements.Where(s => s.Allows).Select(s => Applies(s, document)).DefaultIfEmpty(Naming.None).Max();

        private Naming Applies(Statement statement, PolicyDocument document)
        {
            var variables = document.HasVariables ? Keys : null;
            if (statement.Actions is { } actions && !actions.Any(MatchesAction))
                return Naming.None;
            if (statement.NotActions is { } others && others.Any(MatchesAction))
                return Naming.None;
            if (statement.Resources is { } resources && !resources.Any(r => Pattern.Of(r, variables)?.MatchesArn(Resource) == true))
                return Naming.None;
            if (statement.NotResources is { } except && except.Any(r => Pattern.Of(r, variables)?.MatchesArn(Resource) == true))
                return Naming.None;
            var naming = NamingOf(statement);
            if (naming == Naming.None)
                return Naming.None;
            return statement.Conditions.All(c =>
                ConditionOperator.TryParse(c.Operator, out var comparison) && comparison.Holds(c, Keys, document.HasVariables))
                ? naming
                : Naming.None;
        }

        private bool MatchesAction(string pattern) => Pattern.Of(pattern, null)!.Matches(Action, ignoreCase: true);

        private Naming NamingOf(Statement statement)
        {
            if (statement.Principals is { } principals)
                return principals.Select(p => PrincipalMatch.Of(p, Caller)).DefaultIfEmpty(Naming.None).Max();
            if (statement.NotPrincipals is { } excepted)
                return PrincipalMatch.IsExcepted(excepted, Caller, strictly: !statement.Allows) ? Naming.None : Naming.Principal;
            // An identity-based policy names nobody: it is its holder's.
            return Naming.Principal;
        }
    }
}

/// <summary>Whether an element Principal means the caller.</summary>
internal static class PrincipalMatch
{
    public static Naming Of(Principal principal, Caller? caller)
    {
        if (principal.Kind == "Federated")
            return caller is FederatedCaller federated && federated.ProviderArn == principal.Value ? Naming.Principal : Naming.None;
        if (principal.Kind == "Service")
            return caller is ServiceCaller service && (principal.Value == service.Service || principal.Value == "*")
                ? Naming.Principal
                : Naming.None;
        if (principal.Kind == "CanonicalUser")
            return
                caller is not (null or FederatedCaller or ServiceCaller) && principal.Value == Identifiers.CanonicalUser(caller.AccountId)
                ? Naming.Account
                : Naming.None;
        if (principal.Kind != "AWS")
            return Naming.None;
        if (principal.Value == "*")
            return Naming.Principal;
        return caller switch
        {
            null or FederatedCaller or ServiceCaller => Naming.None,
            _ when IsAccount(principal.Value, caller.AccountId) => Naming.Account,
            UserCaller user when principal.Value == user.Arn || principal.Value == user.UserId => Naming.Principal,
            RoleSessionCaller session when principal.Value == session.Arn || principal.Value == session.UserId => Naming.Session,
            RoleSessionCaller session when principal.Value == session.RoleArn || principal.Value == session.RoleId => Naming.Principal,
            _ => Naming.None,
        };
    }

    /// <summary>
    /// Whether NotPrincipal leaves the caller out. With Deny AWS asks for every ARN that stands for the caller: the account, and for a
    /// session its role too.
    /// </summary>
    public static bool IsExcepted(IReadOnlyList<Principal> excepted, Caller? caller, bool strictly)
    {
        var named = excepted.Select(p => Of(p, caller)).ToHashSet();
        if (excepted.Any(p => p is { Kind: "AWS", Value: "*" }))
            return true;
        if (!strictly || caller is null or FederatedCaller or RootCaller)
            return named.Any(n => n != Naming.None);
        return named.Contains(Naming.Account)
            && named.Contains(Naming.Principal)
            && (caller is not RoleSessionCaller || named.Contains(Naming.Session));
    }

    private static bool IsAccount(string value, string account) =>
        value == account
        || (value.EndsWith($"::{account}:root", StringComparison.Ordinal) && value.StartsWith("arn:", StringComparison.Ordinal));
}

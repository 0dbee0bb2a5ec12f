using System.Text.RegularExpressions;
using System.Xml.Linq;
using ServerlessDrives.Embedded.Cloud.Sandbox.Iam;
using ServerlessDrives.Embedded.Cloud.Sandbox.Policies;
using ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Sts;

/// <summary>STS's query API, version 2011-06-15: who am I, and sessions with roles.</summary>
internal sealed partial class SandboxSts(
    IamStore iam,
    Credentials credentials,
    IAuthorizer authorizer,
    WebIdentity webIdentity,
    TimeProvider clock
) : IAwsService
{
    private static readonly QueryProtocol Protocol = new("https://sts.amazonaws.com/doc/2011-06-15/");

    private static readonly HonouredParameters Honoured = new("""
        GetCallerIdentity:
        AssumeRole: RoleArn RoleSessionName PolicyArns Policy DurationSeconds Tags ExternalId
        AssumeRoleWithWebIdentity: RoleArn RoleSessionName WebIdentityToken PolicyArns Policy DurationSeconds
        """);

    /// <summary>A session that a session assumed lives an hour at most, in seconds.</summary>
    private const int MostChained = 3600;

    private const int MostManaged = 10;
    private const int MostTags = 50;

    public string Name => "sts";

    public string ActionOf(AwsCall call) => QueryProtocol.ReadAsync(call).GetAwaiter().GetResult().Action;

    public async Task AnswerAsync(AwsCall call)
    {
        var form = await QueryProtocol.ReadAsync(call);
        if (call.Caller is null && form.Action != "AssumeRoleWithWebIdentity")
            throw new AwsError(403, "MissingAuthenticationToken", "Request is missing Authentication Token");
        Honoured.Require(form.Action, form.Names);
        switch (form.Action)
        {
            case "GetCallerIdentity":
                await Protocol.AnswerAsync(
                    call,
                    form.Action,
                    new XElement("Arn", call.Caller!.Arn),
                    new XElement("UserId", call.Caller.UserId),
                    new XElement("Account", call.Caller.AccountId));
                break;
            case "AssumeRole":
                await AssumeRoleAsync(call, form);
                break;
            case "AssumeRoleWithWebIdentity":
                await AssumeRoleWithWebIdentityAsync(call, form);
                break;
            default:
                throw new AwsError(400, "InvalidAction", $"Could not find operation {form.Action} for version 2011-06-15");
        }
    }

    public Task WriteErrorAsync(AwsCall call, AwsError error) => Protocol.RefuseAsync(call, error);

    private async Task AssumeRoleAsync(AwsCall call, QueryForm form)
    {
        var arn = RoleArnOf(form);
        var session = SessionNameOf(form);
        var seconds = form.Number("DurationSeconds", 3600, 900, 43_200);
        var policies = PoliciesOf(form);
        if (call.Caller is RootCaller)
            throw new AwsError(403, "AccessDenied", "Roles may not be assumed by root accounts.");
        if (call.Caller is RoleSessionCaller && seconds > MostChained)
            throw new AwsError(
                400,
                "ValidationError",
                "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining");

        // STS doesn't say whether there is no such role or it doesn't trust: both read the same.
        var role = iam.Visible.TryGetIdentity(arn, out var identity) ? identity as Role : null;
        var keys = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase) { ["sts:RoleSessionName"] = [session] };
        if (form.Text("ExternalId") is { } externalId)
        {
            if (!ExternalId().IsMatch(externalId))
                throw new AwsError(
                    400,
                    "ValidationError",
                    "1 validation error detected: Value at 'externalId' failed to satisfy constraint: Member must have length between " +
                    "2 and 1224 and satisfy regular expression pattern: [\\w+=,.@:\\/-]*"
                );
            keys["sts:ExternalId"] = [externalId];
        }

        var account = arn.Split(':') is [_, _, _, _, var owner, ..] ? owner : "";
        if (role is null)
            throw new AwsError(
                403,
                "AccessDenied",
                $"User: {call.Caller!.Arn} is not authorized to perform: sts:AssumeRole on resource: {arn}");
        var tags = TagsOf(form);
        foreach (var (key, value) in tags)
            keys[$"aws:RequestTag/{key}"] = [value];
        if (tags.Count > 0)
            keys["aws:TagKeys"] = [.. tags.Keys];
        authorizer.Authorize(call, new AccessRequest("sts:AssumeRole", arn, account, role.Trust, keys) { ResourcePolicyMustAdmit = true });
        if (tags.Count > 0)
            authorizer.Authorize(
                call,
                new AccessRequest("sts:TagSession", arn, account, role.Trust, keys) { ResourcePolicyMustAdmit = true });
        if (seconds > role.MaxSession)
            throw new AwsError(400, "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
        var (result, _) = Session(role, session, policies, seconds, tags);
        await Protocol.AnswerAsync(call, form.Action, result);
    }

    private async Task AssumeRoleWithWebIdentityAsync(AwsCall call, QueryForm form)
    {
        var arn = RoleArnOf(form);
        var session = SessionNameOf(form);
        var seconds = form.Number("DurationSeconds", 3600, 900, 43_200);
        var token = form.Required("WebIdentityToken");
        var role = iam.Visible.TryGetIdentity(arn, out var identity) ? identity as Role : null;
        if (role is null)
            throw new AwsError(403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity");
        var proven = await webIdentity.ReadAsync(token, role.Account, call.Cancelled);
        var federated = call with { Caller = new FederatedCaller(role.Account, proven.Provider.Arn, proven.Subject) };
        var keys = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase)
        {
            [$"{proven.Provider.Host}:sub"] = [proven.Subject],
            [$"{proven.Provider.Host}:aud"] = [proven.Audience],
            // AWS names the keys by the issuer as it was registered, a slash at its end included.
            [$"{proven.Provider.Host}/:sub"] = [proven.Subject],
            [$"{proven.Provider.Host}/:aud"] = [proven.Audience],
            ["sts:RoleSessionName"] = [session],
        };
        if (!authorizer.Decide(federated, new AccessRequest("sts:AssumeRoleWithWebIdentity", arn, role.Account, role.Trust, keys)).Allowed)
            throw new AwsError(403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity");
        var (result, user) = Session(role, session, PoliciesOf(form), Math.Min(seconds, role.MaxSession));
        await Protocol.AnswerAsync(
            call,
            form.Action,
            [
                .. result,
                new XElement("SubjectFromWebIdentityToken", proven.Subject),
                new XElement("Audience", proven.Audience),
                new XElement("Provider", proven.Provider.Arn),
                user,
            ]);
    }

    private (object?[] Result, XElement? Further) Session(
        Role role,
        string session,
        IReadOnlyList<string> policies,
        int seconds,
        IReadOnlyDictionary<string, string>? tags = null)
    {
        var now = clock.GetUtcNow();
        var ticket = new SessionTicket(
            IamIds.SessionKey(),
            IamIds.Secret(),
            role.Account,
            null,
            role.Id,
            role.Arn,
            role.Name,
            session,
            policies,
            now,
            now.AddSeconds(seconds))
        {
            Tags = tags,
        };
        return (
            [
                new XElement(
                    "Credentials",
                    new XElement("AccessKeyId", ticket.AccessKeyId),
                    new XElement("SecretAccessKey", ticket.Secret),
                    new XElement("SessionToken", credentials.Seal(ticket)),
                    new XElement("Expiration", IamXml.Time(ticket.Expires))),
                new XElement(
                    "AssumedRoleUser",
                    new XElement("AssumedRoleId", $"{role.Id}:{session}"),
                    new XElement("Arn", $"arn:aws:sts::{role.Account}:assumed-role/{role.Name}/{session}")),
                policies.Count == 0
                    ? null
                    : new XElement("PackedPolicySize", Math.Min(100, policies.Sum(policy => policy.Length) * 100 / 2048)),
            ],
            null);
    }

    private IReadOnlyList<string> PoliciesOf(QueryForm form)
    {
        var policies = new List<string>();
        if (form.Text("Policy") is { Length: > 0 } inline)
        {
            PolicyRules.ValidateSession(inline);
            policies.Add(inline);
        }

        var arns = form.List("PolicyArns", ".arn").ToList();
        if (arns.Count > MostManaged)
            throw new AwsError(
                400,
                "ValidationError",
                "1 validation error detected: Value at 'policyArns' failed to satisfy constraint: Member must have length less than " +
                $"or equal to {MostManaged}"
            );
        policies.AddRange(
            arns.Select(arn =>
                iam.Visible.DocumentOf(arn)
                ?? throw new AwsError(400, "MalformedPolicyDocument", $"Policy {arn} does not exist or is not attachable.")));
        return policies;
    }

    private static Dictionary<string, string> TagsOf(QueryForm form)
    {
        var tags = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in form.Tags())
        {
            if (key.Length is 0 or > 128 || value.Length > 256 || key.StartsWith("aws:", StringComparison.OrdinalIgnoreCase))
                throw new AwsError(400, "ValidationError", $"1 validation error detected: the session tag '{key}' is invalid");
            if (!tags.TryAdd(key, value))
                throw new AwsError(
                    400,
                    "InvalidParameterValue",
                    "Duplicate tag keys found. Please note that Tag keys are case insensitive.");
        }

        return tags.Count <= MostTags
            ? tags
            : throw new AwsError(
                400,
                "ValidationError",
                "1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must have length less than or " +
                $"equal to {MostTags}"
            );
    }

    private static string RoleArnOf(QueryForm form)
    {
        var arn = form.Required("RoleArn");
        return RoleArn().IsMatch(arn) ? arn : throw new AwsError(400, "ValidationError", $"{arn} is invalid");
    }

    private static string SessionNameOf(QueryForm form)
    {
        var name = form.Required("RoleSessionName");
        return SessionName().IsMatch(name)
            ? name
            : throw new AwsError(
                400,
                "ValidationError",
                $"1 validation error detected: Value '{name}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy " +
                $"regular expression pattern: [\\w+=,.@-]*"
            );
    }

    [GeneratedRegex(@"^[\w+=,.@-]{2,64}$", RegexOptions.ECMAScript, 1000)]
    private static partial Regex SessionName();

    [GeneratedRegex(@"^[\w+=,.@:/-]{2,1224}$", RegexOptions.ECMAScript, 1000)]
    private static partial Regex ExternalId();

    [GeneratedRegex(@"^arn:aws[a-z-]*:iam::\d{12}:role/([!-~]+/)?[\w+=,.@-]{1,64}$", RegexOptions.ECMAScript, 1000)]
    private static partial Regex RoleArn();
}

using System.Globalization;
using System.Text;
using System.Xml.Linq;
using ServerlessDrives.Embedded.Cloud.Sandbox.Policies;
using ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Iam;

/// <summary>IAM's query API, version 2010-05-08: roles, users, their policies, access keys, and identity providers.</summary>
internal sealed class SandboxIam(IamStore store, PolicyRules rules, IAuthorizer authorizer, TimeProvider clock) : IAwsService
{
    private static readonly QueryProtocol Protocol = new("https://iam.amazonaws.com/doc/2010-05-08/");

    private static readonly HonouredParameters Honoured = new("""
        CreateRole: RoleName AssumeRolePolicyDocument Path Description MaxSessionDuration PermissionsBoundary Tags
        GetRole: RoleName
        ListRoles: PathPrefix MaxItems Marker
        DeleteRole: RoleName
        UpdateAssumeRolePolicy: RoleName PolicyDocument
        UpdateRole: RoleName Description MaxSessionDuration
        TagRole: RoleName Tags
        UntagRole: RoleName TagKeys
        ListRoleTags: RoleName MaxItems Marker
        ListInstanceProfilesForRole: RoleName
        PutRolePolicy: RoleName PolicyName PolicyDocument
        GetRolePolicy: RoleName PolicyName
        ListRolePolicies: RoleName MaxItems Marker
        DeleteRolePolicy: RoleName PolicyName
        AttachRolePolicy: RoleName PolicyArn
        DetachRolePolicy: RoleName PolicyArn
        ListAttachedRolePolicies: RoleName MaxItems Marker
        PutRolePermissionsBoundary: RoleName PermissionsBoundary
        DeleteRolePermissionsBoundary: RoleName
        CreateUser: UserName Path PermissionsBoundary Tags
        GetUser: UserName
        ListUsers: PathPrefix MaxItems Marker
        DeleteUser: UserName
        CreateAccessKey: UserName
        ListAccessKeys: UserName MaxItems Marker
        UpdateAccessKey: UserName AccessKeyId Status
        DeleteAccessKey: UserName AccessKeyId
        PutUserPolicy: UserName PolicyName PolicyDocument
        GetUserPolicy: UserName PolicyName
        ListUserPolicies: UserName MaxItems Marker
        DeleteUserPolicy: UserName PolicyName
        AttachUserPolicy: UserName PolicyArn
        DetachUserPolicy: UserName PolicyArn
        ListAttachedUserPolicies: UserName MaxItems Marker
        PutUserPermissionsBoundary: UserName PermissionsBoundary
        DeleteUserPermissionsBoundary: UserName
        CreatePolicy: PolicyName PolicyDocument Path Description
        GetPolicy: PolicyArn
        GetPolicyVersion: PolicyArn VersionId
        ListPolicies: MaxItems Marker
        DeletePolicy: PolicyArn
        CreateOpenIDConnectProvider: Url ClientIDList ThumbprintList
        GetOpenIDConnectProvider: OpenIDConnectProviderArn
        ListOpenIDConnectProviders:
        DeleteOpenIDConnectProvider: OpenIDConnectProviderArn
        """);

    private readonly Dictionary<string, Func<IamRequest, object?[]>> _actions = RoleCalls.Actions(rules)
        .Concat(UserCalls.Actions())
        .Concat(PolicyCalls.Actions())
        .Concat(BoundaryCalls.Actions())
        .Concat(ProviderCalls.Actions())
        .ToDictionary(action => action.Name, action => action.Run, StringComparer.Ordinal);

    public string Name => "iam";

    public string ActionOf(AwsCall call) => QueryProtocol.ReadAsync(call).GetAwaiter().GetResult().Action;

    public async Task AnswerAsync(AwsCall call)
    {
        var form = await QueryProtocol.ReadAsync(call);
        if (call.Caller is not { } caller)
            throw new AwsError(403, "MissingAuthenticationToken", "Request is missing Authentication Token");
        if (!_actions.TryGetValue(form.Action, out var run))
            throw new AwsError(400, "InvalidAction", $"Could not find operation {form.Action} for version 2010-05-08");
        Honoured.Require(form.Action, form.Names);
        var request = new IamRequest(store, form, caller, clock.GetUtcNow());
        authorizer.Authorize(
            call,
            new AccessRequest(
                $"iam:{form.Action}",
                request.Resource,
                caller.AccountId,
                null,
                new Dictionary<string, IReadOnlyList<string>>()));
        await Protocol.AnswerAsync(call, form.Action, run(request));
    }

    public Task WriteErrorAsync(AwsCall call, AwsError error) => Protocol.RefuseAsync(call, error);
}

/// <summary>One call to IAM.</summary>
internal sealed record IamRequest(IamStore Store, QueryForm Form, Caller Caller, DateTimeOffset Now)
{
    public string Account => Caller.AccountId;

    /// <summary>The ARN that the call's policies are asked about.</summary>
    public string Resource =>
        Form.Text("RoleName") is { } role ? Store.Latest.Role(Account, role)?.Arn ?? $"arn:aws:iam::{Account}:role/{role}"
        : Form.Text("UserName") is { } user ? Store.Latest.User(Account, user)?.Arn ?? $"arn:aws:iam::{Account}:user/{user}"
        : Form.Text("PolicyArn") ?? Form.Text("OpenIDConnectProviderArn") ?? (Caller is UserCaller ? Caller.Arn : "*");

    /// <summary>
    /// One page of a list as <c>MaxItems</c> (1 to 1,000; 100 where it isn't said) and <c>Marker</c> ask for, with <c>IsTruncated</c> and
    /// the next <c>Marker</c>.
    /// </summary>
    /// <param name="list">The list's element.</param>
    /// <exception cref="AwsError">The marker is none that we gave.</exception>
    public object?[] Page(string list, IEnumerable<XElement> members)
    {
        var size = Form.Number("MaxItems", 100, 1, 1000);
        var from = 0;
        if (Form.Text("Marker") is { Length: > 0 } marker && !(TryReadMarker(marker, out var read) && (from = read) >= 0))
            throw new AwsError(400, "ValidationError", "Invalid Marker.");
        var rest = members.Skip(from).Take(size + 1).ToList();
        var isTruncated = rest.Count > size;
        return
        [
            new XElement(list, rest.Take(size)),
            new XElement("IsTruncated", isTruncated ? "true" : "false"),
            isTruncated
                ? new XElement(
                    "Marker",
                    Convert.ToBase64String(
                        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Form.Action}:{from + size}"))))
                : null,
        ];
    }

    private bool TryReadMarker(string marker, out int from)
    {
        var text = new byte[marker.Length];
        from = 0;
        return Convert.TryFromBase64String(marker, text, out var length)
            && Encoding.ASCII.GetString(text, 0, length).Split(':') is [var action, var number] && action == Form.Action
            && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out from);
    }

    public Role Role(IamState state) => state.Role(Account, Form.Required("RoleName")) ?? throw Missing("role", Form.Required("RoleName"));

    public User User(IamState state)
    {
        if (Form.Text("UserName") is not { } name)
            return Caller is UserCaller self && state.UserById(self.UserId) is { } own
                ? own
                : throw new AwsError(400, "ValidationError", "Must specify userName when calling with non-User credentials");
        return state.User(Account, name) ?? throw Missing("user", name);
    }

    public static AwsError Missing(string kind, string name) => new(404, "NoSuchEntity", $"The {kind} with name {name} cannot be found.");

    public static AwsError Exists(string kind, string name) => new(409, "EntityAlreadyExists", $"{kind} with name {name} already exists.");

    public static AwsError InUse(string what) => new(409, "DeleteConflict", $"Cannot delete entity, must {what} first.");

    /// <exception cref="AwsError">The name has characters that IAM doesn't take.</exception>
    public string NewName(string parameter, int most = 64)
    {
        var name = Form.Required(parameter);
        return name.Length <= most && name.All(c => char.IsAsciiLetterOrDigit(c) || "_+=,.@-".Contains(c, StringComparison.Ordinal))
            ? name
            : throw new AwsError(
                400,
                "ValidationError",
                $"The specified value for {char.ToLowerInvariant(parameter[0])}{parameter[1..]} is invalid. It must contain only " +
                "alphanumeric characters and/or the following: +=,.@_-"
            );
    }

    public string NewPath()
    {
        var path = Form.Text("Path") ?? "/";
        return path is ['/', ..] && path[^1] == '/' && path.Length <= 512
            ? path
            : throw new AwsError(
                400,
                "ValidationError",
                "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or " +
                "/ characters."
            );
    }
}

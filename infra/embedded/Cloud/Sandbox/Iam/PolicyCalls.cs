using System.Xml.Linq;
using ServerlessDrives.Embedded.Cloud.Sandbox.Policies;
using ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Iam;

/// <summary>Inline policies of roles and users, and managed policies.</summary>
internal static class PolicyCalls
{
    public static IEnumerable<(string Name, Func<IamRequest, object?[]> Run)> Actions() =>
        InlineOf("Role", (request, state) => request.Role(state))
            .Concat(InlineOf("User", (request, state) => request.User(state)))
            .Concat(Managed());

    private static IEnumerable<(string Name, Func<IamRequest, object?[]> Run)> InlineOf(
        string kind,
        Func<IamRequest, IamState, Identity> find)
    {
        yield return ($"Put{kind}Policy", request =>
        {
            var (name, document) = (request.NewName("PolicyName", 128), request.Form.Required("PolicyDocument"));
            request.Store.Change(state =>
            {
                var holder = find(request, state);
                var inline = holder.Inline.SetItem(name, document);
                PolicyRules.ValidateInline(holder, document, inline.Values);
                return state.With(holder with { Inline = inline });
            });
            return [];
        }
        );
        yield return (
            $"Get{kind}Policy",
            request =>
            {
                var holder = find(request, request.Store.Latest);
                var name = request.Form.Required("PolicyName");
                return holder.Inline.TryGetValue(name, out var document)
                    ?
                    [
                        new XElement($"{kind}Name", holder.Name),
                        new XElement("PolicyName", name),
                        new XElement("PolicyDocument", Uri.EscapeDataString(document)),
                    ]
                    : throw NoPolicy(name);
            }
        );
        yield return ($"List{kind}Policies", request =>
            request.Page("PolicyNames", find(request, request.Store.Latest).Inline.Keys.Select(name => new XElement("member", name))));
        yield return ($"Delete{kind}Policy", request =>
        {
            request.Store.Change(state =>
            {
                var holder = find(request, state);
                var name = request.Form.Required("PolicyName");
                return holder.Inline.ContainsKey(name)
                    ? state.With(holder with { Inline = holder.Inline.Remove(name) })
                    : throw NoPolicy(name);
            });
            return [];
        }
        );
        yield return ($"Attach{kind}Policy", request =>
        {
            request.Store.Change(state =>
            {
                var arn = request.Form.Required("PolicyArn");
                if (!state.Policies.ContainsKey(arn) && AwsManagedPolicies.Find(arn) is null)
                    throw new AwsError(404, "NoSuchEntity", $"Policy {arn} does not exist or is not attachable.");
                var holder = find(request, state);
                return state.With(holder with { Attached = holder.Attached.Add(arn) });
            });
            return [];
        }
        );
        yield return ($"Detach{kind}Policy", request =>
        {
            request.Store.Change(state =>
            {
                var holder = find(request, state);
                var arn = request.Form.Required("PolicyArn");
                return holder.Attached.Contains(arn)
                    ? state.With(holder with { Attached = holder.Attached.Remove(arn) })
                    : throw new AwsError(404, "NoSuchEntity", $"Policy {arn} was not found.");
            });
            return [];
        }
        );
        yield return (
            $"ListAttached{kind}Policies",
            request =>
                request.Page(
                    "AttachedPolicies",
                    find(request, request.Store.Latest)
                        .Attached.Select(arn => new XElement(
                            "member",
                            new XElement("PolicyName", arn[(arn.LastIndexOf('/') + 1)..]),
                            new XElement("PolicyArn", arn)))));
    }

    private static IEnumerable<(string Name, Func<IamRequest, object?[]> Run)> Managed()
    {
        yield return ("CreatePolicy", request =>
        {
            var (name, document) = (request.NewName("PolicyName", 128), request.Form.Required("PolicyDocument"));
            PolicyRules.ValidateManaged(document);
            return request.Store.Change(state =>
            {
                var path = request.NewPath();
                var policy = new ManagedPolicy
                {
                    Arn = $"arn:aws:iam::{request.Account}:policy{path}{name}",
                    Account = request.Account,
                    Name = name,
                    Path = path,
                    Id = IamIds.Policy(),
                    Document = document,
                    Created = request.Now,
                    Description = request.Form.Text("Description"),
                };
                if (state.Policies.ContainsKey(policy.Arn))
                    throw new AwsError(409, "EntityAlreadyExists", $"A policy called {name} already exists. Duplicate names are not " +
                        "allowed.");
                return (state with { Policies = state.Policies.Add(policy.Arn, policy) }, new object?[] { IamXml.Of(policy, 0) });
            });
        }
        );
        yield return ("GetPolicy", request =>
            [IamXml.Of(PolicyOf(request, request.Store.Latest), AttachmentsOf(request.Store.Latest, request.Form.Required("PolicyArn")))]
        );
        yield return ("GetPolicyVersion", request =>
        {
            var policy = PolicyOf(request, request.Store.Latest);
            // A policy that can't be given a second version has its first.
            if (request.Form.Required("VersionId") != "v1")
                throw new AwsError(
                    404,
                    "NoSuchEntity",
                    $"Policy {policy.Arn} version {request.Form.Text("VersionId")} does not exist " + "or is not attachable."
                );
            return
            [
                new XElement(
                    "PolicyVersion",
                    new XElement("Document", Uri.EscapeDataString(policy.Document)),
                    new XElement("VersionId", "v1"),
                    new XElement("IsDefaultVersion", "true"),
                    new XElement("CreateDate", IamXml.Time(policy.Created))
                ),
            ];
        }
        );
        yield return ("ListPolicies", request =>
            request.Page(
                "Policies",
                request
                    .Store.Latest.Policies.Values.Where(policy => policy.Account == request.Account)
                    .OrderBy(policy => policy.Name, StringComparer.Ordinal)
                    .Select(policy => IamXml.Member(IamXml.Of(policy, AttachmentsOf(request.Store.Latest, policy.Arn))))
            )
        );
        yield return ("DeletePolicy", request =>
        {
            request.Store.Change(state =>
            {
                var policy = PolicyOf(request, state);
                return AttachmentsOf(state, policy.Arn) == 0 && !BoundaryCalls.IsBoundary(state, policy.Arn)
                    ? state with
                    {
                        Policies = state.Policies.Remove(policy.Arn),
                    }
                    : throw IamRequest.InUse("detach the policy");
            });
            return [];
        }
        );
    }

    private static ManagedPolicy PolicyOf(IamRequest request, IamState state)
    {
        var arn = request.Form.Required("PolicyArn");
        return state.Policies.TryGetValue(arn, out var policy) && policy.Account == request.Account
            ? policy
            : throw new AwsError(404, "NoSuchEntity", $"Policy {arn} was not found.");
    }

    private static int AttachmentsOf(IamState state, string arn) =>
        state.Users.Values.Count(user => user.Attached.Contains(arn)) + state.Roles.Values.Count(role => role.Attached.Contains(arn));

    private static AwsError NoPolicy(string name) => new(404, "NoSuchEntity", $"The policy with name {name} cannot be found.");
}

using System.Collections.Immutable;
using System.Xml.Linq;
using ServerlessDrives.Embedded.Cloud.Sandbox.Policies;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Iam;

/// <summary>Roles: create, read, change, delete.</summary>
internal static class RoleCalls
{
    public static IEnumerable<(string Name, Func<IamRequest, object?[]> Run)> Actions(PolicyRules rules)
    {
        yield return ("CreateRole", request =>
        {
            var trust = request.Form.Required("AssumeRolePolicyDocument");
            var name = request.NewName("RoleName");
            rules.ValidateTrust(trust, "assumeRolePolicyDocument");
            return request.Store.Change(state =>
            {
                if (state.Role(request.Account, name) is not null)
                    throw IamRequest.Exists("Role", name);
                var role = new Role
                {
                    Account = request.Account,
                    Name = name,
                    Path = request.NewPath(),
                    Id = IamIds.Role(),
                    Created = request.Now,
                    Trust = PrincipalBinding.Bind(trust, state),
                    Description = request.Form.Text("Description"),
                    MaxSession = request.Form.Number("MaxSessionDuration", 3600, 3600, 43_200),
                    Boundary = BoundaryCalls.Asked(request, state),
                    Tags = request.Form.Tags().ToImmutableSortedDictionary(tag => tag.Key, tag => tag.Value),
                };
                var next = state.With(role);
                return (next, new object?[] { IamXml.Of(role, next) });
            });
        }
        );
        yield return ("GetRole", request => [IamXml.Of(request.Role(request.Store.Latest), request.Store.Latest)]);
        yield return ("ListRoles", request =>
        {
            var state = request.Store.Latest;
            var prefix = request.Form.Text("PathPrefix") ?? "/";
            return request.Page("Roles", state.Roles.Values
                .Where(role => role.Account == request.Account && role.Path.StartsWith(prefix, StringComparison.Ordinal))
                .OrderBy(role => role.Name, StringComparer.Ordinal)
                .Select(role => IamXml.Member(IamXml.Of(role, state))));
        }
        );
        yield return ("DeleteRole", request =>
        {
            request.Store.Change(state =>
            {
                var role = request.Role(state);
                if (role.Inline.Count > 0)
                    throw IamRequest.InUse("delete policies");
                if (role.Attached.Count > 0)
                    throw IamRequest.InUse("detach all policies");
                return state.Without(role);
            });
            return [];
        }
        );
        yield return ("UpdateAssumeRolePolicy", request =>
        {
            var trust = request.Form.Required("PolicyDocument");
            rules.ValidateTrust(trust, "policyDocument");
            request.Store.Change(state => state.With(request.Role(state) with { Trust = PrincipalBinding.Bind(trust, state) }));
            return [];
        }
        );
        yield return ("UpdateRole", request =>
        {
            request.Store.Change(state =>
            {
                var role = request.Role(state);
                return state.With(
                    role with
                    {
                        Description = request.Form.Text("Description") ?? role.Description,
                        MaxSession = request.Form.Number("MaxSessionDuration", role.MaxSession, 3600, 43_200),
                    }
                );
            });
            return [];
        }
        );
        yield return ("TagRole", request =>
        {
            request.Store.Change(state =>
            {
                var role = request.Role(state);
                return state.With(
                    role with
                    {
                        Tags = role.Tags.SetItems(request.Form.Tags().Select(tag => KeyValuePair.Create(tag.Key, tag.Value))),
                    }
                );
            });
            return [];
        }
        );
        yield return ("UntagRole", request =>
        {
            request.Store.Change(state =>
            {
                var role = request.Role(state);
                return state.With(role with { Tags = role.Tags.RemoveRange(request.Form.List("TagKeys")) });
            });
            return [];
        }
        );
        yield return ("ListRoleTags", request => request.Page("Tags", IamXml.Tags(request.Role(request.Store.Latest))));
        yield return ("ListInstanceProfilesForRole", request =>
        {
            request.Role(request.Store.Latest);
            return [new XElement("InstanceProfiles"), new XElement("IsTruncated", "false")];
        }
        );
    }
}

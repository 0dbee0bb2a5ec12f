using System.Collections.Immutable;
using System.Xml.Linq;
using ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Iam;

/// <summary>Users and their access keys.</summary>
internal static class UserCalls
{
    private const int MostKeys = 2;

    public static IEnumerable<(string Name, Func<IamRequest, object?[]> Run)> Actions()
    {
        yield return ("CreateUser", request => request.Store.Change(state =>
        {
            var name = request.NewName("UserName");
            if (state.User(request.Account, name) is not null)
                throw IamRequest.Exists("User", name);
            var user = new User
            {
                Account = request.Account,
                Name = name,
                Path = request.NewPath(),
                Id = IamIds.User(),
                Created = request.Now,
                Boundary = BoundaryCalls.Asked(request, state),
                Tags = request.Form.Tags().ToImmutableSortedDictionary(tag => tag.Key, tag => tag.Value),
            };
            return (state.With(user), new object?[] { IamXml.Of(user) });
        }));
        yield return ("GetUser", request => [IamXml.Of(request.User(request.Store.Latest))]);
        yield return ("ListUsers", request =>
        {
            var state = request.Store.Latest;
            var prefix = request.Form.Text("PathPrefix") ?? "/";
            return request.Page("Users", state.Users.Values
                .Where(user => user.Account == request.Account && user.Path.StartsWith(prefix, StringComparison.Ordinal))
                .OrderBy(user => user.Name, StringComparer.Ordinal)
                .Select(user => IamXml.Member(IamXml.Of(user))));
        }
        );
        yield return ("DeleteUser", request =>
        {
            request.Store.Change(state =>
            {
                var user = request.User(state);
                if (state.AccessKeys.Values.Any(key => key.UserId == user.Id))
                    throw IamRequest.InUse("delete access keys");
                if (user.Inline.Count > 0)
                    throw IamRequest.InUse("delete policies");
                if (user.Attached.Count > 0)
                    throw IamRequest.InUse("detach all policies");
                return state.Without(user);
            });
            return [];
        }
        );
        yield return ("CreateAccessKey", request => request.Store.Change(state =>
            {
                var user = request.User(state);
                if (state.AccessKeys.Values.Count(key => key.UserId == user.Id) >= MostKeys)
                    throw new AwsError(409, "LimitExceeded", $"Cannot exceed quota for AccessKeysPerUser: {MostKeys}");
                var key = new AccessKey
                {
                    Id = IamIds.AccessKey(),
                    Secret = IamIds.Secret(),
                    Account = user.Account,
                    UserId = user.Id,
                    Created = request.Now,
                };
                return (
                    state with
                    {
                        AccessKeys = state.AccessKeys.Add(key.Id, key),
                    },
                    new object?[]
                    {
                        new XElement(
                            "AccessKey",
                            new XElement("UserName", user.Name),
                            new XElement("AccessKeyId", key.Id),
                            new XElement("Status", "Active"),
                            new XElement("SecretAccessKey", key.Secret),
                            new XElement("CreateDate", IamXml.Time(key.Created))
                        ),
                    }
                );
            }));
        yield return ("ListAccessKeys", request =>
        {
            var user = request.User(request.Store.Latest);
            return request.Page(
                "AccessKeyMetadata",
                request
                    .Store.Latest.AccessKeys.Values.Where(key => key.UserId == user.Id)
                    .OrderBy(key => key.Created)
                    .ThenBy(key => key.Id, StringComparer.Ordinal)
                    .Select(key => new XElement(
                        "member",
                        new XElement("UserName", user.Name),
                        new XElement("AccessKeyId", key.Id),
                        new XElement("Status", key.Active ? "Active" : "Inactive"),
                        new XElement("CreateDate", IamXml.Time(key.Created))
                    ))
            );
        }
        );
        yield return ("UpdateAccessKey", request =>
        {
            request.Store.Change(state =>
                state with
                {
                    AccessKeys = state.AccessKeys.SetItem(
                        request.Form.Required("AccessKeyId"),
                        KeyOf(request, state) with
                        {
                            Active = request.Form.Required("Status") == "Active",
                        }
                    ),
                }
            );
            return [];
        }
        );
        yield return ("DeleteAccessKey", request =>
        {
            request.Store.Change(state => state with { AccessKeys = state.AccessKeys.Remove(KeyOf(request, state).Id) });
            return [];
        }
        );
    }

    private static AccessKey KeyOf(IamRequest request, IamState state)
    {
        var id = request.Form.Required("AccessKeyId");
        var user = request.User(state);
        return state.AccessKeys.TryGetValue(id, out var key) && key.UserId == user.Id
            ? key
            : throw new AwsError(404, "NoSuchEntity", $"The Access Key with id {id} cannot be found.");
    }
}

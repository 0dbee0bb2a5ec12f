using System.Text.Json.Nodes;
using ServerlessDrives.Embedded.Cloud.Sandbox.Iam;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Policies;

/// <summary>
/// AWS keeps the unique ids of the users and roles that a trust policy names, not their ARNs: one that is deleted and made again is another,
/// and the policy then shows the dead id.
/// </summary>
internal static class PrincipalBinding
{
    public static string Bind(string policy, IamState state) => Map(policy, name => state.TryGetIdentity(name, out var identity) ? identity.Id : name);

    public static string Unbind(string policy, IamState state) => Map(policy, id => (state.UserById(id) as Identity ?? state.RoleById(id))?.Arn ?? id);

    private static string Map(string policy, Func<string, string> map)
    {
        var document = JsonNode.Parse(policy)!.AsObject();
        foreach (var statement in document["Statement"] is JsonArray many ? many : [document["Statement"]!.DeepClone()])
        {
            if (statement?["Principal"] is JsonObject { } principals && principals["AWS"] is { } named)
                principals["AWS"] = named is JsonArray list ? new JsonArray([.. list.Select(one => (JsonNode)map(one!.GetValue<string>()))]) : map(named.GetValue<string>());
            if (document["Statement"] is JsonObject)
                document["Statement"] = statement!.DeepClone();
        }

        return document.ToJsonString();
    }
}

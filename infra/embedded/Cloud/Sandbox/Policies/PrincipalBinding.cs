using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ServerlessDrives.Embedded.Cloud.Sandbox.Iam;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Policies;

/// <summary>
/// AWS keeps the unique ids of the users and roles that a trust, bucket or key policy names, not their ARNs: one that is deleted and made
/// again is another, and the policy then shows the dead id. Source: "AWS JSON policy elements: Principal" in the IAM user guide.
/// </summary>
internal static class PrincipalBinding
{
    // Policies are shown to people: an apostrophe stays one.
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Bare accounts become their root's ARN, as AWS shows them from then on.</summary>
    public static string Bind(string policy, IamState state) => Map(policy, name =>
        state.TryGetIdentity(name, out var identity) ? identity.Id
        : name.Length == 12 && name.All(char.IsAsciiDigit) ? $"arn:aws:iam::{name}:root"
        : name);

    public static string Unbind(string policy, IamState state) =>
        Map(policy, id => (state.UserById(id) as Identity ?? state.RoleById(id))?.Arn ?? id);

    /// <summary>The text stays as it is, spaces and all, when nothing in it changes.</summary>
    private static string Map(string policy, Func<string, string> map)
    {
        var document = JsonNode.Parse(policy)!.AsObject();
        var changed = false;
        foreach (var statement in (document["Statement"] as JsonArray)?.ToArray() ?? [document["Statement"]])
        {
            foreach (var element in (ReadOnlySpan<string>)["Principal", "NotPrincipal"])
            {
                if (statement?[element] is not JsonObject principals || principals["AWS"] is not { } named) continue;
                var names = named is JsonArray list ? list.Select(one => one!.GetValue<string>()).ToArray() : [named.GetValue<string>()];
                var mapped = names.Select(map).ToArray();
                if (names.SequenceEqual(mapped)) continue;
                changed = true;
                principals["AWS"] = named is JsonArray ? new JsonArray([.. mapped.Select(one => (JsonNode)one)]) : mapped[0];
            }
        }

        return changed ? document.ToJsonString(Readable) : policy;
    }
}

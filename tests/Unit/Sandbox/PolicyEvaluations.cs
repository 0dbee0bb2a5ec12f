using System.Text.Json;
using System.Text.Json.Nodes;
using ServerlessDrives.Embedded.Cloud.Sandbox.Policies;
using ServerlessDrives.Embedded.Cloud.Sandbox.Wire;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Unit.Sandbox;

/// <summary>The table in <c>evaluations.json</c>: documents and requests with the verdicts of AWS's documentation.</summary>
public sealed class PolicyEvaluations
{
    private const string Account = "444455556666";
    private static readonly DateTimeOffset Now = new(2026, 1, 31, 12, 30, 0, TimeSpan.Zero);
    private static readonly RequestFacts Facts = new(Now, "us-east-1", Encrypted: true, "203.0.113.7", Account);
    private static readonly Dictionary<string, (JsonObject Group, JsonObject Case)> Table = Read();

    public static TheoryData<string> Names => [.. Table.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_verdict_is_that_of_the_documentation(string name)
    {
        var (group, one) = Table[name];
        var caller = CallerOf(Of("who", group, one)!.GetValue<string>());
        var version = Of("version", group, one)?.GetValue<string>() ?? PolicyDocument.CurrentVersion;
        var sets = new Dictionary<string, JsonArray>();
        foreach (var kind in (ReadOnlySpan<string>)["identity", "resource", "session", "boundary"])
            sets[kind] = Of(kind, group, one)?.DeepClone().AsArray() ?? [];
        if (Of("statement", group, one)?.DeepClone() is JsonObject statement)
        {
            foreach (var (element, value) in one.Where(field => char.IsUpper(field.Key[0])))
                statement[element] = value!.DeepClone();
            sets[Of("in", group, one)!.GetValue<string>()].Add(statement);
        }

        var keys = GlobalKeys.Of(caller, Facts, [KeyValuePair.Create("team", "claims")]);
        foreach (var (key, value) in Of("keys", group, one)?.AsObject() ?? [])
        {
            if (value is null) keys.Remove(key);
            else keys[key] = value is JsonArray many ? [.. many.Select(v => v!.GetValue<string>())] : [value.GetValue<string>()];
        }

        var request = new AccessRequest(
            Of("do", group, one)?.GetValue<string>() ?? "s3:GetObject",
            Of("on", group, one)?.GetValue<string>() ?? "arn:aws:s3:::acme/a",
            Account,
            null,
            new Dictionary<string, IReadOnlyList<string>>())
        {
            ResourcePolicyMustAdmit = Of("admit", group, one)?.GetValue<bool>() ?? false,
        };
        var verdict = PolicyEvaluator.Decide(
            request,
            caller,
            new PolicySets(
                Documents(sets["identity"], version),
                Documents(sets["resource"], version).FirstOrDefault(),
                Documents(sets["session"], version),
                Documents(sets["boundary"], version).FirstOrDefault()),
            new RequestKeys(keys));

        var expected = Of("says", group, one)!.GetValue<string>();
        var why = $"{group["rule"]} ({group["source"]}) {verdict.Reason}";
        verdict.Allowed.ShouldBe(expected == "allowed", why);
        if (expected != "allowed") verdict.Reason.ShouldContain(expected, Case.Sensitive, why);
    }

    [Fact]
    public void The_table_is_large_enough_and_says_its_sources()
    {
        Table.Count.ShouldBeGreaterThanOrEqualTo(150);
        Table.Values.ShouldAllBe(row =>
            row.Group["rule"]!.GetValue<string>().Length > 20 && row.Group["source"]!.GetValue<string>().Length > 5);
    }

    private static JsonNode? Of(string field, JsonObject group, JsonObject one) => one.ContainsKey(field) ? one[field] : group[field];

    private static List<PolicyDocument> Documents(JsonArray statements, string version) =>
        statements.Count == 0
            ? []
            : [PolicyParser.Parse(new JsonObject { ["Version"] = version, ["Statement"] = statements }.ToJsonString())];

    private static Caller? CallerOf(string who) => who switch
    {
        "user" => new UserCaller(Account, $"arn:aws:iam::{Account}:user/team/alice", "AIDAALICE", "alice"),
        "session" => Session(Account, "app/drive", "drive", "AROADRIVE", "drv1"),
        "root" => new RootCaller(Account),
        "otherUser" => new UserCaller("111122223333", "arn:aws:iam::111122223333:user/bob", "AIDABOB", "bob"),
        "otherSession" => Session("111122223333", "worker", "worker", "AROAWORKER", "w1"),
        "otherRoot" => new RootCaller("111122223333"),
        "federated" => new FederatedCaller(Account, $"arn:aws:iam::{Account}:oidc-provider/issuer.example", "app-1"),
        "anonymous" => null,
        _ => throw new InvalidDataException(who),
    };

    private static RoleSessionCaller Session(string account, string path, string name, string id, string session) =>
        new(
            account,
            $"arn:aws:sts::{account}:assumed-role/{name}/{session}",
            $"{id}:{session}",
            $"arn:aws:iam::{account}:role/{path}",
            id,
            name,
            session,
            [],
            Now.AddMinutes(-30));

    private static Dictionary<string, (JsonObject, JsonObject)> Read()
    {
        using var file = File.OpenRead(Path.Combine(Repository.Folder, "tests", "Unit", "Sandbox", "evaluations.json"));
        var groups = JsonNode
            .Parse(file, documentOptions: new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip })!
            .AsArray();
        var table = new Dictionary<string, (JsonObject, JsonObject)>();
        foreach (var group in groups.Select((group, index) => (Group: group!.AsObject(), index)))
        {
            foreach (var one in group.Group["cases"]!.AsArray().Select(one => one!.AsObject()))
                table.Add($"{group.index + 1}. {one["name"]!.GetValue<string>()}", (group.Group, one));
        }

        return table;
    }
}

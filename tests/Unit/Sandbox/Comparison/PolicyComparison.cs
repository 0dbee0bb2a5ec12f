using System.Text.Json.Nodes;
using ServerlessDrives.Embedded.Cloud.Sandbox.Policies;
using ServerlessDrives.Embedded.Cloud.Sandbox.Wire;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Unit.Sandbox.Comparison;

/// <summary>
/// Random documents and requests with the verdicts of an independent evaluator, as <c>compare.mjs</c> makes them: those in
/// <c>cases.jsonl</c>, or any number more in the file that <c>POLICY_CASES</c> names. Where the two differ, AWS's documentation says who is
/// right: see <c>README.md</c> beside this file.
/// </summary>
public sealed class PolicyComparison
{
    private const string Account = "444455556666";
    private static readonly DateTimeOffset Issued = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Verdicts_are_those_of_an_independent_evaluator_or_the_documentations()
    {
        var file =
            Environment.GetEnvironmentVariable("POLICY_CASES")
            ?? Path.Combine(Repository.Folder, "tests", "Unit", "Sandbox", "Comparison", "cases.jsonl");
        var (count, differences) = (0, new List<string>());
        foreach (var line in File.ReadLines(file))
        {
            count++;
            var one = JsonNode.Parse(line)!.AsObject();
            if (Decide(one) != one["allowed"]!.GetValue<bool>() && KnownDifferences.Explanation(one) is null) differences.Add(line);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{count} documents and requests, {differences.Count} unexplained differences");
        if (differences.Count > 0) File.WriteAllLines(Path.Combine(Path.GetTempPath(), "policy-differences.jsonl"), differences);
        differences.ShouldBeEmpty();
        count.ShouldBeGreaterThanOrEqualTo(100);
    }

    private static bool Decide(JsonObject one)
    {
        var caller = CallerOf(one["who"]!.GetValue<string>());
        var keys = one["keys"]!
            .AsObject()
            .ToDictionary(
                pair => pair.Key,
                pair =>
                    (IReadOnlyList<string>)(
                        pair.Value is JsonArray many
                            ? [.. many.Select(value => value!.GetValue<string>())]
                            : [pair.Value!.GetValue<string>()]),
                StringComparer.OrdinalIgnoreCase);
        var request = new AccessRequest(
            one["action"]!.GetValue<string>(),
            one["resource"]!.GetValue<string>(),
            Account,
            null,
            new Dictionary<string, IReadOnlyList<string>>());
        var sets = new PolicySets(
            [.. one["identity"]!.AsArray().Select(policy => PolicyParser.Parse(policy!.ToJsonString()))],
            Document(one["policy"]),
            Document(one["session"]) is { } session ? [session] : [],
            Document(one["boundary"]));
        return PolicyEvaluator.Decide(request, caller, sets, new RequestKeys(keys)).Allowed;
    }

    private static PolicyDocument? Document(JsonNode? policy) => policy is null ? null : PolicyParser.Parse(policy.ToJsonString());

    private static Caller? CallerOf(string who) => who switch
    {
        "user" => new UserCaller(Account, $"arn:aws:iam::{Account}:user/alice", "AIDAALICE", "alice"),
        "session" => Session(Account, "drive", "AROADRIVE", "drv1"),
        "otherUser" => new UserCaller("111122223333", "arn:aws:iam::111122223333:user/bob", "AIDABOB", "bob"),
        "otherSession" => Session("111122223333", "worker", "AROAWORKER", "w1"),
        "anonymous" => null,
        _ => throw new InvalidDataException(who),
    };

    private static RoleSessionCaller Session(string account, string name, string id, string session) =>
        new(
            account,
            $"arn:aws:sts::{account}:assumed-role/{name}/{session}",
            $"{id}:{session}",
            $"arn:aws:iam::{account}:role/{name}",
            id,
            name,
            session,
            [],
            Issued);
}

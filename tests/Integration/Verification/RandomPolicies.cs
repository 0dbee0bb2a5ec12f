using System.Text.Json.Nodes;
using CsCheck;
using ServerlessDrives.Access.Policies;
using ServerlessDrives.Embedded.Cloud.Sandbox;
using ServerlessDrives.Embedded.Cloud.Sandbox.Policies;
using ServerlessDrives.Embedded.Cloud.Sandbox.Wire;
using ServerlessDrives.Tests.Shared;
using ServerlessDrives.Verification;
using ServerlessDrives.Verification.Reports;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Verification;

/// <summary>
/// Random policies of users, roles and buckets: what the report says of each permission is what the policy evaluator says of it.
/// <c>SERVERLESSDRIVES_CASES</c> sets how many.
/// </summary>
public sealed class RandomPolicies : IAsyncLifetime
{
    private const string Path = "claims/inbox";

    private static readonly string[] OnBucket = ["s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:GetBucketLocation"];

    private static readonly string[] OnObjects =
    [
        "s3:PutObject",
        "s3:PutObject",
        "s3:GetObject",
        "s3:GetObjectVersion",
        "s3:DeleteObject",
        "s3:DeleteObjectVersion",
        "s3:GetObjectAcl",
        "s3:PutObjectAcl",
        "s3:ListMultipartUploadParts",
        "s3:AbortMultipartUpload",
        "s3:Get*",
        "s3:*Object",
        "s3:*Multipart*",
        "s3:*Version",
    ];

    /// <summary>What follows the bucket in the resource.</summary>
    private static readonly string[] Below =
    [
        "/*",
        $"/{Path}/*",
        $"/{Path}/*",
        $"/{Path}/.serverless-drives/*",
        $"/{Path}/*-parts",
        $"/{Path}_other/*",
        $"/{Path}*",
        "/claims/i?box/*",
    ];

    private static readonly string[] Prefixes = [$"{Path}/", $"{Path}/*", "claims/*", "loans/*"];

    private static readonly Gen<JsonObject> OfBucket = Gen.Select(
        Gen.Int[0, 3],
        Some(OnBucket),
        Gen.Int[0, 2],
        Some(Prefixes),
        (effect, actions, condition, prefixes) =>
            Statement(effect > 0, condition == 0 ? ["s3:ListBucket"] : actions, [""], condition == 0 ? prefixes : null));

    private static readonly Gen<JsonObject> OfObjects = Gen.Select(
        Gen.Int[0, 3],
        Some(OnObjects),
        Some(Below),
        (effect, actions, resources) => Statement(effect > 0, actions, resources, null));

    private static readonly Gen<JsonObject[]> Statements = Gen.Select(
        OfBucket.Array[0, 2],
        OfObjects.Array[0, 4],
        (bucket, objects) => bucket.Concat(objects).ToArray());

    private static readonly Gen<Setup> Setups = Gen.Select(
        Gen.Bool,
        Gen.Bool,
        Gen.Int[0, 2],
        Statements,
        Gen.Int[0, 2],
        Statements,
        (byRole, abroad, all, identity, bucketAll, bucket) => new Setup(byRole, abroad, all > 0, identity, abroad && bucketAll > 0, bucket)
    );

    private SandboxedVerification _verification = null!;

    public async ValueTask InitializeAsync() =>
        _verification = await SandboxedVerification.StartAsync(propagationWait: TimeSpan.Zero, callTimeout: TimeSpan.FromSeconds(30));

    public ValueTask DisposeAsync() => _verification.DisposeAsync();

    [Fact]
    public Task Each_permission_gets_the_verdict_of_the_policies() =>
        Setups.SampleAsync(
            ProveAsync,
            iter: int.TryParse(Environment.GetEnvironmentVariable("SERVERLESSDRIVES_CASES"), out var cases) ? cases : 30,
            threads: 2,
            print: one => one.ToString());

    private async Task ProveAsync(Setup one)
    {
        var bucket = $"proof-{Guid.NewGuid():n}";
        // Access control lists of another account's objects would add a third side; they are off there.
        await _verification.Administrator.CreateBucketAsync(bucket, versioned: true, withAcls: !one.Abroad);
        var access = SandboxedVerification.Access(bucket, Path);
        var account = one.Abroad ? Seed.OurAccount : Seed.CustomerAccount;
        var identity = Document(bucket, one.Identity, one.AllGranted ? RolePolicy.For(access).ToJson() : null, principal: null);
        VerificationSubject subject;
        Caller caller;
        List<string> session = [];
        if (one.ByRole)
        {
            (subject, var role) = _verification.ByRole(access, account, identity);
            session.Add(SessionPolicy.For(access)[0]);
            caller = new RoleSessionCaller(
                account,
                $"arn:aws:sts::{account}:assumed-role/{role.Name}/{access.Seed}",
                $"{role.Id}:{access.Seed}",
                role.Arn,
                role.Id,
                role.Name,
                access.Seed,
                session,
                DateTimeOffset.UtcNow);
        }
        else
        {
            (subject, var user) = await _verification.ByKeyAsync(access, account, identity);
            caller = new UserCaller(account, user.Arn, user.Id, user.Name);
        }

        var principal = caller is RoleSessionCaller assumed ? assumed.RoleArn : caller.Arn;
        var policy =
            one.Bucket.Length == 0 && !one.BucketAdmits
                ? null
                : Document(bucket, one.Bucket, one.BucketAdmits ? RolePolicy.For(access).ToJson() : null, principal);
        if (policy is not null)
            await _verification.Administrator.PutBucketPolicyAsync(bucket, JsonNode.Parse(policy)!);

        var id = VerificationId.New(TimeProvider.System);
        var report = await _verification.VerifyAsync(id, subject, TestContext.Current.CancellationToken);
        var sides = new PolicySets(
            [PolicyParser.Parse(identity)],
            policy is null ? null : PolicyParser.Parse(policy),
            [.. session.Select(PolicyParser.Parse)]);
        new Judge(report, access, id, caller, sides, one.Abroad).ShouldAgree();

        var left = await _verification.Administrator.EverythingAsync(bucket, "");
        var nothingLeft = report.Checks[^1];
        nothingLeft.Status.ShouldBe(left.Count == 0 ? CheckStatus.Passed : CheckStatus.Failed, nothingLeft.ToString());
        left.ShouldAllBe(
            item => nothingLeft.Explanation!.Contains(item.Key) && (item.Version == null || nothingLeft.Explanation.Contains(item.Version)),
            nothingLeft.ToString());
    }

    private static Gen<string[]> Some(string[] all) =>
        Gen.Int[0, all.Length - 1].Array[1, 4].Select(chosen => chosen.Distinct().Select(index => all[index]).ToArray());

    private static JsonObject Statement(bool allows, string[] actions, string[] resources, string[]? prefixes)
    {
        var statement = new JsonObject
        {
            ["Effect"] = allows ? "Allow" : "Deny",
            ["Action"] = Array(actions.Distinct()),
            ["Resource"] = Array(resources),
        };
        if (prefixes is not null)
            statement["Condition"] = new JsonObject { ["StringLike"] = new JsonObject { ["s3:prefix"] = Array(prefixes) } };
        return statement;
    }

    /// <summary>The statements on this bucket, after those that grant everything if there are any.</summary>
    private static string Document(string bucket, JsonObject[] statements, JsonObject? granting, string? principal)
    {
        var all = new JsonArray();
        foreach (var statement in granting?["Statement"]!.AsArray() ?? [])
            all.Add(statement!.DeepClone());
        foreach (var statement in statements)
        {
            var named = statement.DeepClone();
            named["Resource"] = Array(
                statement["Resource"]!.AsArray().Select(below => $"arn:aws:s3:::{bucket}{below!.GetValue<string>()}"));
            all.Add(named);
        }

        // A policy has at least one statement; this one speaks of nothing that is used.
        if (all.Count == 0)
            all.Add(new JsonObject { ["Effect"] = "Deny", ["Action"] = "s3:GetObjectTorrent", ["Resource"] = $"arn:aws:s3:::{bucket}/*" });
        foreach (var statement in all)
        {
            if (principal is not null)
                statement!["Principal"] = new JsonObject { ["AWS"] = principal };
        }

        return new JsonObject { ["Version"] = "2012-10-17", ["Statement"] = all }.ToJsonString();
    }

    private static JsonArray Array(IEnumerable<string> texts) => new([.. texts.Select(text => JsonValue.Create(text))]);

    /// <param name="Abroad">Whether the bucket is another account's, so that both sides have to allow.</param>
    internal sealed record Setup(bool ByRole, bool Abroad, bool AllGranted, JsonObject[] Identity, bool BucketAdmits, JsonObject[] Bucket)
    {
        public override string ToString() =>
            $"{(ByRole ? "role" : "user")}{(Abroad ? " of another account" : "")}{(AllGranted ? ", all granted" : "")}"
            + $"{(BucketAdmits ? ", admitted" : "")}\nidentity: {string.Join("\n  ", Identity.Select(s => s.ToJsonString()))}"
            + $"\nbucket: {string.Join("\n  ", Bucket.Select(s => s.ToJsonString()))}";
    }

    private sealed class Judge(
        VerificationReport report,
        BucketAccess access,
        VerificationId id,
        Caller caller,
        PolicySets sides,
        bool abroad)
    {
        private readonly string _object = $"{access.BucketArn}/{Path}/.serverless-drives/verification-{id}";

        public void ShouldAgree()
        {
            var written = Says("object-writable", "s3:PutObject", _object);
            Says("objects-listable", "s3:ListBucket", access.BucketArn, ("s3:prefix", $"{Path}/"), ("s3:max-keys", "2"));
            Says("multipart-usable", "s3:ListBucketMultipartUploads", access.BucketArn);
            var begun = Says("multipart-usable", "s3:PutObject", _object + "-parts");
            SaysIf(written, "object-readable", "s3:GetObject", _object);
            SaysIf(written, "version-readable", "s3:GetObjectVersion", _object);
            SaysIf(written, "version-deletable", "s3:DeleteObjectVersion", _object);
            SaysIf(written, "acl-readable", "s3:GetObjectAcl", _object);
            SaysIf(written, "acl-writable", "s3:PutObjectAcl", _object);
            SaysIf(written, "object-deletable", "s3:DeleteObject", _object);
            SaysIf(begun, "multipart-usable", "s3:ListMultipartUploadParts", _object + "-parts");
            SaysIf(begun, "multipart-usable", "s3:AbortMultipartUpload", _object + "-parts");
            report.Passed.ShouldBe(report.Checks.All(check => check.Status is CheckStatus.Passed or CheckStatus.NotApplicable));
        }

        private void SaysIf(bool possible, string name, string permission, string resource)
        {
            if (possible)
                Says(name, permission, resource);
            else
                Of(name, permission).Status.ShouldBe(CheckStatus.Skipped, name);
        }

        private bool Says(string name, string permission, string resource, params (string Key, string Value)[] further)
        {
            var check = Of(name, permission);
            var keys = GlobalKeys.Of(
                caller,
                new RequestFacts(DateTimeOffset.UtcNow, "us-east-1", Encrypted: false, "127.0.0.1", Seed.CustomerAccount));
            foreach (var (key, value) in further)
                keys[key] = [value];
            var request = new AccessRequest(
                permission,
                resource,
                Seed.CustomerAccount,
                ResourcePolicy: null,
                new Dictionary<string, IReadOnlyList<string>>());
            var verdict = PolicyEvaluator.Decide(request, caller, sides, new RequestKeys(keys));
            // Access control lists are off in the bucket of another account.
            if (abroad && verdict.Allowed && permission == "s3:PutObjectAcl")
            {
                check.Status.ShouldBe(CheckStatus.NotApplicable, check.ToString());
                return true;
            }

            check.Status.ShouldBe(verdict.Allowed ? CheckStatus.Passed : CheckStatus.Failed, $"{check}\n{verdict}");
            if (verdict.Allowed)
                return true;
            check.AwsErrorCode.ShouldBe("AccessDenied");
            check.Explanation!.ShouldContain(permission);
            check.Explanation!.ShouldContain(Words(verdict.Reason), Case.Insensitive, verdict.Reason);
            check.Fix.ShouldNotBeNullOrWhiteSpace();
            return false;
        }

        /// <summary>How the report says which kind of policy refused.</summary>
        private static string Words(string reason) => reason switch
        {
            _ when reason.Contains("no identity-based", StringComparison.Ordinal) => "no policy of the",
            _ when reason.Contains("deny in an identity-based", StringComparison.Ordinal) => "explicitly denies",
            _ when reason.Contains("no resource-based", StringComparison.Ordinal) => "doesn't admit",
            _ when reason.Contains("deny in a resource-based", StringComparison.Ordinal) => "explicitly denies",
            _ when reason.Contains("session", StringComparison.Ordinal) => "session",
            _ => throw new InvalidOperationException(reason),
        };

        private ServerlessDrives.Verification.Reports.Check Of(string name, string permission) =>
            report.Checks.Single(check => check.Name == name && check.Permission == permission);
    }
}

using ServerlessDrives.Access;
using ServerlessDrives.Access.Policies;
using ServerlessDrives.Embedded.Cloud.Sandbox;
using ServerlessDrives.Tests.Shared;
using ServerlessDrives.Verification;
using ServerlessDrives.Verification.Reports;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Verification;

/// <summary>
/// What a verification comes to when AWS fails at any one of its calls: a verdict that says what to do, and nothing left in the bucket that
/// the report doesn't name. Without the SDK's own tries again, so that nothing is hidden from ours. <c>SERVERLESSDRIVES_THOROUGH=1</c>
/// tries every kind of fault at every call.
/// </summary>
public sealed class FaultyBuckets(FaultyBuckets.Clouds clouds) : IClassFixture<FaultyBuckets.Clouds>
{
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(2);

    private static readonly FailNext[] Kinds =
    [
        new() { Code = "InternalError" },
        new() { Code = "InternalError", AfterEffect = true },
        new() { Code = "AccessDenied" },
        new() { Code = "SlowDown" },
        new() { Code = FailNext.ConnectionReset },
        new() { Code = FailNext.AnswerLost },
        new() { Code = FailNext.Late, LatencyMs = 3000 },
    ];

    private static readonly FailNext KeyDisabled = new() { Code = "KMS.DisabledException" };

    private static bool IsThorough => Environment.GetEnvironmentVariable("SERVERLESSDRIVES_THOROUGH") == "1";

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public Task One_fault_at_any_call_changes_no_verdict_and_leaves_nothing_behind(bool byRole, bool withKey) =>
        EverywhereAsync(
            byRole,
            withKey,
            withKey ? [.. Kinds, KeyDisabled] : Kinds,
            number => call => call.Number == number,
            outcome =>
            {
                outcome.Report.Passed.ShouldBeTrue(outcome.ToString());
                outcome.ShouldBeClear();
                // The id of a delete marker goes with the answer that names it, and no listing that a drive may ask for shows it.
                if (!outcome.Calls.Any(call => call is { Action: "DeleteObject", Fault: not null }))
                    outcome.Left.ShouldBeEmpty(outcome.ToString());
            });

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public Task An_operation_that_stays_broken_fails_its_checks_and_what_it_leaves_is_named(bool byRole, bool withKey) =>
        EverywhereAsync(
            byRole,
            withKey,
            withKey ? [Kinds[5], KeyDisabled] : [Kinds[1], Kinds[2], Kinds[5]],
            FromOnAllOfItsAction,
            outcome => outcome.ShouldBeClear());

    [Fact]
    public Task A_key_that_is_disabled_halfway_is_named_as_what_to_enable() =>
        clouds.EachAsync(
            ["PutObject", "GetObject", "UploadPart"],
            async (cloud, action) =>
            {
                var outcome = await cloud.VerifyAsync(byRole: true, withKey: true, call => call.Action == action ? KeyDisabled : null);
                outcome.ShouldBeClear();
                outcome.Report.Passed.ShouldBeFalse(outcome.ToString());
                var failed = outcome.Report.Checks.Where(check => check.Status is CheckStatus.Failed).ToList();
                failed.ShouldAllBe(check => check.AwsErrorCode == KeyDisabled.Code && check.Fix!.Contains("key", StringComparison.Ordinal));
            });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task When_all_of_aws_goes_away_at_any_call_the_report_says_so_and_names_what_may_be_left(bool byRole) =>
        EverywhereAsync(
            byRole,
            withKey: byRole,
            [Kinds[1], Kinds[2], new() { Code = FailNext.ConnectionRefused }],
            number => call => call.Number >= number,
            outcome =>
            {
                outcome.ShouldBeClear();
                // Only the last looks at what is gone already can be done without.
                if (
                    outcome.Calls.Any(call =>
                        call is { Fault: not null, Action: not ("HeadObject" or "ListMultipartUploads" or "ListObjectsV2") }))
                    outcome.Report.Passed.ShouldBeFalse(outcome.ToString());
            });

    [Fact]
    public Task A_verification_in_a_storm_still_ends_with_a_clear_verdict() =>
        clouds.EachAsync(
            Enumerable.Range(1, IsThorough ? 400 : 24),
            async (cloud, seed) =>
            {
                var outcome = await cloud.VerifyAsync(
                    seed % 2 == 0,
                    withKey: seed % 3 == 0,
                    call => new Random((seed * 7919) + (int)call.Number).Next(4) == 0 ? Kinds[(seed + (int)call.Number) % 6] : null);
                outcome.ShouldBeClear();
            });

    [Fact]
    public Task When_aws_goes_silent_at_any_call_the_verdict_comes_when_the_time_for_it_is_up() =>
        Task.WhenAll(
            ((int[])[1, 7, 12, 18, 24])
                .Select(number => GoesSilentAsync(byRole: true, number))
                .Concat(((int[])[1, 4, 9, 14, 20]).Select(number => GoesSilentAsync(byRole: false, number))));

    private static async Task GoesSilentAsync(bool byRole, int from)
    {
        // Without a bound, a single call would be waited for longer than this test may take.
        FailNext silence = new() { Code = FailNext.Late, LatencyMs = (int)TimeSpan.FromHours(1).TotalMilliseconds };
        await using var cloud = await Cloud.StartAsync(
            await SandboxedVerification.StartAsync(
                TimeSpan.FromSeconds(0.4),
                callTimeout: TimeSpan.FromMinutes(2),
                retries: 2,
                budget: TimeSpan.FromSeconds(2)));
        var outcome = await cloud
            .VerifyAsync(byRole, withKey: byRole, call => call.Number >= from ? silence : null)
            .WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        outcome.ShouldBeClear();
        outcome.Report.Passed.ShouldBeFalse(outcome.ToString());
        outcome.Report.Checks.ShouldContain(check => check.Status == CheckStatus.Failed, outcome.ToString());
    }

    private Task EverywhereAsync(
        bool byRole,
        bool withKey,
        FailNext[] kinds,
        Func<int, Func<SeenCall, bool>> isDue,
        Action<Outcome> judge
    ) =>
        clouds.EachAsync(
            // The first call is number one; the last are those of the sweep, of which a fault may make more.
            from number in Enumerable.Range(1, byRole ? 30 : 26)
            from kind in kinds.Index()
            where IsThorough || (number + kind.Index) % (withKey ? 7 : 4) == 0
            select (number, kind.Item),
            async (cloud, due) =>
            {
                var hits = isDue(due.number);
                judge(
                    await cloud.VerifyAsync(
                        byRole,
                        withKey,
                        call => hits(call) && (due.Item != KeyDisabled || UsesTheKey(call)) ? due.Item : null));
            });

    private static bool UsesTheKey(SeenCall call) =>
        call.Action is "PutObject" or "GetObject" or "CreateMultipartUpload" or "UploadPart" or "CompleteMultipartUpload";

    /// <summary>Calls that come at the same time have no order: which action the call of this number has, is seen when it comes.</summary>
    private static Func<SeenCall, bool> FromOnAllOfItsAction(int number)
    {
        string? action = null;
        return call => call.Action == (call.Number == number ? action = call.Action : action);
    }

    /// <summary>What a verification said, and what was in the bucket afterwards.</summary>
    internal sealed record Outcome(VerificationReport Report, List<(string Key, string? Version)> Left, IReadOnlyList<SeenCall> Calls)
    {
        public void ShouldBeClear()
        {
            Report.CompletedAt.ShouldNotBeNull();
            foreach (var check in Report.Checks)
            {
                if (check.Status is not CheckStatus.Passed)
                    check.Explanation.ShouldNotBeNullOrWhiteSpace($"{check.Name}: {this}");
                if (check.Status is CheckStatus.Failed)
                    check.Fix.ShouldNotBeNullOrWhiteSpace($"{check.Name}: {this}");
            }

            Report.Passed.ShouldBe(Report.Checks.All(check => check.Status is CheckStatus.Passed or CheckStatus.NotApplicable), ToString());
            var named = Report.Checks[^1];
            named.Name.ShouldBe("nothing-left-behind");
            if (Left.Count == 0)
                return;
            if (named.Status is not CheckStatus.Failed)
                named.Explanation!.ShouldStartWith("Warning: AWS's answer to a delete was lost", Case.Sensitive, ToString());
            foreach (var (key, version) in Left)
            {
                named.Explanation!.ShouldContain(key, Case.Sensitive, ToString());
                if (!named.Explanation!.Contains("perhaps", StringComparison.Ordinal) && version is not (null or "null"))
                    named.Explanation.ShouldContain(version, Case.Sensitive, ToString());
            }
        }

        public override string ToString() =>
            $"""

                {string.Join('\n', Report.Checks.Select(Line))}
                left: {string.Join(", ", Left)}
                {string.Join('\n', Calls.Select(call => $"{call.Number} {call.Service} {call.Action} {call.Status} {call.Fault}"))}
                """;

        private static string Line(Check check) =>
            $"{check.Status,-13} {check.Name} {check.Permission} {check.AwsErrorCode} "
            + (check.Status is CheckStatus.Passed ? "" : check.Explanation);
    }

    /// <summary>
    /// Several sandboxes, so that verifications with faults of their own run side by side; each has a bucket with versions and access
    /// control lists.
    /// </summary>
    public sealed class Clouds : IAsyncLifetime
    {
        private const int AtOnce = 6;
        private readonly List<Cloud> _clouds = [];

        public async ValueTask InitializeAsync() =>
            _clouds.AddRange(await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Cloud.StartAsync())));

        internal async Task EachAsync<T>(IEnumerable<T> cases, Func<Cloud, T, Task> run)
        {
            var waiting = new System.Collections.Concurrent.ConcurrentQueue<T>(cases);
            await Task.WhenAll(_clouds.Select(async cloud =>
            {
                while (waiting.TryDequeue(out var next))
                    await run(cloud, next);
            }));
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var cloud in _clouds)
                await cloud.DisposeAsync();
        }
    }

    internal sealed class Cloud : IAsyncDisposable
    {
        private const string Bucket = "acme-proof";
        private readonly SandboxedVerification _verification;
        private readonly Dictionary<(bool ByRole, bool WithKey), VerificationSubject> _subjects = [];

        private Cloud(SandboxedVerification verification) => _verification = verification;

        public static async Task<Cloud> StartAsync() =>
            await StartAsync(await SandboxedVerification.StartAsync(propagationWait: TimeSpan.FromSeconds(0.4), CallTimeout, retries: 0));

        public static async Task<Cloud> StartAsync(SandboxedVerification verification)
        {
            await verification.Administrator.CreateBucketAsync(Bucket, versioned: true, withAcls: true);
            var cloud = new Cloud(verification);
            await cloud.AddSubjectsAsync(withKey: false);
            await cloud.AddSubjectsAsync(withKey: true);
            return cloud;
        }

        public async Task<Outcome> VerifyAsync(bool byRole, bool withKey, Func<SeenCall, FailNext?> fault)
        {
            var id = VerificationId.New(TimeProvider.System);
            _verification.Faults.Clear();
            _verification.Faults.OnCall = fault;
            var report = await _verification.VerifyAsync(id, _subjects[(byRole, withKey)], TestContext.Current.CancellationToken);
            var calls = _verification.Faults.Calls;
            _verification.Faults.Clear();
            return new Outcome(
                report,
                await _verification.Administrator.EverythingAsync(Bucket, $"claims/inbox/.serverless-drives/verification-{id}"),
                calls);
        }

        public ValueTask DisposeAsync() => _verification.DisposeAsync();

        private async Task AddSubjectsAsync(bool withKey)
        {
            Encryption encryption = Encryption.Nothing;
            if (withKey)
                encryption = new Encryption.SseKms(
                    KmsKeyArn.Parse(_verification.Administrator.KmsKeyArn).TryGet(out var key, out var problem)
                        ? key
                        : throw new FormatException(problem.Message));
            var access = SandboxedVerification.Access(Bucket, "claims/inbox", encryption);
            var policy = RolePolicy.For(access).ToString();
            _subjects[(false, withKey)] = (await _verification.ByKeyAsync(access, Seed.CustomerAccount, policy)).Subject with
            {
                ExpectedOwner = null,
            };
            _subjects[(true, withKey)] = _verification.ByRole(access, Seed.CustomerAccount, policy).Subject;
        }
    }
}

using System.Diagnostics;
using Amazon.S3.Model;
using ServerlessDrives.Access;
using ServerlessDrives.Access.Policies;
using ServerlessDrives.Embedded.Cloud.Sandbox;
using ServerlessDrives.Tests.Benchmarks.Measuring;
using ServerlessDrives.Tests.Shared;
using ServerlessDrives.Verification;
using ServerlessDrives.Verification.Reports;

namespace ServerlessDrives.Tests.Benchmarks.Verification;

/// <summary>How many round trips to AWS one after the other a verification takes.</summary>
public sealed class VerificationBenchmark : LoadBenchmark
{
    private const int LatencyMs = 50;
    private const string Bucket = "acme-bench";

    public override string Name => "verification";

    public override string Subject =>
        $"A verification of all checks, from start to verdict, with {LatencyMs} ms added to every AWS call, in round trips of one such " +
        "call by the SDK in the same run; the bucket has versions and access control lists, and encrypts with a KMS key.";

    public override async Task RunAsync(Results results, bool quick)
    {
        ArgumentNullException.ThrowIfNull(results);
        var rounds = quick ? 3 : 40;
        await using var verification = await SandboxedVerification.StartAsync(
            propagationWait: TimeSpan.FromSeconds(60),
            callTimeout: TimeSpan.FromSeconds(10));
        await verification.Administrator.CreateBucketAsync(Bucket, versioned: true, withAcls: true);
        if (!KmsKeyArn.Parse(verification.Administrator.KmsKeyArn).TryGet(out var key, out var problem))
            throw new FormatException(problem.Message);
        var access = SandboxedVerification.Access(Bucket, "claims/inbox", new Encryption.SseKms(key));
        var policy = RolePolicy.For(access).ToString();
        await MeasureAsync(
            results,
            verification,
            "access key",
            (await verification.ByKeyAsync(access, Seed.CustomerAccount, policy)).Subject with
            {
                ExpectedOwner = null,
            },
            rounds);
        await MeasureAsync(results, verification, "IAM role", verification.ByRole(access, Seed.CustomerAccount, policy).Subject, rounds);
    }

    private static async Task MeasureAsync(
        Results results,
        SandboxedVerification verification,
        string who,
        VerificationSubject subject,
        int rounds)
    {
        using var s3 = verification.Administrator.S3();
        var (ours, trips) = (new List<TimeSpan>(), new List<TimeSpan>());
        var calls = 0L;
        for (var round = -2; round < rounds; round++)
        {
            verification.Faults.Clear();
            verification.Faults.Apply(new FaultWish(LatencyMs: LatencyMs));
            var watch = Stopwatch.StartNew();
            var report = await verification.VerifyAsync(VerificationId.New(TimeProvider.System), subject, CancellationToken.None);
            var took = watch.Elapsed;
            calls = verification.Faults.CallCount;
            if (!report.Passed)
                throw new InvalidOperationException(
                    string.Join(
                        ' ',
                        report
                            .Checks.Where(check => check.Status is CheckStatus.Failed or CheckStatus.Skipped)
                            .Select(check => $"{check.Name}: {check.Explanation}")));
            watch.Restart();
            await s3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = Bucket, MaxKeys = 1 });
            // The first ones warm up and don't count.
            if (round < 0)
                continue;
            trips.Add(watch.Elapsed);
            ours.Add(took);
        }

        var (median, slow) = (new Percentiles(ours).At(50), new Percentiles(ours).At(95));
        results.Ratio($"{who}, median", median, new Percentiles(trips).At(50), "one call by the SDK", "ms", "at most 10");
        results.Figure($"{who}, round trips of {LatencyMs} ms in the median", median / LatencyMs, "round trips", "at most 10");
        results.Figure($"{who}, round trips of {LatencyMs} ms in the 95th percentile", slow / LatencyMs, "round trips", "at most 10");
        results.Figure($"{who}, calls to AWS in all", calls, "calls");
    }
}

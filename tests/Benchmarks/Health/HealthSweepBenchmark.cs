using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Amazon.Runtime;
using Amazon.S3;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Microsoft.Extensions.DependencyInjection;
using ServerlessDrives.Access;
using ServerlessDrives.Adapters.Aws.Probing;
using ServerlessDrives.Adapters.Tables;
using ServerlessDrives.Drives;
using ServerlessDrives.Health;
using ServerlessDrives.Tests.Benchmarks.Measuring;
using ServerlessDrives.Tests.Shared;

namespace ServerlessDrives.Tests.Benchmarks.Health;

/// <summary>One sweep over many drives: timer's orchestrations, storage, vault and S3 included.</summary>
public sealed class HealthSweepBenchmark : LoadBenchmark
{
    private const int Shards = 16;
    private const int AtOnce = 16;
    private const int Repetitions = 15;

    /// <summary>
    /// Until the runtime has compiled what is measured for good, which for what runs once in a sweep takes sweeps, and for a look looks: a
    /// sweep comes every 15 seconds for weeks.
    /// </summary>
    private const int WarmUpSweeps = 100;
    private const int WarmUpLooks = 30_000;

    private static readonly HealthSchedule Turns = new(TimeSpan.FromMinutes(10));

    /// <summary>
    /// In how many the highest live memory is looked for, so that it is looked at about as often however many drives there are.
    /// </summary>
    private const int WatchedLooks = 40_000;

    /// <summary>
    /// Of more drives than this only the memory is measured: Azurite looks at all rows of a table for each page of it, which Table Storage
    /// doesn't.
    /// </summary>
    private const int MostCompared = 10_000;

    private const double MiB = 1024 * 1024;

    private readonly Counting _storage = new();

    public override string Name => "health-sweep";

    public override string Subject =>
        $"One health sweep over drives with an access key each, all well, by its orchestrations, in {SweepDrives.Lanes} lanes with " +
        $"{AtOnce} looks at once in each; against bare ListObjectsV2 calls of one SDK client at the same parallelism, each with its " +
        "drive's own credentials.";

    public override async Task RunAsync(Results results, bool quick)
    {
        ArgumentNullException.ThrowIfNull(results);
        var warm = 0;
        foreach (var count in quick ? [200] : new[] { 1_000, 10_000, 20_000 })
        {
            await using var app = await StartAsync();
            var looks = await SeedAsync(app, count);
            var credentials = new CredentialsOfDrives(app);
            using var s3 = BareClient(app, credentials);
            Task<TimeSpan> Sweep() => SweepAsync(app, looks.Count);
            Task<TimeSpan> Bare() => BareAsync(s3, credentials, looks);
            for (var sweeps = quick ? 1 : Math.Max(WarmUpSweeps - warm, WarmUpLooks / count); sweeps > 0; sweeps--, warm++)
            {
                await Sweep();
                await Bare();
            }

            if (count <= MostCompared)
                await CompareAsync(results, count, Sweep, Bare);
            var times = quick ? 1 : WatchedLooks / count;
            results.Figure(
                $"{count:N0} drives: highest live memory above the start during a sweep",
                await LiveAsync(Sweep, times),
                "MiB",
                "flat");
            results.Figure($"{count:N0} drives: the same of the bare calls", await LiveAsync(Bare, times), "MiB");
        }

        results.Note(
            "Live memory is what a full collection, made every 100 ms of some more sweeps, leaves at most: a sweep holds up to two " +
            "pages of 320 drives for each lane, however many there are. Garbage waits until the runtime's first generation is full, " +
            "whoever makes it."
        );
        results.Note(
            "Processor time depends less on what else the machine does than time does. Storage, which Azurite plays here on the same " +
            "cores, is elsewhere in Azure."
        );
        results.Note(
            "A sweep covers a round from its beginning to its end, as nearly all sweeps lie within one; one that goes on into the next " +
            "round reads a page more of each shard."
        );
        results.Note(
            "Warm: credentials were fetched by the sweep before, as they are in eleven sweeps of twelve. App, sandbox and measured " +
            "client share this machine's cores."
        );
    }

    private async Task CompareAsync(Results results, int count, Func<Task<TimeSpan>> sweep, Func<Task<TimeSpan>> callBare)
    {
        var (ours, bare, requests, growth, peaks, barePeaks) = (
            new List<double>(),
            new List<double>(),
            new List<double>(),
            new List<double>(),
            new List<double>(),
            new List<double>());
        var (work, bareWork) = (new List<double>(), new List<double>());
        for (var round = 0; round < Repetitions; round++)
        {
            var (taken, worked, peak) = await PeakAsync(callBare, live: false);
            bare.Add(taken.TotalMilliseconds / count);
            bareWork.Add(worked.TotalMilliseconds / count);
            barePeaks.Add(peak);
            var (before, counted) = (GC.GetTotalMemory(forceFullCollection: true), _storage.Requests);
            (taken, worked, peak) = await PeakAsync(sweep, live: false);
            ours.Add(taken.TotalMilliseconds / count);
            work.Add(worked.TotalMilliseconds / count);
            peaks.Add(peak);
            requests.Add((_storage.Requests - counted) / (double)count);
            growth.Add((GC.GetTotalMemory(forceFullCollection: true) - before) / MiB);
        }

        results.Ratio(
            $"{count:N0} drives: time for each drive",
            Percentiles.Median(ours),
            Percentiles.Median(bare),
            "bare ListObjectsV2",
            "ms",
            "at most 1.3");
        results.Ratio(
            $"{count:N0} drives: processor time for each drive, Azurite's left out",
            Percentiles.Median(work),
            Percentiles.Median(bareWork),
            "bare ListObjectsV2",
            "ms",
            "");
        results.Figure($"{count:N0} drives", 1e3 / Percentiles.Median(ours), "drives/s");
        results.Figure(
            $"{count:N0} drives: storage transactions for each drive, all timers included",
            Percentiles.Median(requests),
            "",
            "at most 3");
        results.Figure($"{count:N0} drives: managed memory kept after a sweep", Percentiles.Median(growth), "MiB", "flat");
        results.Figure($"{count:N0} drives: highest managed memory above the start, garbage included", Percentiles.Median(peaks), "MiB");
        results.Figure($"{count:N0} drives: the same of the bare calls, garbage included", Percentiles.Median(barePeaks), "MiB");
    }

    private async Task<InProcessApp> StartAsync() => await InProcessApp.StartAsync(
        new() { ["ServerlessDrives:Health:Every"] = $"{Turns.Every}", ["ServerlessDrives:Health:AtOnce"] = $"{AtOnce}" },
        replace: services =>
        {
            var tables = Of<TableServiceClient>(services);
            services.AddSingleton(provider => _storage.Client(tables(provider)));
            services.AddSingleton<IHealthProbe>(provider => new CountingProbe(ActivatorUtilities.CreateInstance<S3HealthProbe>(provider)));
        });

    /// <summary>How the embedded cloud makes this part.</summary>
    private static Func<IServiceProvider, T> Of<T>(IServiceCollection services)
        where T : class
    {
        var make = services.Last(part => part.ServiceType == typeof(T)).ImplementationFactory!;
        return provider => (T)make(provider);
    }

    /// <summary>Drives like one that was connected by the wizard, each with a secret of its own, looked at before.</summary>
    private static async Task<IReadOnlyList<Drive>> SeedAsync(InProcessApp app, int count)
    {
        using var ada = await app.SignInAsync("ada");
        var administrator = app.Administrator();
        using var started = await ada.PostAsJsonAsync("/api/connections", new
        {
            displayName = "seed",
            audience = new { type = "organization" },
            authentication = new { method = "accessKey" },
            configuration = new
            {
                accessKeyId = administrator.DriveUser.Id,
                secretAccessKey = administrator.DriveUser.Secret,
                bucket = "acme-documents",
                region = "us-east-1",
                path = "sweep",
                encryption = new { type = "none" },
            },
        });
        started.EnsureSuccessStatusCode();
        var connection = (await started.Content.ReadFromJsonAsync<JsonNode>())!["id"]!.GetValue<string>();
        string? driveId = null;
        for (var waited = Stopwatch.StartNew(); driveId is null; await Task.Delay(100))
        {
            driveId = (await ada.GetFromJsonAsync<JsonNode>($"/api/connections/{connection}"))!["driveId"]?.GetValue<string>();
            if (waited.Elapsed > TimeSpan.FromMinutes(2))
                throw new TimeoutException("The first drive was not connected.");
        }

        var organization = OrganizationId.Of((await ada.GetFromJsonAsync<JsonNode>("/api/me"))!["organization"]!["id"]!.GetValue<string>());
        var template = (await app.Services.GetRequiredService<IDrives>().FindAsync(organization, DriveId.Of(driveId), default))!.Value;
        var (secrets, rounds) = (app.Services.GetRequiredService<ISecrets>(), app.Services.GetRequiredService<IHealthSchedules>());
        var key = (DriveAuthentication.AccessKey)template.Authentication;
        var drives = new Drive[count - 1];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, drives.Length),
            new ParallelOptions { MaxDegreeOfParallelism = 16 },
            async (i, cancellation) =>
            {
                var name = SecretName.New();
                var version = await secrets.StoreAsync(name, new Secret(administrator.DriveUser.Secret), cancellation);
                drives[i] = template with
                {
                    Id = DriveId.New(TimeProvider.System),
                    Authentication = new DriveAuthentication.AccessKey(key.AccessKeyId, name, version!),
                };
                var now = TimeProvider.System.GetUtcNow();
                await rounds.EnrollAsync(drives[i], now, cancellation);
                await rounds.RememberAsync(
                    drives[i],
                    HealthMemory.None with
                    {
                        WriteProbedAt = now,
                    },
                    HealthStatus.Healthy,
                    now,
                    cancellation);
            });
        var table = app.Services.GetRequiredService<TableServiceClient>().GetTableClient(OrganizationTable.Name);
        foreach (var batch in drives.Chunk(100))
        {
            await table.SubmitTransactionAsync(batch.Select(drive =>
            {
                var row = DriveRow.Of(drive);
                row.PartitionKey = organization.Value;
                return new TableTransactionAction(TableTransactionActionType.Add, row);
            }));
        }

        return [template, .. drives];
    }

    private static async Task<double> LiveAsync(Func<Task<TimeSpan>> act, int times)
    {
        var highest = 0d;
        for (var time = 0; time < times; time++)
            highest = Math.Max(highest, (await PeakAsync(act, live: true)).Peak);
        return highest;
    }

    /// <summary>
    /// How long something takes, how much processor time this process takes for it, and how many MiB of managed memory there are meanwhile
    /// more than before.
    /// </summary>
    /// <param name="live">Whether garbage is collected before each look, which takes its time.</param>
    private static async Task<(TimeSpan Taken, TimeSpan Worked, double Peak)> PeakAsync(Func<Task<TimeSpan>> act, bool live)
    {
        var before = Left();
        var peak = before;
        using var sampling = new PeriodicTimer(TimeSpan.FromMilliseconds(live ? 100 : 50));
        var worked = Environment.CpuUsage.TotalTime;
        var acting = act();
        while (!acting.IsCompleted)
        {
            await Task.WhenAny(acting, sampling.WaitForNextTickAsync().AsTask());
            peak = Math.Max(peak, live ? Left() : GC.GetTotalMemory(forceFullCollection: false));
        }

        var taken = await acting;
        return (taken, Environment.CpuUsage.TotalTime - worked, (peak - before) / MiB);
    }

    /// <summary>
    /// What a full collection leaves, in bytes, as it counts itself while everything stands still: a moment later there is garbage again.
    /// </summary>
    private static long Left()
    {
        GC.Collect();
        var left = GC.GetGCMemoryInfo(GCKind.FullBlocking);
        return left.HeapSizeBytes - left.FragmentedBytes;
    }

    /// <summary>A round is due from its beginning to its end; until all of it has been looked at.</summary>
    private static async Task<TimeSpan> SweepAsync(InProcessApp app, int count)
    {
        var (rounds, durable) = (app.Services.GetRequiredService<IHealthSchedules>(), app.Durable);
        // The app's own timer would be first with a part of it.
        while (TimeProvider.System.GetUtcNow().Second % 15 is 14 or 0)
            await Task.Delay(100);
        var began = Turns.StartOf(TimeProvider.System.GetUtcNow());
        for (var lane = 0; lane < SweepDrives.Lanes; lane++)
        {
            while (await durable.GetInstanceAsync(SweepDrives.InstanceOf(lane)) is { IsCompleted: false })
                await Task.Delay(10);
        }

        await rounds.AdvanceAsync(
            Enumerable.Range(0, Shards).ToDictionary(shard => shard, _ => new SweepPosition(began, began, After: "0000")),
            default);

        var all = ((CountingProbe)app.Services.GetRequiredService<IHealthProbe>()).Expect(count);
        var watch = Stopwatch.StartNew();
        var shards = Enumerable.Range(0, Shards).Select(shard => new ShardTurn(shard, began + Turns.Every - TimeSpan.FromTicks(1)));
        await Task.WhenAll(
            shards
                .GroupBy(turn => SweepDrives.LaneOf(turn.Shard))
                .Select(lane => SweepDrives.BeginAsync(durable, lane.Key, new([.. lane]), default)));
        await all.WaitAsync(TimeSpan.FromMinutes(20));
        return watch.Elapsed;
    }

    private static AmazonS3Client BareClient(InProcessApp app, AWSCredentials credentials) =>
        new(
            credentials,
            new AmazonS3Config
            {
                ServiceURL = app.Administrator().Endpoint.AbsoluteUri,
                AuthenticationRegion = "us-east-1",
                ForcePathStyle = true,
            });

    private static async Task<TimeSpan> BareAsync(AmazonS3Client s3, CredentialsOfDrives credentials, IReadOnlyList<Drive> drives)
    {
        var watch = Stopwatch.StartNew();
        await Parallel.ForEachAsync(
            drives,
            new ParallelOptions { MaxDegreeOfParallelism = SweepDrives.Lanes * AtOnce },
            async (drive, cancellation) =>
            {
                credentials.Enter(drive.Id);
                await s3.ListObjectsV2Async(
                    new()
                    {
                        BucketName = drive.Bucket.Value,
                        Prefix = drive.Path.Prefix,
                        MaxKeys = 1,
                        ExpectedBucketOwner = drive.BucketOwner?.Value,
                    },
                    cancellation);
            });
        return watch.Elapsed;
    }

    /// <summary>
    /// Each drive has credentials of its own, as in the sweep, and the SDK takes them from its client: so that it needn't be one client for
    /// each.
    /// </summary>
    private sealed class CredentialsOfDrives(InProcessApp app) : AWSCredentials
    {
        private readonly ConcurrentDictionary<DriveId, AWSCredentials> _known = new();
        private readonly AsyncLocal<AWSCredentials> _present = new();
        private readonly AwsAdministrator _administrator = app.Administrator();

        public void Enter(DriveId drive) =>
            _present.Value = _known.GetOrAdd(
                drive,
                static (_, user) => new BasicAWSCredentials(user.Id, user.Secret),
                _administrator.DriveUser);

        public override ImmutableCredentials GetCredentials() => _present.Value!.GetCredentials();

        public override Task<ImmutableCredentials> GetCredentialsAsync() => _present.Value!.GetCredentialsAsync();
    }

    /// <summary>The real probe, with its looks counted as they end.</summary>
    private sealed class CountingProbe(IHealthProbe probe) : IHealthProbe
    {
        private TaskCompletionSource _all = new();
        private int _left;

        /// <summary>Ends when so many more looks have ended.</summary>
        public Task Expect(int looks)
        {
            Volatile.Write(ref _left, looks);
            return (_all = new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }

        public async Task<HealthOutcome> LookAsync(LookTarget target, CancellationToken cancellation)
        {
            var outcome = await probe.LookAsync(target, cancellation);
            if (outcome is not HealthOutcome.Reachable)
                throw new InvalidOperationException($"The look came to {outcome}.");
            if (Interlocked.Decrement(ref _left) == 0)
                _all.TrySetResult();
            return outcome;
        }

        public Task<HealthOutcome> WriteAsync(Drive drive, CancellationToken cancellation) => probe.WriteAsync(drive, cancellation);
    }

    /// <summary>Counts the requests to Table Storage.</summary>
    private sealed class Counting : HttpPipelineSynchronousPolicy
    {
        private long _requests;

        public long Requests => Interlocked.Read(ref _requests);

        public TableServiceClient Client(TableServiceClient like)
        {
            var options = new TableClientOptions();
            options.AddPolicy(this, HttpPipelinePosition.PerRetry);
            // The well-known key of the storage emulators; it opens nothing else.
            return new(
                like.Uri,
                new TableSharedKeyCredential(
                    "devstoreaccount1",
                    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="),
                options);
        }

        public override void OnSendingRequest(HttpMessage message) => Interlocked.Increment(ref _requests);
    }
}

using System.Globalization;
using System.Net;
using System.Text;
using ServerlessDrives.Tests.Benchmarks.Measuring;
using ServerlessDrives.Tests.Shared;

namespace ServerlessDrives.Tests.Benchmarks.Costs;

/// <summary>What the product asks of Azure and AWS for everything that it does, and what that comes to in a month.</summary>
public sealed class AzureCostBenchmark : LoadBenchmark
{
    private const double MonthSeconds = 30 * 24 * 3600;
    private const double Gigabytes = 2;
    private const double ChecksOfAMonth = MonthSeconds / 300;

    /// <summary>What people do with a drive in a month, beside its health checks.</summary>
    private const double ReadsOfADrive = 1_000;
    private const double WritesOfADrive = 200;

    /// <summary>The account's limit of requests a second, and a lane's looks at once; S3 answers a list within 50 ms.</summary>
    private const double AccountRequests = 20_000;
    private const double LooksAtOnce = 128;
    private const double LookSeconds = 0.05;

    /// <summary>Queues that host.json has: eight of control and one of work, where the local host has four and one.</summary>
    private const double QueuesOfHostJson = 9d / 5;

    private static readonly string[] Columns =
    [
        "executions", "turns and activities", "table requests", "queue requests", "blob requests", "vault calls", "AWS calls",
    ];

    private static readonly int[] Fleets = [100, 1_000, 10_000];

    public override string Name => "azure-costs";

    public override string Subject =>
        "Executions, storage requests, vault calls and AWS calls for a connection, a health check and a file, counted where they leave " +
        "the started app, with orchestrations on Azure Storage (Microsoft's provider) and elsewhere (as with the scheduler); and what " +
        $"they come to in a month at list prices ({Prices.Of}), with {ReadsOfADrive:N0} reads and {WritesOfADrive:N0} writes of small " +
        "files for each drive, and a tenth of the drives connected anew.";

    public override async Task RunAsync(Results results, bool quick)
    {
        ArgumentNullException.ThrowIfNull(results);
        AppContext.SetSwitch("Azure.Experimental.EnableActivitySource", isEnabled: true);
        var table = new StringBuilder().Append("| counted | ").AppendJoin(" | ", Columns).AppendLine(" |");
        table.Append('|').Append(string.Concat(Enumerable.Repeat("---|", Columns.Length + 1))).AppendLine();
        var onStorage = await CountAsync("AzureStorage", "Azure Storage", table, quick);
        var elsewhere = await CountAsync("Sqlite", "elsewhere", table, quick);
        results.Note(table.ToString().TrimEnd());
        foreach (var drives in Fleets)
        {
            var (storage, scheduler) = (onStorage.MonthOf(drives), elsewhere.MonthOf(drives));
            results.Figure($"{drives:N0} drives on Azure Storage: a month", storage.Dollars, "$");
            results.Figure($"{drives:N0} drives on Azure Storage: of it for storage requests", storage.StorageDollars, "$");
            results.Figure($"{drives:N0} drives on the scheduler: a month without its actions", scheduler.Dollars, "$");
            results.Figure($"{drives:N0} drives on the scheduler: its actions in a month, at least", scheduler.Actions / 1e6, "million");
            results.Figure(
                $"{drives:N0} drives: price of a million actions below which the scheduler is cheaper",
                (storage.Dollars - scheduler.Dollars) / (scheduler.Actions / 1e6),
                "$");
            results.Figure(
                $"{drives:N0} drives: health checks' calls, paid by the buckets' owners",
                drives * ChecksOfAMonth * onStorage.CallsOfACheck / 1e3 * Prices.AwsCalls,
                "$");
            results.Figure(
                $"{drives:N0} drives on Azure Storage: requests to the account, of the {AccountRequests:N0} a second that it takes",
                storage.StorageRequests / MonthSeconds / AccountRequests * 100,
                "%");
        }

        results.Figure(
            "Drives that one instance checks in five minutes where S3 takes 50 ms for a look",
            LooksAtOnce / LookSeconds * 300,
            "drives");
        results.Note(
            "Flex Consumption is paid while anything of a group runs, at least a second at a time: requests, orchestrations and each " +
            $"timer are groups of their own, here with {Gigabytes} GB each and the free grants taken off. Requests are counted one after " +
            "the other; those that run at once share their seconds. Storage of data, logs (about 2.30 $ a GB), traffic, private " +
            "endpoints and always-ready instances come on top.");
        results.Note(
            "The price of the scheduler's actions isn't among the prices, since it could not be looked up when this was made: compare " +
            "yours with the price below which it is cheaper. Orchestrations elsewhere are on SQLite here, so that the requests that " +
            "remain are the app's own. The local host has four control queues where host.json has eight; in the month's sum they are " +
            "asked so much more often.");
        results.Note(
            "Turns and activities are messages that the scheduler dispatches. Where several events come in one turn it counts each of " +
            "them, so that its actions are a few more.");
    }

    private static async Task<Model> CountAsync(string provider, string name, StringBuilder table, bool quick)
    {
        using var counts = new WireCounts();
        await using var app = await InProcessApp.StartAsync(new()
        {
            ["Durable:Provider"] = provider,
            ["Durable:ExtendedSessions"] = "false",
            // Some drive is due at each turn of the sweep's timer, as in a fleet of hundreds.
            ["ServerlessDrives:Health:Every"] = "00:00:15",
            ["Verification:PropagationWait"] = "00:00:03",
        });
        counts.Know(app);
        using var ada = await app.SignInAsync("ada");
        var window = TimeSpan.FromSeconds(quick ? 20 : 60);
        async Task<int> Wait()
        {
            await Task.Delay(window);
            return 1;
        }

        // What starts with the app is over.
        await Task.Delay(TimeSpan.FromSeconds(quick ? 5 : 30));
        var idle = await MeasureAsync(counts, Wait, null);
        Tell(table, $"{name}, no drive: a minute", idle.Times(60 / window.TotalSeconds));
        var idleSecond = idle.Times(1 / window.TotalSeconds);

        var byKey = await MeasureAsync(counts, () => EachAsync(quick ? 2 : 10, _ => ByKeyAsync(app, ada)), idleSecond);
        Tell(table, $"{name}: a drive by access key, from the start to connected", byKey);
        var byRole = await MeasureAsync(counts, () => EachAsync(quick ? 1 : 5, _ => ByRoleAsync(app, ada)), idleSecond);
        Tell(table, $"{name}: a drive by role, from the start to connected", byRole);

        // The first looks at a drive do more than the others.
        await Task.Delay(window / 2);
        var checking = await MeasureAsync(counts, Wait, null);
        Tell(table, $"{name}, health checks all the time: a minute", checking.Times(60 / window.TotalSeconds));
        Tell(
            table,
            $"{name}: a health check, with its share of {checking.HealthChecks:N0} in that time",
            checking.Less(idle).Times(1 / checking.HealthChecks));

        var drive = (await WireCounts.UncountedAsync(() => ada.GetAsync("/api/drives", HttpStatusCode.OK)))["items"]![0]!.Text("id");
        var checkingSecond = checking.Times(1 / window.TotalSeconds);
        var files = quick ? 20 : 300;
        var write = await MeasureAsync(counts, () => EachAsync(files, i => WriteAsync(ada, drive, i)), checkingSecond);
        Tell(table, $"{name}: a small file written", write);
        var read = await MeasureAsync(counts, () => EachAsync(files, i => ReadAsync(ada, drive, i)), checkingSecond);
        Tell(table, $"{name}: a small file read", read);
        return new(checkingSecond, read, write, byKey, checking.AwsCalls / checking.HealthChecks);
    }

    /// <returns>For one of what was done, with what goes on without it taken off.</returns>
    private static async Task<Usage> MeasureAsync(WireCounts counts, Func<Task<int>> act, Usage? otherwiseASecond)
    {
        var before = counts.Now();
        var times = await act();
        // Orchestrations end after their answer.
        await Task.Delay(TimeSpan.FromSeconds(2));
        var after = counts.Now();
        var used = new Usage(
            Columns.Append("health checks").ToDictionary(what => what, what => (double)(after[what] - before[what])),
            counts.PaidSeconds(before.At, after.At));
        return (otherwiseASecond is null ? used : used.Less(otherwiseASecond.Times((after.At - before.At).TotalSeconds))).Times(1d / times);
    }

    private static async Task<int> EachAsync(int times, Func<int, Task> act)
    {
        for (var i = 0; i < times; i++)
        {
            var number = i;
            await WireCounts.UncountedAsync(async () =>
            {
                await act(number);
                return 0;
            });
        }

        return times;
    }

    private static void Tell(StringBuilder table, string what, Usage usage)
    {
        var figures = Columns.Select(column => usage[column].ToString("0.##", CultureInfo.InvariantCulture));
        var row = $"| {what} | {string.Join(" | ", figures)} |";
        table.AppendLine(row);
        Console.WriteLine(row);
    }

    private static async Task ByKeyAsync(InProcessApp app, HttpClient ada)
    {
        var key = app.Administrator().DriveUser;
        var connection = await ada.PostAsync(
            "/api/connections",
            Body("accessKey", new
            {
                accessKeyId = key.Id,
                secretAccessKey = key.Secret,
                bucket = "acme-documents",
                region = "us-east-1",
                path = "costs",
                allowOverlap = true,
                encryption = new { type = "none" },
            }),
            HttpStatusCode.Accepted);
        await ConnectedAsync(ada, connection.Text("id"));
    }

    private static async Task ByRoleAsync(InProcessApp app, HttpClient ada)
    {
        var (administrator, role) = (app.Administrator(), $"role-{Guid.NewGuid():N}"[..24]);
        var connection = await ada.PostAsync("/api/connections", Body("iamRole", null), HttpStatusCode.Accepted);
        var id = connection.Text("id");
        var arn = await administrator.CreateRoleAsync(role, connection["trustPolicy"]!);
        await ada.PostAsync($"/api/connections/{id}/confirmations/trust-policy", null, HttpStatusCode.Accepted);
        await ada.UntilAsync(id, "awaitingConfiguration");
        await ada.SendAsync(
            HttpMethod.Put,
            $"/api/connections/{id}/configuration",
            new
            {
                roleArn = arn,
                bucket = "acme-documents",
                region = "us-east-1",
                path = "costs",
                allowOverlap = true,
                encryption = new { type = "none" },
            },
            HttpStatusCode.Accepted);
        var offered = await ada.UntilAsync(id, "awaitingBucketPolicy");
        await administrator.PutRolePolicyAsync(role, offered["rolePolicy"]!);
        var present = await administrator.BucketPolicyAsync("acme-documents");
        await administrator.PutBucketPolicyAsync(
            "acme-documents",
            await ada.PostAsync($"/api/connections/{id}/merged-bucket-policy", present, HttpStatusCode.OK));
        await ada.PostAsync($"/api/connections/{id}/confirmations/bucket-policy", null, HttpStatusCode.Accepted);
        await ConnectedAsync(ada, id);
    }

    private static object Body(string method, object? configuration) => new
    {
        displayName = $"costs-{Guid.NewGuid():N}"[..24],
        audience = new { type = "organization" },
        authentication = new { method },
        configuration,
    };

    private static Task ConnectedAsync(HttpClient ada, string connection) => ada.UntilAsync(connection, "connected");

    private static Task WriteAsync(HttpClient ada, string drive, int number) =>
        ada.SendAsync(HttpMethod.Put, $"/api/drives/{drive}/files/costs-{number}.json", "\"content\"", HttpStatusCode.Created);

    private static Task ReadAsync(HttpClient ada, string drive, int number) =>
        ada.GetAsync($"/api/drives/{drive}/files/costs-{number}.json", HttpStatusCode.OK);

    /// <param name="PaidSeconds">Of executions, in Flex Consumption.</param>
    private sealed record Usage(IReadOnlyDictionary<string, double> Counts, double PaidSeconds)
    {
        public double this[string what] => Counts[what];

        public double AwsCalls => this["AWS calls"];

        public double HealthChecks => this["health checks"];

        public double StorageRequests => this["table requests"] + this["queue requests"] + this["blob requests"];

        public Usage Times(double factor) => new(Counts.ToDictionary(one => one.Key, one => one.Value * factor), PaidSeconds * factor);

        public Usage Polling(double queues) =>
            new(Counts.ToDictionary(one => one.Key, one => one.Key == "queue requests" ? one.Value * queues : one.Value), PaidSeconds);

        /// <summary>No count is below nothing, where the measure varies by more than what is measured.</summary>
        public Usage Less(Usage other) => new(
            Counts.ToDictionary(one => one.Key, one => Math.Max(0, one.Value - other[one.Key])),
            Math.Max(0, PaidSeconds - other.PaidSeconds));

        public Usage And(Usage other) =>
            new(Counts.ToDictionary(one => one.Key, one => one.Value + other[one.Key]), PaidSeconds + other.PaidSeconds);
    }

    /// <summary>
    /// The sweep's timers and orchestrations cost what they cost with few drives, as a page of storage holds 320 of them; what grows with
    /// the drives is what people do with them.
    /// </summary>
    private sealed record Model(Usage Second, Usage Read, Usage Write, Usage Connection, double CallsOfACheck)
    {
        public Month MonthOf(int drives)
        {
            // A tenth of the drives is connected anew each month.
            var all = Second.Polling(QueuesOfHostJson).Times(MonthSeconds)
                .And(Read.Times(drives * ReadsOfADrive))
                .And(Write.Times(drives * WritesOfADrive))
                .And(Connection.Times(drives / 10d));
            var storage = all["table requests"] / 1e4 * Prices.TableRequests
                + all["queue requests"] / 1e4 * Prices.QueueRequests
                + all["blob requests"] / 1e4 * Prices.BlobRequests;
            var functions = Math.Max(0, all["executions"] - Prices.FreeExecutions) / 1e6 * Prices.MillionExecutions
                + Math.Max(0, all.PaidSeconds * Gigabytes - Prices.FreeGigabyteSeconds) * Prices.GigabyteSecond;
            return new(
                functions + storage + all["vault calls"] / 1e4 * Prices.VaultCalls,
                storage,
                all.StorageRequests,
                all["turns and activities"]);
        }
    }

    private sealed record Month(double Dollars, double StorageDollars, double StorageRequests, double Actions);
}

using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using ServerlessDrives.Adapters.Tables;
using ServerlessDrives.Health;
using ServerlessDrives.Tests.Integration.Connecting;
using ServerlessDrives.Tests.Shared;
using ServerlessDrives.Usage;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Usage;

/// <summary>An app that checks no drive by itself and writes what it counted when the test says so, each write noted.</summary>
public sealed class UsageApp : IAsyncLifetime
{
    public InProcessApp App { get; private set; } = null!;

    public NotedWrites Records => (NotedWrites)App.Services.GetRequiredService<IUsageRecords>();

    public DriveUsage Usage => App.Services.GetRequiredService<DriveUsage>();

    public async ValueTask InitializeAsync() =>
        App = await InProcessApp.StartAsync(
            new()
            {
                ["Verification:PropagationWait"] = "00:00:00",
                ["ServerlessDrives:Usage:WriteEvery"] = "01:00:00",
                ["ServerlessDrives:Usage:RegionPrices:us-east-1:PerThousandWrites"] = "5",
            },
            byHand: [typeof(SweepDrives), typeof(SweepUsage)],
            replace: services =>
                services.AddSingleton<IUsageRecords>(provider => new NotedWrites(ActivatorUtilities.CreateInstance<TableUsage>(provider))));

    public ValueTask DisposeAsync() => App.DisposeAsync();

    public async Task<(HttpClient Mia, string Drive)> ConnectAsync()
    {
        var mia = await App.SignInAsync("mia");
        var connection = (await Connections.StartAsync(mia, "accessKey")).Text("id");
        var configuration = Connections.KeyConfiguration(App.Administrator(), Connections.Unique("path"));
        await mia.SendAsync(HttpMethod.Put, $"/api/connections/{connection}/configuration", configuration, HttpStatusCode.Accepted);
        return (mia, (await mia.UntilAsync(connection, "connected")).Text("driveId"));
    }

    /// <summary>Today's row of what the API answers.</summary>
    public static async Task<JsonNode> TodayAsync(HttpClient http, string drive) =>
        (await http.GetAsync($"/api/drives/{drive}/usage", HttpStatusCode.OK))["days"]!.AsArray()[^1]!;

    public static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}

/// <summary>The real records, with each write noted.</summary>
public sealed class NotedWrites(IUsageRecords records) : IUsageRecords
{
    private readonly List<UsageRecord> _written = [];

    public IReadOnlyList<UsageRecord> WrittenOf(string drive)
    {
        lock (_written)
            return [.. _written.Where(record => record.Drive.Value == drive)];
    }

    /// <summary>Has the next writes fail, so many.</summary>
    public int Failures { get; set; }

    public Task WriteAsync(UsageRecord record, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(record);
        lock (_written)
        {
            if (Failures-- > 0)
                throw new InvalidOperationException("The table can't be reached.");
            _written.Add(record);
        }

        return records.WriteAsync(record, cancellation);
    }

    public IAsyncEnumerable<UsageRecord> ReadAsync(
        OrganizationId organization,
        DriveId drive,
        DateOnly from,
        DateOnly to,
        CancellationToken cancellation
    ) => records.ReadAsync(organization, drive, from, to, cancellation);

    public Task ForgetAsync(OrganizationId organization, DriveId drive, CancellationToken cancellation) =>
        records.ForgetAsync(organization, drive, cancellation);

    public Task<int> DeleteBeforeAsync(DateOnly day, CancellationToken cancellation) => records.DeleteBeforeAsync(day, cancellation);
}

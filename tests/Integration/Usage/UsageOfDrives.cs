using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ServerlessDrives.Tests.Shared;
using ServerlessDrives.Usage;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Usage;

/// <summary>What is counted of a drive, held against what the sandbox was asked, and what is kept of it.</summary>
public sealed class UsageOfDrives(UsageApp running) : IClassFixture<UsageApp>
{
    private const int Size = 100_000;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_request_that_S3_gets_is_counted_by_its_kind_with_the_bytes_both_ways()
    {
        var (mia, drive) = await running.ConnectAsync();
        using var _ = mia;
        var before = await UsageApp.TodayAsync(mia, drive);
        await CallsAsync();
        var content = $"/api/drives/{drive}/content?path=a.bin";
        using (var stored = await mia.PutAsync(content, new ByteArrayContent(new byte[Size]), Cancellation))
            stored.StatusCode.ShouldBe(HttpStatusCode.Created);
        (await mia.GetByteArrayAsync(content, Cancellation)).Length.ShouldBe(Size);
        await mia.GetAsync($"/api/drives/{drive}/files", HttpStatusCode.OK);
        await mia.PostAsync($"/api/drives/{drive}/download-links", new { path = "a.bin" }, HttpStatusCode.Created);
        var upload = await mia.PostAsync($"/api/drives/{drive}/uploads", new { path = "b.bin", size = 3 }, HttpStatusCode.Created);
        await mia.SendAsync(HttpMethod.Delete, $"/api/drives/{drive}/uploads/{upload.Text("id")}", null, HttpStatusCode.NoContent);
        using (var failed = await mia.GetAsync($"/api/drives/{drive}/content?path=none.bin", Cancellation))
            failed.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await mia.DeleteAsync(content, Cancellation)).StatusCode.ShouldBe(HttpStatusCode.NoContent);

        var after = await UsageApp.TodayAsync(mia, drive);
        var calls = await CallsAsync();
        long Grown(string group, string field) => after[group]![field]!.GetValue<long>() - before[group]![field]!.GetValue<long>();
        int Called(params string[] actions) => calls.Count(actions.Contains);
        Grown("requests", "write").ShouldBe(Called("PutObject", "CreateMultipartUpload"), string.Join(", ", calls));
        Grown("requests", "list").ShouldBe(Called("ListObjectsV2", "ListParts", "ListMultipartUploads"), string.Join(", ", calls));
        Grown("requests", "read").ShouldBe(Called("GetObject", "HeadObject"), string.Join(", ", calls));
        Grown("requests", "delete").ShouldBe(Called("DeleteObject", "AbortMultipartUpload"), string.Join(", ", calls));
        calls.Count.ShouldBe((int)(Grown("in", "requests") + Grown("out", "requests")), string.Join(", ", calls));
        Grown("requests", "delete").ShouldBe(2);
        Grown("in", "bytes").ShouldBe(Size);
        // The file, and the documents of listings and errors.
        Grown("out", "bytes").ShouldBeInRange(Size + 100, Size + 10_000);
        Grown("links", "upload").ShouldBe(1);
        Grown("links", "download").ShouldBe(1);
    }

    [Fact]
    public async Task A_drive_in_use_is_written_once_at_each_time_and_what_several_instances_counted_is_added_up()
    {
        var (mia, drive) = await running.ConnectAsync();
        using var _ = mia;
        for (var i = 0; i < 30; i++)
            await mia.GetAsync($"/api/drives/{drive}/files", HttpStatusCode.OK);
        var lists = await ListsAsync(mia, drive);
        lists.ShouldBeGreaterThanOrEqualTo(30);

        // It can't be written, then it can, and then there is nothing to write.
        running.Records.Failures = int.MaxValue;
        (await running.Usage.FlushAsync(all: false, Cancellation)).ShouldNotBeNull();
        running.Records.Failures = 0;
        running.Records.WrittenOf(drive).ShouldBeEmpty();
        (await running.Usage.FlushAsync(all: false, Cancellation)).ShouldBeNull();
        (await running.Usage.FlushAsync(all: false, Cancellation)).ShouldBeNull();
        var written = running.Records.WrittenOf(drive).ShouldHaveSingleItem();
        written.Counts.Lists.ShouldBe(lists);
        (await ListsAsync(mia, drive)).ShouldBe(lists);

        // Another instance counts for itself; a third one that has just been started knows what both have written.
        await running.Records.WriteAsync(written with { Instance = "another", Counts = new() { Lists = 5, BytesOut = 7 } }, Cancellation);
        (await ListsAsync(mia, drive)).ShouldBe(lists + 5);
        var third = ActivatorUtilities.CreateInstance<DriveUsage>(
            running.App.Services,
            ActivatorUtilities.CreateInstance<DriveMeters>(running.App.Services));
        var known = await third.ReadAsync(written.Organization, written.Drive, written.Day, written.Day, Cancellation);
        known[written.Day].Lists.ShouldBe(lists + 5);

        // Health checks alone are no reason to write; the end of the process is.
        running.App.Services.GetRequiredService<DriveMeters>().EnterHealthCheck(written.Organization, written.Drive);
        running.App.Services.GetRequiredService<DriveMeters>().Present!.Ask(RequestKind.List);
        await running.Usage.FlushAsync(all: false, Cancellation);
        running.Records.WrittenOf(drive).Count.ShouldBe(2);
        await running.App.Services.GetServices<IHostedService>().OfType<FlushUsage>().Single().StoppedAsync(Cancellation);
        running.Records.WrittenOf(drive)[^1].Counts.Lists.ShouldBe(lists + 1);
    }

    [Fact]
    public async Task Ninety_days_are_kept_with_an_estimate_of_the_cost_and_nothing_once_the_drive_is_removed()
    {
        var (mia, drive) = await running.ConnectAsync();
        using var _ = mia;
        var organization = OrganizationId.Of((await mia.GetAsync("/api/me", HttpStatusCode.OK))["organization"]!.Text("id"));
        var today = running.Usage.Today;
        var (first, tooOld) = (today.AddDays(-89), today.AddDays(-90));
        UsageRecord Of(DateOnly day, UsageCounts counts) => new(organization, DriveId.Of(drive), day, "earlier", counts);
        var counts = new UsageCounts
        {
            Writes = 1_000,
            Lists = 1_000,
            Reads = 10_000,
            Deletes = 50,
            BytesIn = 1L << 40,
            BytesOut = 10L << 30,
        };
        await running.Records.WriteAsync(Of(first, counts), Cancellation);
        await running.Records.WriteAsync(Of(tooOld, counts), Cancellation);
        await running.Records.WriteAsync(Of(today.AddDays(-29), counts), Cancellation);

        var whole = await mia.GetAsync($"/api/drives/{drive}/usage?from={UsageApp.Text(tooOld.AddDays(-30))}", HttpStatusCode.OK);
        whole["days"]!.AsArray().Count.ShouldBe(90);
        whole.Text("from").ShouldBe(UsageApp.Text(first));
        whole["total"]!["requests"]!["delete"]!.GetValue<long>().ShouldBeGreaterThanOrEqualTo(100);
        var one = await mia.GetAsync(
            $"/api/drives/{drive}/usage?from={UsageApp.Text(first)}T10:00:00Z&to={UsageApp.Text(first)}",
            HttpStatusCode.OK);
        var day = one["days"]!.AsArray().ShouldHaveSingleItem()!;
        day["in"]!["requests"]!.GetValue<long>().ShouldBe(1_050);
        day["in"]!["bytes"]!.GetValue<long>().ShouldBe(1L << 40);
        day["out"]!["requests"]!.GetValue<long>().ShouldBe(11_000);
        // By the settings, 5 dollars for 1,000 writes or lists; by AWS's list, 0.0004 for 1,000 reads and 0.09 for a gigabyte.
        one["estimate"]!["requests"]!.GetValue<decimal>().ShouldBe(10.004m);
        one["estimate"]!["transfer"]!.GetValue<decimal>().ShouldBe(0.9m);
        one["estimate"]!["total"]!.GetValue<decimal>().ShouldBe(10.904m);
        (await mia.GetAsync($"/api/drives/{drive}/usage", HttpStatusCode.OK))["days"]!.AsArray().Count.ShouldBe(30);
        await mia.GetAsync($"/api/drives/{drive}/usage?from=yesterday", HttpStatusCode.UnprocessableEntity);
        await mia.GetAsync($"/api/drives/{drive}/usage?from=2026-02-02&to=2026-02-01", HttpStatusCode.UnprocessableEntity);
        using (var leo = await running.App.SignInAsync("leo"))
            await leo.GetAsync($"/api/drives/{drive}/usage", HttpStatusCode.NotFound);

        await running.App.FireAsync("SweepUsage");
        (await KeptAsync(tooOld)).ShouldBe(0);
        (await KeptAsync(first)).ShouldBe(1);

        var name = (await mia.GetAsync($"/api/drives/{drive}", HttpStatusCode.OK)).Text("displayName");
        await mia.SendAsync(HttpMethod.Delete, $"/api/drives/{drive}", new { confirmation = name }, HttpStatusCode.Accepted);
        for (var until = DateTime.UtcNow.AddSeconds(60); ; await Task.Delay(100, Cancellation))
        {
            using var gone = await mia.GetAsync(new Uri($"/api/drives/{drive}/usage", UriKind.Relative), Cancellation);
            if (gone.StatusCode is HttpStatusCode.NotFound)
                break;
            DateTime.UtcNow.ShouldBeLessThan(until);
        }

        (await KeptAsync(tooOld, today)).ShouldBe(0);
        await running.Usage.FlushAsync(all: true, Cancellation);
        (await KeptAsync(tooOld, today)).ShouldBe(0);

        ValueTask<int> KeptAsync(DateOnly from, DateOnly? to = null) =>
            running.Records.ReadAsync(organization, DriveId.Of(drive), from, to ?? from, Cancellation).CountAsync(Cancellation);
    }

    private static async Task<long> ListsAsync(HttpClient http, string drive) =>
        (await UsageApp.TodayAsync(http, drive))["requests"]!["list"]!.GetValue<long>();

    /// <summary>The actions that S3 was asked for since the last time.</summary>
    private async Task<IReadOnlyList<string>> CallsAsync()
    {
        using var anybody = running.App.Anonymous();
        var calls = (await anybody.GetAsync("/embedded/faults", HttpStatusCode.OK))["calls"]!.AsArray();
        (await anybody.DeleteAsync("/embedded/faults", Cancellation)).EnsureSuccessStatusCode();
        return [.. calls.Where(call => call!.Text("service") == "s3").Select(call => call!.Text("action"))];
    }
}

using System.Net;
using ServerlessDrives.Tests.Integration.Files;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Integrations;

public sealed class KilledWhileBackfilling
{
    private const int Files = 120;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_there_is_told_of_to_the_end_and_each_file_as_one_event()
    {
        using var receiver = new EventReceiver();
        await using var app = await EmbeddedApp.StartAsync(
            new()
            {
                ["ServerlessDrives__Webhooks__AllowPrivateTargets"] = "true",
                ["ServerlessDrives__Integrations__PollEvery"] = "00:00:01",
                ["Logging__LogLevel__Default"] = "Warning",
            });
        var drive = await TestDrive.ConnectAsync(app);
        using (var s3 = app.Administrator().S3())
        {
            await Parallel.ForAsync(
                0,
                Files,
                new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = Cancellation },
                async (number, token) =>
                    await s3.PutObjectAsync(
                        new() { BucketName = TestDrive.Bucket, Key = $"{drive.Path}/old/{number:D4}.bin", ContentBody = "old" },
                        token));
        }

        string integration;
        using (var ada = await app.SignInAsync("ada"))
        {
            var webhook = await ada.PostAsync(
                "/api/webhooks",
                new { url = receiver.Url, events = new[] { "file.arrived" } },
                HttpStatusCode.Created);
            integration = (
                await drive.Http.PostAsync(
                    "/api/integrations",
                    new
                    {
                        kind = "upstream",
                        driveId = drive.Id,
                        folder = "old",
                        pattern = "*.bin",
                        webhookId = webhook.Text("id"),
                        backfill = true,
                    },
                    HttpStatusCode.Created)
            ).Text("id");
        }

        // While pages are told of, and while the first are sent.
        await UntilAsync(() => receiver.Received.Count > 0);
        await app.KillAsync();
        await app.StartAgainAsync();
        await UntilAsync(() => receiver.Received.DistinctBy(received => received.Id).Count() >= Files);

        receiver
            .Received.DistinctBy(received => received.Id)
            .Select(received => received.Json["data"]!.Text("path"))
            .Order(StringComparer.Ordinal)
            .ShouldBe(Enumerable.Range(0, Files).Select(number => $"old/{number:D4}.bin"));
        using var mia = await app.SignInAsync("mia");
        var (deliveries, cursor) = (0, (string?)"");
        while (cursor is not null)
        {
            var next = cursor.Length == 0 ? "" : $"&cursor={cursor}";
            var page = await mia.GetAsync($"/api/integrations/{integration}/deliveries?limit=500{next}", HttpStatusCode.OK);
            (deliveries, cursor) = (deliveries + page["items"]!.AsArray().Count, page["nextCursor"]?.GetValue<string>());
        }

        deliveries.ShouldBe(Files);
        for (var until = DateTime.UtcNow.AddSeconds(90); ; await Task.Delay(100, Cancellation))
        {
            var backfill = await mia.GetAsync($"/api/integrations/{integration}/backfill", HttpStatusCode.OK);
            if (backfill.Text("status") == "completed")
                break;
            DateTime.UtcNow.ShouldBeLessThan(until, backfill.ToJsonString());
        }
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        for (var until = DateTime.UtcNow.AddMinutes(5); !holds(); await Task.Delay(50, Cancellation))
            DateTime.UtcNow.ShouldBeLessThan(until);
    }
}

using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace ServerlessDrives.Tests.Shared;

/// <summary>Files that come to a folder while the app is killed with -9 and started again, and what a receiver heard of them.</summary>
/// <param name="Paths">Of the files that S3 took, one version each.</param>
/// <param name="Received">Every request of the receiver, repetitions included.</param>
/// <param name="Deliveries">How many deliveries the integration lists.</param>
/// <param name="Duration">From the first file to the last event.</param>
public sealed record ArrivalsThroughKills(
    IReadOnlyList<string> Paths,
    IReadOnlyList<ReceivedEvent> Received,
    int Deliveries,
    TimeSpan Duration)
{
    private const string Bucket = "acme-documents";
    private const int AtOnce = 4;
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(20);

    /// <param name="files">How many come in all.</param>
    /// <param name="kills">How often the app is killed while they come; each time in the middle of sending.</param>
    public static async Task<ArrivalsThroughKills> RunAsync(int files, int kills)
    {
        using var receiver = new EventReceiver();
        await using var app = await EmbeddedApp.StartAsync(
            new()
            {
                ["ServerlessDrives__Webhooks__AllowPrivateTargets"] = "true",
                ["ServerlessDrives__Integrations__PollEvery"] = "00:00:01",
                ["Logging__LogLevel__Default"] = "Warning",
            });
        var (integration, names) = (
            await BeginAsync(app, receiver),
            Enumerable.Range(0, files).Select(number => $"{number:D6}.bin").ToList());
        var began = DateTime.UtcNow;
        var batches = names.Chunk((files + kills) / (kills + 1)).ToList();
        var (heard, expected) = (new Heard(receiver), 0);
        foreach (var (batch, last) in batches.Select((batch, at) => (batch, at == batches.Count - 1)))
        {
            var uploading = Parallel.ForEachAsync(
                batch,
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
                async (name, _) => await UploadAsync(app, name));
            if (!last)
            {
                await heard.UntilAsync(expected + (batch.Length / 10) + 1);
                await app.KillAsync();
                await app.StartAgainAsync();
            }

            await uploading;
            expected += batch.Length;
        }

        await heard.UntilAsync(expected);
        var duration = DateTime.UtcNow - began;
        using var ada = await app.SignInAsync("ada");
        var (deliveries, cursor) = (0, (string?)"");
        while (cursor is not null)
        {
            var page = await ada.GetAsync(
                $"/api/integrations/{integration}/deliveries?limit=500{(cursor.Length == 0 ? "" : $"&cursor={cursor}")}",
                HttpStatusCode.OK);
            (deliveries, cursor) = (deliveries + page["items"]!.AsArray().Count, page["nextCursor"]?.GetValue<string>());
        }

        return new(names, receiver.Received, deliveries, duration);
    }

    private static async Task<string> BeginAsync(EmbeddedApp app, EventReceiver receiver)
    {
        using var ada = await app.SignInAsync("ada");
        var (id, secret) = app.Administrator().DriveUser;
        var connection = await ada.PostAsync(
            "/api/connections",
            new
            {
                displayName = "Arrivals",
                audience = new { type = "organization" },
                authentication = new { method = "accessKey" },
                configuration = new
                {
                    accessKeyId = id,
                    secretAccessKey = secret,
                    bucket = Bucket,
                    region = "us-east-1",
                    path = "arriving",
                    encryption = new { type = "none" },
                },
            },
            HttpStatusCode.Accepted);
        var drive = (await ada.UntilAsync(connection.Text("id"), "connected")).Text("driveId");
        var webhook = await ada.PostAsync(
            "/api/webhooks",
            new { url = receiver.Url, events = new[] { "file.arrived" } },
            HttpStatusCode.Created);
        var integration = await ada.PostAsync(
            "/api/integrations",
            new
            {
                kind = "upstream",
                driveId = drive,
                folder = "in",
                pattern = "*.bin",
                webhookId = webhook.Text("id"),
            },
            HttpStatusCode.Created);
        return integration.Text("id");
    }

    /// <summary>Straight to S3, whose sandbox is killed with the app: tried until it is there, and never written twice.</summary>
    private static async Task UploadAsync(EmbeddedApp app, string name)
    {
        for (var until = DateTime.UtcNow + TimeLimit; ; await Task.Delay(100))
        {
            try
            {
                using var s3 = app.Administrator().S3();
                await s3.PutObjectAsync(
                    new PutObjectRequest
                    {
                        BucketName = Bucket,
                        Key = $"arriving/in/{name}",
                        ContentBody = name,
                        IfNoneMatch = "*",
                    });
                return;
            }
            catch (AmazonS3Exception refused) when (refused.StatusCode is HttpStatusCode.PreconditionFailed)
            {
                return;
            }
            catch (Exception down)
                when (down
                        is AmazonServiceException
                            or AmazonClientException
                            or HttpRequestException
                            or IOException
                            or OperationCanceledException
                    && DateTime.UtcNow < until)
            {
                // It is being started again.
            }
        }
    }

    private sealed class Heard(EventReceiver receiver)
    {
        public async Task UntilAsync(int different)
        {
            for (
                var until = DateTime.UtcNow + TimeLimit;
                receiver.Received.Select(received => received.Id).Distinct().Count() < different;
                await Task.Delay(200))
            {
                if (DateTime.UtcNow > until)
                    throw new TimeoutException(
                        $"Only {receiver.Received.Select(received => received.Id).Distinct().Count()} of {different} events came.");
            }
        }
    }
}

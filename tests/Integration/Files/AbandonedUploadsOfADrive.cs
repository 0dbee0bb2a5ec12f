using System.Net;
using Microsoft.Extensions.DependencyInjection;
using ServerlessDrives.Access;
using ServerlessDrives.Files.References;
using ServerlessDrives.Files.Uploads;
using ServerlessDrives.Tests.Integration.Connecting;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Files;

/// <summary>Uploads that nobody will complete cost the customer money unseen; the timer aborts them.</summary>
public sealed class AbandonedUploadsOfADrive
{
    private const int MiB = 1024 * 1024;

    [Fact]
    public async Task What_has_given_no_sign_of_life_is_aborted_and_nothing_else()
    {
        var clock = new MovableClock();
        await using var app = await InProcessApp.StartAsync(byHand: [typeof(SweepUploads)], clock: clock);
        Task SweepAsync() => app.FireAsync(nameof(SweepUploads));

        var (mia, administrator, folder) = (await app.SignInAsync("mia"), app.Administrator(), Connections.Unique("abandoned"));
        var connection = (await Connections.StartAsync(mia, "accessKey")).Text("id");
        await mia.SendAsync(
            HttpMethod.Put,
            $"/api/connections/{connection}/configuration",
            Connections.KeyConfiguration(administrator, folder),
            HttpStatusCode.Accepted);
        var root = $"/api/drives/{(await mia.UntilAsync(connection, "connected")).Text("driveId")}";
        Task<List<string>> KeysAsync() => administrator.KeysAsync(TestDrive.Bucket, $"{folder}/");

        // One by links, of which the first part arrives; one through us, whose sender falls silent; and one that is made use of in time.
        var linked = await mia.PostAsync($"{root}/uploads", new { path = "linked", size = 2 }, HttpStatusCode.Created);
        var inTime = await mia.PostAsync($"{root}/uploads", new { path = "in-time", size = 2 }, HttpStatusCode.Created);
        using (var s3 = new HttpClient())
        {
            foreach (var upload in new[] { linked, inTime })
                (await s3.PutAsync(upload["parts"]![0]!.Text("url"), new ByteArrayContent([1, 2]))).StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        var silence = new TaskCompletionSource();
        using var body = new WritingFiles.Chunked(TestDrive.Bytes(12 * MiB), stopAt: 11 * MiB, silence.Task);
        var streaming = mia.PutAsync($"{root}/files/streamed", body);
        string[] all = [$"upload:{folder}/in-time", $"upload:{folder}/linked", $"upload:{folder}/streamed"];
        await WritingFiles.UntilAsync(async () => (await KeysAsync()).Count == 3, "The upload through us begins.");

        await SweepAsync();
        (await KeysAsync()).Order().ShouldBe(all);

        // A stream gives a sign of life every five minutes; a link may be used for an hour.
        clock.Advance(TimeSpan.FromMinutes(16));
        await SweepAsync();
        (await KeysAsync()).Order().ShouldBe(all[..2]);
        silence.SetResult();
        using var answer = await streaming;
        answer.StatusCode.ShouldBe(HttpStatusCode.Conflict, await answer.Content.ReadAsStringAsync());
        (await TestDrive.JsonAsync(answer)).Text("code").ShouldBe("upload-aborted");
        await mia.PostAsync($"{root}/uploads/{inTime.Text("id")}/complete", new { }, HttpStatusCode.OK);

        clock.Advance(TimeSpan.FromMinutes(45));
        await SweepAsync();
        (await KeysAsync()).ShouldBe([$"{folder}/in-time"]);
        await mia.PostAsync($"{root}/uploads/{linked.Text("id")}/complete", new { }, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task One_whose_process_died_before_it_heard_S3s_name_for_it_is_found_by_the_note_of_its_beginning()
    {
        var (clock, cancellation) = (new MovableClock(), TestContext.Current.CancellationToken);
        await using var app = await InProcessApp.StartAsync(byHand: [typeof(SweepUploads)]);
        var (mia, administrator, folder) = (await app.SignInAsync("mia"), app.Administrator(), Connections.Unique("beginning"));
        var connection = (await Connections.StartAsync(mia, "accessKey")).Text("id");
        await mia.SendAsync(
            HttpMethod.Put,
            $"/api/connections/{connection}/configuration",
            Connections.KeyConfiguration(administrator, folder),
            HttpStatusCode.Accepted);
        var drive = DriveId.Of((await mia.UntilAsync(connection, "connected")).Text("driveId"));
        var organization = OrganizationId.Of((await mia.GetAsync("/api/me", HttpStatusCode.OK))["organization"]!.Text("id"));
        FilePath.Parse("lost").TryGet(out var lost, out _).ShouldBeTrue();
        var began = TimeProvider.System.GetUtcNow();
        using (var s3 = administrator.S3())
        {
            foreach (var key in new[] { "lost", "others" })
                await s3.InitiateMultipartUploadAsync(TestDrive.Bucket, $"{folder}/{key}", cancellation);
        }

        var (records, sweep) = (
            app.Services.GetRequiredService<IFileRecords>(),
            ActivatorUtilities.CreateInstance<AbandonedUploads>(app.Services, clock));
        await records.NoteAsync(
            new(organization, drive, lost!, "beginning-1", began + TimeSpan.FromMinutes(15)) { BeginningAt = began },
            cancellation);
        await sweep.SweepAsync(cancellation);
        (await administrator.KeysAsync(TestDrive.Bucket, $"{folder}/"))
            .Order()
            .ShouldBe([$"upload:{folder}/lost", $"upload:{folder}/others"]);
        clock.Advance(TimeSpan.FromMinutes(16));
        await sweep.SweepAsync(cancellation);
        (await administrator.KeysAsync(TestDrive.Bucket, $"{folder}/")).ShouldBe([$"upload:{folder}/others"]);
        (await records.UploadsAsync(organization, drive, cancellation)).ShouldBeEmpty();
    }
}

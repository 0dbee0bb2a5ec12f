using System.Net;
using ServerlessDrives.Tests.Integration.Connecting;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Files;

/// <summary>Bodies that are larger than an app takes: here one of 1 MiB behind a host of 2 MiB.</summary>
[Collection(ImpatientApp.Name)]
public sealed class LargestRequests(ImpatientApp impatient)
{
    private const int Most = 1024 * 1024;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_of_the_largest_size_is_written_and_one_byte_more_is_refused_with_a_way_out_and_leaves_nothing()
    {
        var drive = await TestDrive.SharedAsync(impatient.App);
        using var fits = await drive.PutAsync("largest", new byte[Most]);
        fits.StatusCode.ShouldBe(HttpStatusCode.Created);

        foreach (var chunked in new[] { false, true })
        {
            using var refused = await SendAsync(drive, HttpMethod.Put, drive.ContentUrl("larger"), Most + 1, chunked);
            await IsTooLargeAsync(refused);
        }

        (await drive.KeysAsync("larger")).ShouldBeEmpty();
        var output = (
            await drive.Http.PostAsync(
                "/api/integrations",
                new
                {
                    kind = "downstream",
                    workspaceId = "ws_claims",
                    driveId = drive.Id,
                    folder = "out",
                },
                HttpStatusCode.Created)
        ).Text("id");
        using var stored = await SendAsync(drive, HttpMethod.Post, $"/api/integrations/{output}/outputs/larger", Most + 1, chunked: true);
        await IsTooLargeAsync(stored);
        (await drive.KeysAsync("out/larger")).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_says_that_it_is_larger_than_the_host_takes_is_answered_by_the_host_as_in_Azure()
    {
        var drive = await TestDrive.SharedAsync(impatient.App);
        using var refused = await SendAsync(drive, HttpMethod.Put, drive.ContentUrl("far-larger"), (2 * Most) + 1, chunked: false);
        refused.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        (await refused.Content.ReadAsByteArrayAsync(Cancellation)).ShouldBeEmpty();
    }

    private static async Task<HttpResponseMessage> SendAsync(TestDrive drive, HttpMethod method, string url, int size, bool chunked)
    {
        using var plain = new HttpClient { BaseAddress = drive.App.Address };
        using var request = new HttpRequestMessage(method, url) { Content = new ByteArrayContent(new byte[size]) };
        request.Headers.TransferEncodingChunked = chunked;
        request.Headers.Authorization = drive.Http.DefaultRequestHeaders.Authorization;
        return await plain.SendAsync(request, Cancellation);
    }

    private static async Task IsTooLargeAsync(HttpResponseMessage answer)
    {
        answer.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        var problem = await TestDrive.JsonAsync(answer);
        problem.Text("code").ShouldBe("content-too-large");
        problem.Text("detail").ShouldContain("1,048,576 bytes");
    }
}

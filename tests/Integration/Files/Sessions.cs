using System.Net;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Files;

/// <summary>One session for all calls to a drive, and a fresh one when AWS no longer accepts it.</summary>
[Collection(FilesApp.Name)]
public sealed class Sessions(FilesApp running)
{
    private readonly EmbeddedApp _app = running.App;

    [Fact]
    public async Task Many_reads_at_once_take_one_session_and_one_that_expires_is_renewed_unnoticed()
    {
        var drive = await TestDrive.OfRoleAsync(_app);
        using var put = await drive.PutAsync("sessions/file", [1, 2, 3]);
        put.IsSuccessStatusCode.ShouldBeTrue();
        try
        {
            // From here on there is no session to be had: every read uses the one that is there.
            await drive.FaultAsync("AssumeRole", "AccessDenied", count: 1000, service: "sts");
            await Parallel.ForEachAsync(
                Enumerable.Range(0, 200),
                new ParallelOptions { MaxDegreeOfParallelism = 16 },
                async (_, cancelled) => (await drive.Http.GetByteArrayAsync(drive.FileUrl("sessions/file"), cancelled)).ShouldBe([1, 2, 3])
            );

            // AWS refuses the session: it is dropped at once, and without another the read fails and says so.
            await drive.FaultAsync("GetObject", "ExpiredToken");
            using var refused = await drive.GetAsync("sessions/file");
            refused.StatusCode.ShouldBeOneOf(HttpStatusCode.BadGateway, HttpStatusCode.ServiceUnavailable);
        }
        finally
        {
            await drive.ClearFaultsAsync();
        }

        (await drive.Http.GetByteArrayAsync(drive.FileUrl("sessions/file"))).ShouldBe([1, 2, 3]);
    }
}

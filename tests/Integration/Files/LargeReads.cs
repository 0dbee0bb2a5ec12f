using System.Net;
using System.Net.Http.Headers;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Files;

/// <summary>Large files from an S3 that gives each connection a part of what it could.</summary>
[Collection(FilesApp.Name)]
public sealed class LargeReads(FilesApp running) : IAsyncDisposable
{
    private const int Large = (24 * 1024 * 1024) + 4321;

    /// <summary>Bytes a second.</summary>
    private const int PerConnection = 8_000_000;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_large_file_comes_over_several_connections_in_its_order_and_a_small_one_over_one()
    {
        var (drive, content) = (await TestDrive.SharedAsync(running.App), TestDrive.Bytes(Large));
        await StoreAsync(drive, "ranges/large.bin", content);
        await StoreAsync(drive, "ranges/small.bin", content[..1_000_000]);
        await SlowAsync();
        (await drive.Http.GetByteArrayAsync(drive.FileUrl("ranges/small.bin"), Cancellation)).ShouldBe(content[..1_000_000]);
        (await ReadsOfAsync(drive, "ranges/small.bin")).ShouldBe(1);
        (await drive.Http.GetByteArrayAsync(drive.FileUrl("ranges/large.bin"), Cancellation))
            .AsSpan()
            .SequenceEqual(content)
            .ShouldBeTrue();
        (await ReadsOfAsync(drive, "ranges/large.bin")).ShouldBeGreaterThan(2);
    }

    [Fact]
    public async Task A_range_of_a_large_file_is_those_bytes()
    {
        var (drive, content) = (await TestDrive.SharedAsync(running.App), TestDrive.Bytes(Large));
        await StoreAsync(drive, "ranges/part.bin", content);
        await SlowAsync();
        using var part = await drive.GetAsync("ranges/part.bin", ("Range", $"bytes=1234567-{Large - 100}"));
        part.StatusCode.ShouldBe(HttpStatusCode.PartialContent);
        part.Content.Headers.ContentRange!.ToString().ShouldBe($"bytes 1234567-{Large - 100}/{Large}");
        (await part.Content.ReadAsByteArrayAsync(Cancellation)).AsSpan().SequenceEqual(content.AsSpan()[1234567..^99]).ShouldBeTrue();
        (await ReadsOfAsync(drive, "ranges/part.bin")).ShouldBeGreaterThan(2);
    }

    [Theory]
    [InlineData("ConnectionReset")]
    [InlineData("SlowDown")]
    [InlineData("ExpiredToken")]
    public async Task A_range_that_fails_is_asked_for_again(string code)
    {
        var (drive, content) = (await TestDrive.SharedAsync(running.App), TestDrive.Bytes(Large));
        await StoreAsync(drive, "ranges/broken.bin", content);
        await SlowAsync();
        await drive.FaultAsync("GetObject", code, count: 2, after: 1);
        (await drive.Http.GetByteArrayAsync(drive.FileUrl("ranges/broken.bin"), Cancellation))
            .AsSpan()
            .SequenceEqual(content)
            .ShouldBeTrue();
    }

    /// <param name="range">What is asked for. A part has no checksum, so that only its state tells of which file it is.</param>
    [Theory]
    [InlineData(null)]
    [InlineData("bytes=0-")]
    public async Task A_file_that_is_replaced_while_it_is_read_never_mixes_two_states(string? range)
    {
        var (drive, content) = (await TestDrive.SharedAsync(running.App), TestDrive.Bytes(Large));
        await StoreAsync(drive, "ranges/one.bin", content);
        await StoreAsync(drive, "ranges/other.bin", [.. content.Select(one => (byte)~one)]);
        await SlowAsync();
        var (whole, cutOff) = (0, 0);
        for (var round = 0; round < Rounds; round++)
        {
            await ReplaceAsync(drive, "ranges/one.bin");
            using var request = new HttpRequestMessage(HttpMethod.Get, drive.FileUrl("ranges/replaced.bin"));
            if (range is not null)
                request.Headers.Range = RangeHeaderValue.Parse(range);
            using var answer = await drive.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
            await using var body = await answer.Content.ReadAsStreamAsync(Cancellation);
            var read = new byte[Large];
            var before = (int)((long)Large / 2 * round / Rounds);
            await body.ReadExactlyAsync(read.AsMemory(0, before), Cancellation);
            await ReplaceAsync(drive, "ranges/other.bin");
            try
            {
                await body.ReadExactlyAsync(read.AsMemory(before), Cancellation);
                read.AsSpan().SequenceEqual(content).ShouldBeTrue($"round {round}");
                whole++;
            }
            catch (Exception cut) when (cut is HttpRequestException or IOException)
            {
                cutOff++;
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{Rounds} reads: {whole} whole, {cutOff} cut off");
        (whole + cutOff).ShouldBe(Rounds);
    }

    public async ValueTask DisposeAsync() => await (await TestDrive.SharedAsync(running.App)).ClearFaultsAsync();

    /// <summary>As many as <c>READ_ROUNDS</c> says.</summary>
    private static int Rounds => int.Parse(Environment.GetEnvironmentVariable("READ_ROUNDS") ?? "2");

    /// <summary>By the bucket's owner, straight.</summary>
    private async Task StoreAsync(TestDrive drive, string path, byte[] content)
    {
        using var s3 = running.App.Administrator().S3();
        await s3.PutObjectAsync(
            new()
            {
                BucketName = TestDrive.Bucket,
                Key = $"{drive.Path}/{path}",
                InputStream = new MemoryStream(content),
            },
            Cancellation);
    }

    /// <summary>At once, however slow connections are.</summary>
    private async Task ReplaceAsync(TestDrive drive, string by)
    {
        using var s3 = running.App.Administrator().S3();
        await s3.CopyObjectAsync(
            TestDrive.Bucket,
            $"{drive.Path}/{by}",
            TestDrive.Bucket,
            $"{drive.Path}/ranges/replaced.bin",
            Cancellation
        );
    }

    private async Task SlowAsync()
    {
        using var anyone = running.App.Anonymous();
        await anyone.SendAsync(
            HttpMethod.Post,
            "/embedded/faults",
            new { bandwidthPerConnection = PerConnection },
            HttpStatusCode.NoContent);
    }

    /// <summary>How often S3 was asked for the file.</summary>
    private async Task<int> ReadsOfAsync(TestDrive drive, string path)
    {
        using var anyone = running.App.Anonymous();
        var calls = (await anyone.GetAsync("/embedded/faults", HttpStatusCode.OK))["calls"]!.AsArray();
        return calls.Count(
            call => call!.Text("action") == "GetObject" && call!.Text("target").EndsWith($"{drive.Path}/{path}", StringComparison.Ordinal));
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using ServerlessDrives.Tests.Shared;
using Shouldly;

namespace ServerlessDrives.Tests.Integration.Files;

/// <summary>Moves, copies and deletions, as a caller of the API begins and watches them.</summary>
internal static class FileOperations
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(10);

    public static Task<JsonNode> MoveAsync(this TestDrive drive, string from, string to, TestDrive? toDrive = null) =>
        drive.BeginAsync("moves", new { from, to, toDriveId = toDrive?.Id });

    public static Task<JsonNode> CopyAsync(this TestDrive drive, string from, string to, TestDrive? toDrive = null) =>
        drive.BeginAsync("copies", new { from, to, toDriveId = toDrive?.Id });

    public static Task<JsonNode> BeginAsync(this TestDrive drive, string what, object body) =>
        drive.Http.PostAsync($"{drive.Root}/{what}", body, HttpStatusCode.Accepted);

    public static Task<JsonNode> OperationAsync(this TestDrive drive, JsonNode operation, HttpClient? http = null) =>
        (http ?? drive.Http).GetAsync($"{drive.Root}/operations/{operation.Text("id")}", HttpStatusCode.OK);

    /// <summary>The operation once this holds.</summary>
    public static async Task<JsonNode> UntilAsync(this TestDrive drive, JsonNode operation, Func<JsonNode, bool> holds)
    {
        var (until, etag) = (DateTime.UtcNow + TimeLimit, (EntityTagHeaderValue?)null);
        while (true)
        {
            using var request = new HttpRequestMessage(
                HttpMethod.Get,
                $"{drive.Root}/operations/{operation.Text("id")}?wait=2");
            if (etag is not null)
                request.Headers.IfNoneMatch.Add(etag);
            using var answer = await drive.Http.SendAsync(request);
            DateTime.UtcNow.ShouldBeLessThan(until);
            if (answer.StatusCode is HttpStatusCode.NotModified)
                continue;
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            etag = answer.Headers.ETag;
            var now = await TestDrive.JsonAsync(answer);
            if (holds(now))
                return now;
            now.Text("status").ShouldBe("running", now.ToJsonString());
        }
    }

    public static Task<JsonNode> EndAsync(this TestDrive drive, JsonNode operation, string status = "completed") =>
        drive.UntilAsync(operation, now => now.Text("status") == status);

    public static async Task<List<JsonNode>> LeftAsync(this TestDrive drive, JsonNode operation)
    {
        var page = await drive.Http.GetAsync($"{drive.Root}/operations/{operation.Text("id")}/left?limit=500", HttpStatusCode.OK);
        page["nextCursor"].ShouldBeNull();
        return [.. page["items"]!.AsArray().Select(item => item!).OrderBy(item => item.Text("path"), StringComparer.Ordinal)];
    }

    public static long Files(this JsonNode operation, string amount) => operation[amount]!["files"]!.GetValue<long>();

    public static async Task WriteAsync(this TestDrive drive, string path, string content)
    {
        using var stored = await drive.PutAsync(path, System.Text.Encoding.UTF8.GetBytes(content), ("Content-Type", "text/plain"));
        stored.IsSuccessStatusCode.ShouldBeTrue();
    }

    public static Task<string> TextAsync(this TestDrive drive, string path) => drive.Http.GetStringAsync(drive.ContentUrl(path));

    /// <summary>The paths of all that lies below a folder.</summary>
    public static async Task<List<string>> PathsAsync(this TestDrive drive, string folder) =>
        [
            .. (
                await drive.Http.GetAsync(
                    $"{drive.Root}/files?path={Uri.EscapeDataString(folder)}&recursive=true&limit=500",
                    HttpStatusCode.OK)
            )["items"]!.AsArray().Select(item => item!.Text("path")),
        ];
}

using System.Net;
using System.Runtime.Versioning;
using ServerlessDrives.Tests.Integration.Connecting;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Storage;

/// <summary>What one machine keeps is for its owner.</summary>
public sealed class OwnersOnly
{
    private const UnixFileMode Others =
        UnixFileMode.GroupRead
        | UnixFileMode.GroupWrite
        | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead
        | UnixFileMode.OtherWrite
        | UnixFileMode.OtherExecute;

    [Fact]
    public async Task Nobody_else_can_read_the_files_of_a_data_folder_that_was_open_to_all()
    {
        if (OperatingSystem.IsWindows())
            return;
        var folder = Directory.CreateTempSubdirectory("serverless-drives-").FullName;
        var older = Directory.CreateDirectory(Path.Combine(folder, "vault")).FullName;
        await File.WriteAllTextAsync(Path.Combine(older, "older.txt"), "");
        foreach (var entry in (string[])[folder, older])
            File.SetUnixFileMode(entry, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | Others);
        File.SetUnixFileMode(Path.Combine(older, "older.txt"), UnixFileMode.UserRead | UnixFileMode.UserWrite | Others);

        await using var app = await EmbeddedApp.StartAsync(dataFolder: folder);
        using var mia = await app.SignInAsync("mia");
        var connection = await Connections.StartAsync(mia, "accessKey");
        await mia.SendAsync(
            HttpMethod.Put,
            $"/api/connections/{connection.Text("id")}/configuration",
            Connections.KeyConfiguration(app.Administrator(), "modes"),
            HttpStatusCode.Accepted);
        await mia.UntilAsync(connection.Text("id"), "connected");
        Open(folder).ShouldBeEmpty();
        await app.StopAsync();
        Open(folder).ShouldBeEmpty();
    }

    [UnsupportedOSPlatform("windows")]
    private static IEnumerable<string> Open(string folder) =>
        Directory
            .EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories)
            .Prepend(folder)
            .Where(entry => File.Exists(entry) || Directory.Exists(entry))
            .Where(entry => (File.GetUnixFileMode(entry) & Others) is not UnixFileMode.None)
            .Select(entry => $"{entry}: {File.GetUnixFileMode(entry)}");
}

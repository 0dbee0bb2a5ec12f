using System.Diagnostics;
using Azure.Data.Tables;
using Microsoft.Extensions.Configuration;
using ServerlessDrives.Embedded;
using ServerlessDrives.Embedded.Cloud;
using ServerlessDrives.Embedded.Cloud.Azurite;
using ServerlessDrives.Embedded.Cloud.Vault;
using ServerlessDrives.Tests.Shared;
using ServerlessDrives.Tests.Shared.Azurite;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Storage;

/// <summary>A data folder with everything in it: the folder of an embedded cloud that ran and ended.</summary>
public sealed class UsedFolder : IAsyncLifetime
{
    private string Original { get; } = Directory.CreateTempSubdirectory("serverless-drives-used-").FullName;

    public async ValueTask InitializeAsync()
    {
        await using var cloud = Cloud.In(Original);
        await cloud.StartingAsync(CancellationToken.None);
        var vault = new VaultFiles(Path.Combine(Original, "vault"), new VaultKeys(Path.Combine(Original, "vault-keys")));
        vault.Keep(new() { Name = "secret", Versions = [new() { Version = "1", Value = "value", Created = default, Updated = default }] });
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(Original, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>A copy to be damaged.</summary>
    public string Copy()
    {
        var copy = Directory.CreateTempSubdirectory("serverless-drives-").FullName;
        foreach (var file in Directory.EnumerateFiles(Original, "*", SearchOption.AllDirectories))
        {
            var to = Path.Combine(copy, Path.GetRelativePath(Original, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }

        return copy;
    }
}

internal static class Cloud
{
    public static EmbeddedCloud In(string folder) =>
        EmbeddedCloud.Create(
            EmbeddedOptions.Parse(["--port", "0", "--data", folder], new ConfigurationBuilder().Build()),
            sandboxed: true,
            withQueues: false,
            RealAzure.None);
}

/// <summary>A file of the data folder is cut, damaged or missing: the start is refused with a sentence that names it.</summary>
public sealed class DamagedFiles(UsedFolder used) : IClassFixture<UsedFolder>, IDisposable
{
    private readonly string _folder = used.Copy();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("sign-in.key")]
    [InlineData("vault/*.secret")]
    [InlineData("vault-keys/*.xml")]
    [InlineData("aws/iam.json")]
    [InlineData("aws/kms.json")]
    [InlineData("aws/sessions.key")]
    [InlineData("aws/s3/buckets/acme-documents/bucket.json")]
    [InlineData("aws/s3/data/??/*")]
    [InlineData("azurite/__azurite_db_table__.json")]
    [InlineData("azurite/__azurite_db_blob__.json")]
    public async Task A_file_that_is_cut_is_named_with_the_reason(string pattern)
    {
        var file = Find(pattern);
        using (var stream = File.OpenWrite(file))
            stream.SetLength(stream.Length / 2);
        await IsRefusedAsync(file);
    }

    [Theory]
    [InlineData("sign-in.key")]
    [InlineData("vault/*.secret")]
    [InlineData("vault-keys/*.xml")]
    [InlineData("aws/iam.json")]
    [InlineData("aws/s3/buckets/acme-documents/bucket.json")]
    [InlineData("aws/s3/buckets/acme-documents/journal.jsonl")]
    [InlineData("azurite/__azurite_db_table__.json")]
    public async Task A_file_that_begins_with_something_else_is_named_with_the_reason(string pattern)
    {
        var file = Find(pattern);
        using (var stream = File.OpenWrite(file))
            stream.Write("0123456789"u8);
        await IsRefusedAsync(file);
    }

    [Fact]
    public async Task An_object_whose_content_is_missing_is_named()
    {
        var file = Find("aws/s3/data/??/*");
        File.Delete(file);
        await IsRefusedAsync(file);
    }

    [Fact]
    public async Task A_log_of_tables_is_read_up_to_the_line_that_was_being_written_and_refused_when_it_is_damaged_before()
    {
        var files = new AzuriteFiles(Path.Combine(_folder, "azurite"));
        var log = await LeaveLogAsync(files);
        await File.AppendAllTextAsync(log, "0123456789abcdef [[\"documents\"");
        await using (var azurite = await StartAsync(files))
            (await CountAsync(azurite)).ShouldBe(3);

        await LeaveLogAsync(files);
        var damaged = Directory.GetFiles(files.Folder, "__azurite_db_table__.json.log.*").ShouldHaveSingleItem();
        using (var stream = File.OpenWrite(damaged))
        {
            stream.Position = 40;
            stream.WriteByte((byte)'!');
        }

        await IsRefusedAsync(damaged);
        File.Move(files.Tables, $"{files.Tables}.away");
        (await Should.ThrowAsync<EmbeddedCloudException>(() => StartAsync(files))).Message.ShouldContain(
            $"The file {files.Tables} is missing");
    }

    [Fact]
    public async Task Whoever_starts_the_app_gets_the_sentence_and_no_stack_trace()
    {
        var file = Find("sign-in.key");
        await File.WriteAllBytesAsync(file, []);
        var refusal = await EndedRun.OfAsync(["--port", "0", "--data", _folder]);
        refusal.ExitCode.ShouldBe(1);
        refusal.Output.Trim().ShouldStartWith($"ServerlessDrives can't start. The file {file} is damaged:");
        refusal.Output.Trim().Split('\n').ShouldHaveSingleItem();
    }

    private string Find(string pattern)
    {
        var found = pattern
            .Split('/')
            .Aggregate(
                new List<string> { _folder }.AsEnumerable(),
                (folders, part) => folders.Where(Directory.Exists).SelectMany(folder => Directory.EnumerateFileSystemEntries(folder, part))
            );
        return found.First(file => new FileInfo(file).Length > 1);
    }

    private async Task IsRefusedAsync(string file)
    {
        var refusal = await Should.ThrowAsync<EmbeddedCloudException>(async () =>
        {
            await using var cloud = Cloud.In(_folder);
            await cloud.StartingAsync(CancellationToken.None);
        });
        refusal.Message.ShouldContain($"The file {file} ");
        refusal.Message.ShouldNotContain("\n");
    }

    /// <summary>Stores three rows and has the process killed, so that they are in the log.</summary>
    private static async Task<string> LeaveLogAsync(AzuriteFiles files)
    {
        var (package, ports) = (
            await AzuriteInstallation.OfThisPerson(Terminal.Open()).EnsureAsync(CancellationToken.None),
            FreePort.Take(2));
        using var azurite = (
            await AzuriteProcess.StartAsync(package, files.Folder, ports[0], ports[1], CancellationToken.None)
        ).ShouldNotBeNull();
        var table = AzuriteFiles.Client(ports[0]).GetTableClient("Logged");
        await table.CreateIfNotExistsAsync();
        for (var row = 0; row < 3; row++)
            await table.UpsertEntityAsync(new TableEntity("p", $"{row}"));
        using (var process = Process.GetProcessById(azurite.Id))
            process.Kill();
        await foreach (var _ in azurite.LinesAsync())
        {
            // Until it is gone.
        }

        return Directory.GetFiles(files.Folder, "__azurite_db_table__.json.log.*").Single();
    }

    private static async Task<AzuriteServer> StartAsync(AzuriteFiles files)
    {
        var ports = FreePort.Take(2);
        var azurite = new AzuriteServer(AzuriteInstallation.OfThisPerson(Terminal.Open()), files.Folder, ports[0], ports[1]);
        await azurite.StartAsync(CancellationToken.None);
        return azurite;
    }

    private static async Task<int> CountAsync(AzuriteServer azurite)
    {
        var count = 0;
        await foreach (var _ in azurite.Tables().GetTableClient("Logged").QueryAsync<TableEntity>())
            count++;
        return count;
    }
}

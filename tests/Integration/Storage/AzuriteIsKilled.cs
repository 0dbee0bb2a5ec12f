using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using Azure;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using ServerlessDrives.Embedded.Cloud;
using ServerlessDrives.Embedded.Cloud.Azurite;
using ServerlessDrives.Tests.Shared.Azurite;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Storage;

/// <summary>
/// Azurite's process is killed under load, with 30 MB of tables: rows, transactions and blobs that it has answered are there afterwards.
/// </summary>
public sealed class AzuriteIsKilled : IDisposable
{
    private static readonly int Kills = Math.Max(2, StorageRounds.Count / 5);
    private static readonly TimeSpan ForARestart = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("azurite-").FullName;
    private readonly ConcurrentDictionary<string, byte[]?> _acknowledged = new();
    private readonly ConcurrentQueue<string> _notCompared = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Azurite_that_is_killed_under_load_loses_nothing_that_it_has_answered()
    {
        var files = new AzuriteFiles(_folder);
        await LargeTable.PrepareAsync(_folder);
        await using (var azurite = NewAzurite())
        {
            await azurite.StartAsync(CancellationToken.None);
            var (table, blobs) = await CreateAsync(azurite);
            using var enough = new CancellationTokenSource();
            Task[] load =
            [
                .. Enumerable.Range(0, 3).Select(writer => InsertAsync(table, $"rows-{writer}", enough.Token)),
                .. Enumerable.Range(0, 2).Select(writer => TransactAsync(table, $"pair-{writer}", enough.Token)),
                UploadAsync(blobs, enough.Token),
            ];
            for (var kill = 1; kill <= Kills; kill++)
            {
                await Task.Delay(RandomNumberGenerator.GetInt32(300, 1500));
                // Every other one in the middle of a save.
                if (kill % 2 == 0)
                    await LargeTable.UntilItIsSavedAsync(files);
                await KillAsync(files);
                await AnswersAsync(table);
                await CompareAsync(table, blobs, TakeNotCompared());
            }

            await enough.CancelAsync();
            await Task.WhenAll(load);
        }

        await using var again = NewAzurite();
        await again.StartAsync(CancellationToken.None);
        var (tableAgain, blobsAgain) = await CreateAsync(again);
        await CompareAsync(tableAgain, blobsAgain, _acknowledged.Keys);
        StorageRounds.Report($"{Kills} kills of Azurite, {_acknowledged.Count} acknowledged, 0 lost");
        _acknowledged.Count.ShouldBeGreaterThan(100, "the load has to have been one");
    }

    private AzuriteServer NewAzurite()
    {
        var ports = FreePort.Take(2);
        return new(AzuriteInstallation.OfThisPerson(Terminal.Open()), _folder, ports[0], ports[1]);
    }

    private static async Task<(TableClient Table, BlobContainerClient Blobs)> CreateAsync(AzuriteServer azurite)
    {
        var table = azurite.Tables().GetTableClient("Kills");
        await table.CreateIfNotExistsAsync();
        var blobs = azurite.Blobs().GetBlobContainerClient("kills");
        await blobs.CreateIfNotExistsAsync();
        return (table, blobs);
    }

    private static async Task KillAsync(AzuriteFiles files)
    {
        using var process = Process.GetProcessById(files.ProcessId);
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>Waits until it has been started again.</summary>
    private static async Task AnswersAsync(TableClient table)
    {
        var until = DateTime.UtcNow + ForARestart;
        while (true)
        {
            try
            {
                await table.GetEntityIfExistsAsync<TableEntity>("none", "none");
                return;
            }
            catch (Exception away) when (away is RequestFailedException or AggregateException && DateTime.UtcNow < until)
            {
                // A machine that has much to do takes longer than the client tries.
            }
        }
    }

    private async Task InsertAsync(TableClient table, string partition, CancellationToken enough)
    {
        for (var number = 0; !enough.IsCancellationRequested; number++)
            await NoteAsync(
                $"{partition}/{number:000000}",
                null,
                () =>
                    table.AddEntityAsync(
                        new TableEntity(partition, $"{number:000000}") { ["Text"] = new string('x', 300) },
                        CancellationToken.None));
    }

    /// <summary>Changes two rows in one transaction: they always have the same number.</summary>
    private async Task TransactAsync(TableClient table, string partition, CancellationToken enough)
    {
        for (var number = 1; !enough.IsCancellationRequested; number++)
        {
            TableTransactionAction[] both =
            [
                new(TableTransactionActionType.UpsertReplace, new TableEntity(partition, "one") { ["Number"] = number }),
                new(TableTransactionActionType.UpsertReplace, new TableEntity(partition, "other") { ["Number"] = number }),
            ];
            await NoteAsync(partition, BitConverter.GetBytes(number), () => table.SubmitTransactionAsync(both, CancellationToken.None));
        }
    }

    private async Task UploadAsync(BlobContainerClient blobs, CancellationToken enough)
    {
        for (var number = 0; !enough.IsCancellationRequested; number++)
        {
            var content = RandomNumberGenerator.GetBytes(5_000);
            await NoteAsync(
                $"blob-{number}",
                content,
                () =>
                    blobs
                        .GetBlobClient($"blob-{number}")
                        .UploadAsync(BinaryData.FromBytes(content), overwrite: true, CancellationToken.None));
        }
    }

    private async Task NoteAsync(string what, byte[]? content, Func<Task> store)
    {
        try
        {
            await store();
            _acknowledged[what] = content;
            _notCompared.Enqueue(what);
        }
        catch (Exception unknown) when (unknown is RequestFailedException or AggregateException)
        {
            // Not answered, or stored and asked again: it may be there or not.
        }
    }

    /// <summary>What was answered since the last comparison. All of it is compared once more at the end.</summary>
    private HashSet<string> TakeNotCompared()
    {
        var taken = new HashSet<string>();
        while (_notCompared.TryDequeue(out var what))
            taken.Add(what);
        return taken;
    }

    private async Task CompareAsync(TableClient table, BlobContainerClient blobs, IEnumerable<string> acknowledged)
    {
        foreach (var partition in acknowledged.ToLookup(what => what.Split('/')[0]))
        {
            if (partition.Key.StartsWith("rows-", StringComparison.Ordinal))
                await CompareRowsAsync(table, partition.Key, [.. partition.Select(what => what.Split('/')[1])]);
            else if (partition.Key.StartsWith("pair-", StringComparison.Ordinal))
                await ComparePairAsync(table, partition.Key, BitConverter.ToInt32(_acknowledged[partition.Key]!));
            else
                (await blobs.GetBlobClient(partition.Key).DownloadContentAsync())
                    .Value.Content.ToArray()
                    .ShouldBe(_acknowledged[partition.Key], partition.Key);
        }
    }

    private static async Task CompareRowsAsync(TableClient table, string partition, IReadOnlyCollection<string> rowKeys)
    {
        var first = rowKeys.Min();
        var found = await table
            .QueryAsync<TableEntity>($"PartitionKey eq '{partition}' and RowKey ge '{first}'")
            .Select(row => row.RowKey)
            .ToHashSetAsync();
        rowKeys.Where(key => !found.Contains(key)).ShouldBeEmpty(partition);
    }

    private static async Task ComparePairAsync(TableClient table, string partition, int acknowledged) =>
        (
            await table
                .QueryAsync<TableEntity>($"PartitionKey eq '{partition}'")
                .Select(row => row.GetInt32("Number"))
                .Distinct()
                .ToListAsync()
        )
            .ShouldHaveSingleItem()
            .ShouldNotBeNull()
            .ShouldBeGreaterThanOrEqualTo(acknowledged);
}

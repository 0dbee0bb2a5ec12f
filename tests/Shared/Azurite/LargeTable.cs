using Azure.Data.Tables;
using ServerlessDrives.Embedded.Cloud;
using ServerlessDrives.Embedded.Cloud.Azurite;

namespace ServerlessDrives.Tests.Shared.Azurite;

/// <summary>A table that makes the file of all tables 30 MB long, so that saving it takes a while.</summary>
public static class LargeTable
{
    private const string Name = "Filler";
    private const int Rows = 64, Properties = 15, PropertyLength = 32_000;

    private static readonly TimeSpan ForASave = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Puts it into the folder of an Azurite that doesn't run.</summary>
    public static async Task PrepareAsync(string folder)
    {
        var ports = FreePort.Take(2);
        await using var azurite = new AzuriteServer(AzuriteInstallation.OfThisPerson(Terminal.Open()), folder, ports[0], ports[1]);
        await azurite.StartAsync(CancellationToken.None);
        await FillAsync(azurite.Tables());
    }

    public static async Task FillAsync(TableServiceClient tables)
    {
        ArgumentNullException.ThrowIfNull(tables);
        var table = tables.GetTableClient(Name);
        await table.CreateIfNotExistsAsync();
        for (var row = 0; row < Rows; row++)
            await table.UpsertEntityAsync(Row(row), TableUpdateMode.Replace);
    }

    /// <summary>Replaces its rows until the file is being written anew, and returns in the middle of that.</summary>
    public static async Task UntilItIsSavedAsync(AzuriteFiles files)
    {
        ArgumentNullException.ThrowIfNull(files);
        var table = (await files.ClientAsync()).GetTableClient(Name);
        using var patience = new CancellationTokenSource(ForASave);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(patience.Token);
        var replacing = Task.Run(async () =>
        {
            for (var row = 0; !done.IsCancellationRequested; row = (row + 1) % Rows)
            {
                await table.UpsertEntityAsync(Row(row), TableUpdateMode.Replace);
                await Task.Delay(Pause);
            }
        });
        while (!files.IsSaving && !replacing.IsCompleted)
            await Task.Delay(1, patience.Token);
        await done.CancelAsync();
        _ = replacing.ContinueWith(ended => ended.Exception, TaskScheduler.Default);
    }

    private static TableEntity Row(int row)
    {
        var entity = new TableEntity("filler", $"{row:000}");
        for (var property = 0; property < Properties; property++)
            entity[$"Text{property}"] = new string((char)('a' + property), PropertyLength);
        return entity;
    }
}

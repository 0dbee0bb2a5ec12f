using System.Text.Json.Nodes;
using Azure.Data.Tables;

namespace ServerlessDrives.Tests.Shared.Azurite;

/// <summary>What Azurite has in the data folder of an app, and how it is reached beside the app.</summary>
public sealed class AzuriteFiles(string folder)
{
    // The well-known account of every storage emulator; its key opens nothing else.
    private const string Account = "devstoreaccount1";
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    public string Folder => folder;

    public string Tables => Path.Combine(folder, "__azurite_db_table__.json");

    /// <summary>Whether the tables are being written anew, at this moment.</summary>
    public bool IsSaving => File.Exists($"{Tables}~");

    /// <summary>The process that serves them.</summary>
    public int ProcessId => JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "azurite.pid")))!["pid"]!.GetValue<int>();

    public async Task<TableServiceClient> ClientAsync()
    {
        // node azurite.cjs <package> <folder> <table port> <blob port> serve
        var (_, command, _) = await Shell.RunAsync("ps", ["-o", "args=", "-p", $"{ProcessId}"]);
        return Client(int.Parse(command.Trim().Split(' ')[^3]));
    }

    public static TableServiceClient Client(int port)
    {
        var options = new TableClientOptions { Retry = { MaxRetries = 0 } };
        return new(new Uri($"http://127.0.0.1:{port}/{Account}"), new TableSharedKeyCredential(Account, Key), options);
    }
}

using Azure;
using Azure.Data.Tables;

namespace ServerlessDrives.Embedded.DurableTask;

/// <summary>How letters come from one instance to another.</summary>
/// <param name="hand">Takes each letter as soon as its row is written.</param>
internal sealed class Outbox(HubSession session, Action<Mail.Delivery> hand)
{
    /// <summary>More than these are bundled into one row first, and delivered from there in as many transactions as it takes.</summary>
    private const int MostAtOnce = 30;
    private const int MostBytesAtOnce = 500_000;

    /// <summary>What the names of letters' and bundles' blobs begin with; no instance's id is escaped to this.</summary>
    public const string Blobs = "!letters/";

    private TableEntity? _bundle;
    private IReadOnlyList<Letter> _letters = [];

    private List<Mail.Delivery> Deliveries { get; } = [];

    /// <returns>The rows to write with the step that sends them.</returns>
    public async Task<List<TableTransactionAction>> SendAsync(IReadOnlyList<Letter> letters, CancellationToken cancellation)
    {
        _letters = letters;
        var written = letters.Select(letter => Json.Lines([letter])).ToList();
        if (letters.Count > MostAtOnce || written.Sum(letter => letter.Length) > MostBytesAtOnce)
        {
            var order = session.NextOrder();
            _bundle = new TableEntity(Keys.Partition, Keys.Bundle(order)) { ["Delivered"] = 0 };
            await session.Parts.Storage.PutAsync(_bundle, Json.Lines(letters), $"{Blobs}{order}", cancellation);
            return [new(TableTransactionActionType.Add, _bundle)];
        }

        var rows = new List<TableTransactionAction>();
        for (var letter = 0; letter < letters.Count; letter++)
            rows.Add(await RowAsync(letters[letter], written[letter], cancellation));
        return rows;
    }

    /// <summary>Goes on after those rows are written.</summary>
    public async Task DeliverAsync(CancellationToken cancellation)
    {
        if (_bundle is not null)
            await SpreadAsync(_bundle, _letters, cancellation);
        else
            Hand();
    }

    /// <summary>Delivers a bundle from where its delivery stands.</summary>
    public async Task SpreadAsync(TableEntity bundle, IReadOnlyList<Letter> letters, CancellationToken cancellation)
    {
        var delivered = bundle.GetInt32("Delivered") ?? 0;
        while (true)
        {
            var rows = new List<TableTransactionAction>();
            for (var bytes = 0; delivered < letters.Count && rows.Count < MostAtOnce && bytes < MostBytesAtOnce; delivered++)
            {
                var written = Json.Lines([letters[delivered]]);
                bytes += written.Length;
                rows.Add(await RowAsync(letters[delivered], written, cancellation));
            }

            bundle["Delivered"] = delivered;
            rows.Add(delivered < letters.Count
                ? new(TableTransactionActionType.UpdateReplace, bundle, ETag.All)
                : new(TableTransactionActionType.Delete, new TableEntity(Keys.Partition, bundle.RowKey), ETag.All));
            await session.CommitAsync(rows);
            Hand();
            if (delivered < letters.Count)
                continue;
            if (bundle.GetString("Blob") is { } blob)
                session.Bin.Discard(blob);
            return;
        }
    }

    private void Hand()
    {
        Deliveries.ForEach(hand);
        Deliveries.Clear();
    }

    private async Task<TableTransactionAction> RowAsync(Letter letter, byte[] written, CancellationToken cancellation)
    {
        var order = session.NextOrder();
        var row = new TableEntity(Keys.Partition, Keys.Letter(letter.To, order)) { ["To"] = letter.To };
        await session.Parts.Storage.PutAsync(row, written, $"{Blobs}{order}", cancellation);
        Deliveries.Add(new Mail.Delivery(letter, row.RowKey, row.GetString("Blob")));
        return new(TableTransactionActionType.Add, row);
    }
}

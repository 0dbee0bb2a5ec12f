using System.Globalization;
using Azure;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging;

namespace ServerlessDrives.Embedded.DurableTask;

/// <summary>
/// Blobs that earlier owners of the hub wrote and that no row names: they crashed between a blob and its row, or between a row and the
/// deletion of what it had named before. Looking for them costs nothing while all is small, one reading for each instance with blobs
/// otherwise, and nobody waits for it.
/// </summary>
internal sealed class OrphanedBlobs(HubStorage storage, long epoch, ILogger logger)
{
    private static readonly string[] Columns = [.. InstanceState.ColumnsWithoutHistory, "Chunks"];

    public async Task DiscardAsync(Bin bin, CancellationToken cancellation)
    {
        try
        {
            await LookAsync(bin, cancellation);
        }
        catch (RequestFailedException refused)
        {
            logger.LogWarning(refused, "Storage would not say which blobs are of no use any more; the next start looks again.");
        }
        catch (OperationCanceledException)
        {
            // The next owner looks again.
        }
    }

    private async Task LookAsync(Bin bin, CancellationToken cancellation)
    {
        string? next = null;
        (string Folder, HashSet<string> Named)? last = null;
        do
        {
            var page = await storage.BlobPageAsync(string.Empty, next, cancellation);
            next = page.ContinuationToken;
            foreach (var blob in page.Values.Where(IsOlder))
            {
                var folder = blob[..blob.IndexOf('/', StringComparison.Ordinal)];
                if (last?.Folder != folder)
                    last = (folder, await NamedAsync(folder, cancellation));
                if (!last.Value.Named.Contains(blob))
                    bin.Discard(blob);
            }
        }
        while (!string.IsNullOrEmpty(next));
    }

    /// <summary>
    /// Whether an earlier owner wrote it: none of its transactions can follow any more. Names end in the order that the epoch begins;
    /// letters are looked after before anybody is served.
    /// </summary>
    private bool IsOlder(string blob) =>
        blob.IndexOf('/', StringComparison.Ordinal) > 0
        && !blob.StartsWith(Outbox.Blobs, StringComparison.Ordinal)
        && !(blob[(blob.LastIndexOf('/') + 1)..] is { Length: 22 } order
            && long.TryParse(order.AsSpan(0, 10), NumberStyles.None, CultureInfo.InvariantCulture, out var written) && written >= epoch);

    /// <summary>The blobs that an instance's rows name. It may change meanwhile, but never to name an older one anew.</summary>
    private async Task<HashSet<string>> NamedAsync(string folder, CancellationToken cancellation)
    {
        if (await storage.ReadAsync($"s|{folder}", cancellation, Columns) is not { } row)
            return [];
        var state = InstanceState.From(row);
        HashSet<string> named = [.. new[] { state.Input?.Blob, state.Output?.Blob, state.CustomStatus?.Blob }.OfType<string>()];
        await foreach (var chunk in ChunksAsync(state, cancellation))
        {
            if (chunk.GetString("Blob") is { } blob)
                named.Add(blob);
        }

        return named;
    }

    private IAsyncEnumerable<TableEntity> ChunksAsync(InstanceState state, CancellationToken cancellation) =>
        storage.RangeAsync(Keys.Chunks(state.Id, state.Generation), Keys.Chunks(state.Id, state.Generation) + Keys.End, cancellation);
}

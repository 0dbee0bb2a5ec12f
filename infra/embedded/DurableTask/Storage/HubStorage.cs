using System.Globalization;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Logging;

namespace ServerlessDrives.Embedded.DurableTask;

/// <summary>The hub's table and its blobs. While storage is away, calls wait for it, say so once, and go on.</summary>
#pragma warning disable CA1001 // A semaphore without a wait handle has nothing to dispose of, and reads come even after the engine's end.
internal sealed class HubStorage(DurableStorage storage, TimeProvider clock, ILogger logger)
#pragma warning restore CA1001
{
    /// <summary>A property holds 64 KiB; a row 1 MiB, and a transaction 4 MiB, in base64.</summary>
    private const int PropertyBytes = 60_000;
    private const int RowBytes = 600_000;

    /// <summary>In characters, of two bytes each.</summary>
    public const int InlineText = 30_000;

    /// <summary>Calls at the same time; more would only wait in the storage, on their time.</summary>
    private const int MostCalls = 32;

    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private readonly BlobContainerClient _blobs = storage.Blobs.GetBlobContainerClient($"{storage.TaskHub.ToLowerInvariant()}-large");
    private readonly SemaphoreSlim _calls = new(MostCalls);
    private volatile bool _isAway;
    private volatile bool _hasContainer;

    public TableClient Table { get; } = storage.Tables.GetTableClient(storage.TaskHub);

    /// <summary>Calls until storage answers.</summary>
    public async Task<T> PatientlyAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellation)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                var answer = await CallAsync(call, cancellation);
                SayThatItIsBack();
                return answer;
            }
            catch (Exception trouble) when (Trouble.IsPassing(trouble, cancellation))
            {
                await PauseAsync(attempt, trouble, cancellation);
            }
        }
    }

    /// <summary>Says that storage is away, and waits before the next attempt.</summary>
    public Task PauseAsync(int attempt, Exception trouble, CancellationToken cancellation)
    {
        if (!_isAway)
        {
            _isAway = true;
            logger.LogWarning("Storage does not answer; durable work waits for it. {Trouble}", trouble.Message.Split('\n')[0]);
        }

        return PauseAsync(attempt, cancellation);
    }

    /// <summary>Waits before the next attempt, longer each time.</summary>
    public async Task PauseAsync(int attempt, CancellationToken cancellation)
    {
        var pause = TimeSpan.FromMilliseconds(50 * Math.Pow(2, Math.Min(attempt, 10)));
        await Task.Delay(pause < LongestPause ? pause : LongestPause, clock, cancellation);
    }

    public void SayThatItIsBack()
    {
        if (!_isAway)
            return;
        _isAway = false;
        logger.LogInformation("Storage answers again; durable work goes on.");
    }

    public Task CreateAsync(CancellationToken cancellation) =>
        PatientlyAsync(async limited => await Table.CreateIfNotExistsAsync(limited), cancellation);

    /// <returns>Null where there is no such row, or no table.</returns>
    public Task<TableEntity?> ReadAsync(string key, CancellationToken cancellation, IEnumerable<string>? columns = null) => PatientlyAsync(
        async limited =>
        {
            try
            {
                var read = await Table.GetEntityIfExistsAsync<TableEntity>(Keys.Partition, key, columns, limited);
                return read.HasValue ? read.Value : null;
            }
            catch (RequestFailedException gone) when (gone.Status == 404)
            {
                return null;
            }
        },
        cancellation);

    /// <summary>The rows whose key is at least <paramref name="from"/> and less than <paramref name="to"/>, in order.</summary>
    public async IAsyncEnumerable<TableEntity> RangeAsync(string from, string to, [EnumeratorCancellation] CancellationToken cancellation)
    {
        string? next = null;
        do
        {
            var page = await PageAsync(Between(from, to), next, 1000, null, cancellation);
            next = page.ContinuationToken;
            foreach (var row in page.Values)
                yield return row;
        }
        while (next is not null);
    }

    public static string Between(string from, string to) =>
        TableClient.CreateQueryFilter($"PartitionKey eq {Keys.Partition} and RowKey ge {from} and RowKey lt {to}");

    public Task<Page<TableEntity>> PageAsync(string filter, string? continuation, int size, IEnumerable<string>? columns, CancellationToken cancellation) => PatientlyAsync(
        async limited =>
        {
            await foreach (var page in Table.QueryAsync<TableEntity>(filter, size, columns, limited).AsPages(continuation, size))
                return page;
            return Page<TableEntity>.FromValues([], null, null!);
        },
        cancellation);

    /// <summary>Puts bytes into a row, or beside it into a blob.</summary>
    /// <param name="blob">The blob's name, if there has to be one. Written before the row, so that no row names a blob that isn't there.</param>
    public async Task PutAsync(TableEntity row, ReadOnlyMemory<byte> bytes, string blob, CancellationToken cancellation)
    {
        if (bytes.Length > RowBytes)
        {
            await SaveAsync(blob, BinaryData.FromBytes(bytes), cancellation);
            row["Blob"] = blob;
            return;
        }

        for (var (part, at) = (0, 0); at < bytes.Length; part++, at += PropertyBytes)
            row[string.Create(CultureInfo.InvariantCulture, $"Part{part}")] = bytes.Slice(at, Math.Min(PropertyBytes, bytes.Length - at)).ToArray();
    }

    /// <summary>The bytes that <see cref="PutAsync"/> has put there.</summary>
    public async Task<byte[]> GetAsync(TableEntity row, CancellationToken cancellation)
    {
        if (row.GetString("Blob") is { } blob)
            return (await LoadAsync(blob, cancellation)).ToArray();
        using var bytes = new MemoryStream();
        for (var part = 0; row.GetBinary(string.Create(CultureInfo.InvariantCulture, $"Part{part}")) is { } binary; part++)
            bytes.Write(binary);
        return bytes.ToArray();
    }

    /// <summary>Makes text fit for a property: the text itself, or a blob with it.</summary>
    /// <param name="blob">The blob's name, if there has to be one.</param>
    public async Task<StoredText?> StoreTextAsync(string? text, string blob, CancellationToken cancellation)
    {
        if (text is null)
            return null;
        if (text.Length <= InlineText)
            return new StoredText(text, null);
        await SaveAsync(blob, BinaryData.FromString(text), cancellation);
        return new StoredText(text, blob);
    }

    public async Task<string?> LoadTextAsync(StoredText? stored, CancellationToken cancellation) =>
        stored is { Text: null, Blob: { } blob } ? (await LoadAsync(blob, cancellation)).ToString() : stored?.Text;

    /// <summary>All blobs whose names begin so, in order.</summary>
    public async Task<List<string>> BlobsAsync(string prefix, CancellationToken cancellation)
    {
        var found = new List<string>();
        string? next = null;
        do
        {
            var page = await BlobPageAsync(prefix, next, cancellation);
            found.AddRange(page.Values);
            next = page.ContinuationToken;
        }
        while (!string.IsNullOrEmpty(next));
        return found;
    }

    /// <summary>One page of the blobs whose names begin so, in order; empty where nothing was ever too large for the table.</summary>
    public Task<Page<string>> BlobPageAsync(string prefix, string? continuation, CancellationToken cancellation) => PatientlyAsync(
        async limited =>
        {
            try
            {
                await foreach (var page in _blobs.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, limited).AsPages(continuation))
                    return Page<string>.FromValues([.. page.Values.Select(blob => blob.Name)], page.ContinuationToken, page.GetRawResponse());
            }
            catch (RequestFailedException none) when (none.Status == 404)
            {
                // There is no container yet.
            }

            return Page<string>.FromValues([], null, null!);
        },
        cancellation);

    public async Task DeleteBlobsAsync(IEnumerable<string> names, CancellationToken cancellation)
    {
        foreach (var name in names)
            await PatientlyAsync(async limited => await _blobs.DeleteBlobIfExistsAsync(name, cancellationToken: limited), cancellation);
    }

    private async Task<T> CallAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellation)
    {
        await _calls.WaitAsync(cancellation);
        try
        {
            using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limited.CancelAfter(CallTimeout);
            return await call(limited.Token);
        }
        finally
        {
            _calls.Release();
        }
    }

    private Task SaveAsync(string blob, BinaryData content, CancellationToken cancellation) => PatientlyAsync(
        async limited =>
        {
            if (!_hasContainer)
                await _blobs.CreateIfNotExistsAsync(cancellationToken: limited);
            _hasContainer = true;
            try
            {
                return await _blobs.GetBlobClient(blob).UploadAsync(content, overwrite: true, limited);
            }
            catch (RequestFailedException gone) when (gone.Status == 404)
            {
                // Storage went back to a time before it had the container.
                await _blobs.CreateIfNotExistsAsync(cancellationToken: limited);
                return await _blobs.GetBlobClient(blob).UploadAsync(content, overwrite: true, limited);
            }
        },
        cancellation);

    private async Task<BinaryData> LoadAsync(string blob, CancellationToken cancellation) =>
        await PatientlyAsync(async limited => (await _blobs.GetBlobClient(blob).DownloadContentAsync(limited)).Value.Content, cancellation);
}

/// <summary>Text as a row keeps it.</summary>
/// <param name="Text">Null until it is loaded, where it is in a blob.</param>
internal sealed record StoredText(string? Text, string? Blob);

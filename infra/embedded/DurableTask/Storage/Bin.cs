using System.Threading.Channels;
using Azure;
using Microsoft.Extensions.Logging;

namespace ServerlessDrives.Embedded.DurableTask;

/// <summary>Blobs that no row names any more; they are deleted while nobody waits for it.</summary>
internal sealed class Bin(HubStorage storage, ILogger logger)
{
    private readonly Channel<string> _prefixes = Channel.CreateUnbounded<string>(new UnboundedChannelOptions { SingleReader = true });

    /// <param name="prefix">A blob's name, or what the names of several begin with; nothing will be written under it again.</param>
    public void Discard(string prefix) => _prefixes.Writer.TryWrite(prefix);

    public async Task RunAsync(CancellationToken cancellation)
    {
        await foreach (var prefix in _prefixes.Reader.ReadAllAsync(cancellation))
        {
            try
            {
                await storage.DeleteBlobsAsync(await storage.BlobsAsync(prefix, cancellation), cancellation);
            }
            catch (RequestFailedException refused)
            {
                logger.LogWarning(refused, "Storage would not delete the blobs {Prefix}; they are of no use.", prefix);
            }
        }
    }
}

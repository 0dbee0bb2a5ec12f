using System.Threading.Channels;

namespace ServerlessDrives.Adapters.Aws;

/// <summary>
/// The memory that all uploads of this process share: as many buffers as fit the budget, and whoever comes later waits. Memory stays flat
/// however many files of whatever size are written at once.
/// </summary>
internal sealed class PartBuffers
{
    /// <summary>S3's smallest part but the last, in bytes.</summary>
    public const int PartBytes = 5 * 1024 * 1024;

    /// <summary>Most buffers at once: 80 MiB.</summary>
    private const int Most = 16;

    private readonly Channel<byte[]?> _free = Channel.CreateBounded<byte[]?>(Most);

    public PartBuffers()
    {
        // A null stands for a buffer that has not been needed yet.
        for (var i = 0; i < Most; i++)
            _free.Writer.TryWrite(null);
    }

    public async ValueTask<byte[]> RentAsync(CancellationToken cancellation) =>
        await _free.Reader.ReadAsync(cancellation) ?? GC.AllocateUninitializedArray<byte>(PartBytes);

    public void Return(byte[] buffer) => _free.Writer.TryWrite(buffer);
}

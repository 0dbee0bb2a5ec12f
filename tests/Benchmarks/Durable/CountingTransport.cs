using Azure.Core;
using Azure.Core.Pipeline;

namespace ServerlessDrives.Tests.Benchmarks.Durable;

/// <summary>Counts what the engine asks of storage; a transaction is one request.</summary>
internal sealed class CountingTransport : HttpPipelineTransport, IDisposable
{
    private readonly HttpClientTransport _wire = new();
    private int _requests;

    public int Requests => _requests;

    public override Request CreateRequest() => _wire.CreateRequest();

    public override void Process(HttpMessage message) => throw new NotSupportedException("The engine calls storage without blocking.");

    public override ValueTask ProcessAsync(HttpMessage message)
    {
        Interlocked.Increment(ref _requests);
        return _wire.ProcessAsync(message);
    }

    public void Dispose() => _wire.Dispose();
}

using Grpc.Core;
using ServerlessDrives.Embedded.Worker.Protocol;

namespace ServerlessDrives.Embedded.Worker;

/// <summary>The gRPC service that the worker calls at its start.</summary>
internal sealed class FunctionRpcService(WorkerChannel worker) : FunctionRpc.FunctionRpcBase
{
    public override Task EventStream(
        IAsyncStreamReader<StreamingMessage> requestStream,
        IServerStreamWriter<StreamingMessage> responseStream,
        ServerCallContext context
    ) => worker.RunAsync(requestStream, responseStream, context.CancellationToken);
}

using DurableTask.Core.Exceptions;
using Grpc.Core;
using Grpc.Core.Interceptors;
using ServerlessDrives.Embedded.Durable.Sqlite;

namespace ServerlessDrives.Embedded.Durable;

/// <summary>The status codes that the official client knows, for what the storage provider throws.</summary>
internal sealed class SidecarErrors : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context);
        }
        catch (Exception failure) when (StatusOf(failure) is { } status)
        {
            throw new RpcException(status);
        }
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(request, responseStream, context);
        }
        catch (Exception failure) when (StatusOf(failure) is { } status)
        {
            throw new RpcException(status);
        }
    }

    private static Status? StatusOf(Exception failure) => failure switch
    {
        OrchestrationAlreadyExistsException => new(StatusCode.AlreadyExists, failure.Message),
        StorageUnavailableException => new(StatusCode.Unavailable, failure.Message),
        NotSupportedException => new(StatusCode.Unimplemented, failure.Message),
        _ => null,
    };
}

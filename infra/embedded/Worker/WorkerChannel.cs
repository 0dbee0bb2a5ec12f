using System.Collections.Concurrent;
using System.Threading.Channels;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using ServerlessDrives.Embedded.Worker.Protocol;

namespace ServerlessDrives.Embedded.Worker;

/// <summary>
/// The host's end of the Functions protocol, for one worker: it asks the worker for its functions, has them loaded, and invokes them.
/// Messages go out one after the other, as gRPC wants it, and answers come back in any order.
/// </summary>
internal sealed class WorkerChannel(string appFolder, HandedOnTrace trace, ILogger<WorkerChannel> log)
{
    private static readonly WriteOptions MoreToCome = new(WriteFlags.BufferHint);

    private readonly Channel<StreamingMessage> _outgoing = Channel.CreateUnbounded<StreamingMessage>(
        new UnboundedChannelOptions { SingleReader = true });
    private readonly ConcurrentDictionary<string, TaskCompletionSource<InvocationResponse>> _invocations = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<StatusResult>> _loads = new();
    private readonly TaskCompletionSource<FunctionMetadataResponse> _metadata = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<IReadOnlyList<LoadedFunction>> _functions = new(
        TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The app's functions, as soon as the worker has loaded them. Fails as a refused start does.</summary>
    public Task<IReadOnlyList<LoadedFunction>> Functions => _functions.Task;

    /// <summary>Whether this host traces, so that the worker is handed the traces that it sees.</summary>
    public bool Traces => trace.Way is TraceHandover.Own;

    /// <summary>What the worker's durable clients are told: where the task hub's gRPC service is, as JSON.</summary>
    public string DurableClientBinding { get; set; } = "";

    /// <summary>Serves the worker's stream until either side ends it.</summary>
    public async Task RunAsync(
        IAsyncStreamReader<StreamingMessage> incoming,
        IServerStreamWriter<StreamingMessage> outgoing,
        CancellationToken cancellation)
    {
        var sending = SendAsync(outgoing, cancellation);
        try
        {
            while (await incoming.MoveNext(cancellation))
                Take(incoming.Current);
        }
        catch (Exception ended) when (ended is OperationCanceledException or IOException)
        {
            log.LogDebug(ended, "The worker's stream has ended.");
        }
        finally
        {
            _outgoing.Writer.TryComplete();
            Abandon();
        }

        await sending;
    }

    /// <summary>Invokes a function. Cancelling asks the function to end, whose answer is waited for all the same.</summary>
    /// <exception cref="WorkerLostException">The worker's stream ended before it answered.</exception>
    public async Task<InvocationResponse> InvokeAsync(
        LoadedFunction function,
        string invocationId,
        TypedData input,
        IEnumerable<KeyValuePair<string, string>>? metadata,
        CancellationToken cancellation)
    {
        var request = new InvocationRequest { InvocationId = invocationId, FunctionId = function.Id, TraceContext = trace.Now() };
        request.InputData.Add(new ParameterBinding { Name = function.TriggerName, Data = input });
        foreach (var client in function.DurableClients)
            request.InputData.Add(new ParameterBinding { Name = client, Data = new() { String = DurableClientBinding } });
        foreach (var (name, value) in metadata ?? [])
            request.TriggerMetadata[name] = new() { String = value };

        var answered = new TaskCompletionSource<InvocationResponse>(TaskCreationOptions.RunContinuationsAsynchronously);
        _invocations[invocationId] = answered;
        if (!_outgoing.Writer.TryWrite(new() { InvocationRequest = request }))
            Abandon();
        await using var cancelled = cancellation.Register(() =>
            _outgoing.Writer.TryWrite(new() { InvocationCancel = new() { InvocationId = invocationId } }));
        return await answered.Task;
    }

    private async Task SendAsync(IServerStreamWriter<StreamingMessage> outgoing, CancellationToken cancellation)
    {
        try
        {
            while (await _outgoing.Reader.WaitToReadAsync(cancellation))
            {
                while (_outgoing.Reader.TryRead(out var message))
                {
                    outgoing.WriteOptions = _outgoing.Reader.TryPeek(out _) ? MoreToCome : null;
                    await outgoing.WriteAsync(message, cancellation);
                }
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or IOException or InvalidOperationException)
        {
            log.LogDebug(ended, "Nothing more can be sent to the worker.");
        }
    }

    private void Take(StreamingMessage message)
    {
        switch (message.ContentCase)
        {
            case StreamingMessage.ContentOneofCase.StartStream:
                var capabilities = new WorkerInitRequest
                {
                    HostVersion = "4.0.0",
                    FunctionAppDirectory = appFolder,
                    WorkerDirectory = appFolder,
                };
                _outgoing.Writer.TryWrite(new() { WorkerInitRequest = capabilities });
                break;
            case StreamingMessage.ContentOneofCase.WorkerInitResponse:
                _ = LoadAsync(message.WorkerInitResponse.Result);
                break;
            case StreamingMessage.ContentOneofCase.FunctionMetadataResponse:
                _metadata.TrySetResult(message.FunctionMetadataResponse);
                break;
            case StreamingMessage.ContentOneofCase.FunctionLoadResponse:
                if (_loads.TryRemove(message.FunctionLoadResponse.FunctionId, out var load))
                    load.TrySetResult(message.FunctionLoadResponse.Result);
                break;
            case StreamingMessage.ContentOneofCase.InvocationResponse:
                if (_invocations.TryRemove(message.InvocationResponse.InvocationId, out var invocation))
                    invocation.TrySetResult(message.InvocationResponse);
                break;
            case StreamingMessage.ContentOneofCase.RpcLog:
                // The levels of the protocol are those of Microsoft.Extensions.Logging.
                log.Log(
                    (LogLevel)(int)message.RpcLog.Level,
                    "[{Category}] {Message} {Exception}",
                    message.RpcLog.Category,
                    message.RpcLog.Message,
                    message.RpcLog.Exception?.Message);
                break;
        }
    }

    private async Task LoadAsync(StatusResult started)
    {
        try
        {
            Require(started, "The worker did not start");
            _outgoing.Writer.TryWrite(new() { FunctionsMetadataRequest = new() { FunctionAppDirectory = appFolder } });
            var metadata = await _metadata.Task;
            Require(metadata.Result, "The worker could not list its functions");
            var functions = LoadedFunction.Read(metadata.FunctionMetadataResults);
            await Task.WhenAll(metadata.FunctionMetadataResults.Select(LoadAsync));
            _functions.TrySetResult(functions);
        }
        catch (Exception failure)
        {
            _functions.TrySetException(failure);
        }
    }

    private async Task LoadAsync(RpcFunctionMetadata function)
    {
        var loaded = _loads[function.FunctionId] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _outgoing.Writer.TryWrite(new() { FunctionLoadRequest = new() { FunctionId = function.FunctionId, Metadata = function } });
        Require(await loaded.Task, $"The worker could not load {function.EntryPoint}");
    }

    private static void Require(StatusResult result, string otherwise)
    {
        if (result.Status is not StatusResult.Types.Status.Success)
            throw new StartRefusedException($"{otherwise}: {result.Exception?.Message}");
    }

    private void Abandon()
    {
        var lost = new WorkerLostException();
        _functions.TrySetException(lost);
        foreach (var id in _invocations.Keys)
        {
            if (_invocations.TryRemove(id, out var invocation))
                invocation.TrySetException(lost);
        }
    }
}

/// <summary>The worker's stream ended while something waited for its answer.</summary>
internal sealed class WorkerLostException() : Exception("The worker has ended.");

using ServerlessDrives.Embedded.Worker.Protocol;

namespace ServerlessDrives.Embedded.Worker;

/// <summary>What a function threw, as the worker reports it: its type, its message and its stack trace are in the message.</summary>
internal sealed class FunctionFailedException(RpcException? reported) : Exception(Describe(reported))
{
    private static string Describe(RpcException? reported) =>
        reported is null ? "The function failed." : $"{reported.Type}: {reported.Message}{Environment.NewLine}{reported.StackTrace}";
}

using Grpc.Core;

namespace ServerlessDrives.Http;

/// <summary>Tells failures of what we depend on, which pass, from our own.</summary>
internal static class Unavailability
{
    public static bool IsCauseOf(Exception failure, IEnumerable<IDependency> dependencies)
    {
        var known = dependencies.ToList();
        return Causes(failure)
            .Any(cause =>
                cause is HttpRequestException or TimeoutException or OperationCanceledException
                || IsOfDurableTask(cause)
                || known.Any(dependency => dependency.Explain(cause) is not null));
    }

    /// <summary>The durable client reaches its task hub over gRPC; these are what it answers while the hub's storage is away.</summary>
    private static bool IsOfDurableTask(Exception cause) =>
        cause
            is RpcException
        {
            StatusCode: StatusCode.Unavailable
                    or StatusCode.DeadlineExceeded
                    or StatusCode.ResourceExhausted
                    or StatusCode.Aborted
                    or StatusCode.Cancelled
                    or StatusCode.Internal
                    or StatusCode.Unknown,
        };

    private static IEnumerable<Exception> Causes(Exception failure) => failure is AggregateException several
        ? several.InnerExceptions.SelectMany(Causes).Prepend(several)
        : failure.InnerException is { } inner ? Causes(inner).Prepend(failure) : [failure];
}

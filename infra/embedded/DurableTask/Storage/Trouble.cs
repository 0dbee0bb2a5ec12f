using Azure;

namespace ServerlessDrives.Embedded.DurableTask;

/// <summary>Tells a storage that is away from one that says no.</summary>
internal static class Trouble
{
    /// <summary>Whether the same call may succeed later. What cancels the call itself is no trouble.</summary>
    public static bool IsPassing(Exception exception, CancellationToken cancellation) => exception switch
    {
        OperationCanceledException => !cancellation.IsCancellationRequested,
        RequestFailedException failed => failed.Status is 0 or 408 or 429 or >= 500,
        AggregateException several => several.InnerExceptions.All(inner => IsPassing(inner, cancellation)),
        IOException or HttpRequestException => true,
        _ => false,
    };
}

/// <summary>This session no longer owns the task hub; another, here or in another process, goes on with what is stored.</summary>
internal sealed class SessionLostException(string message) : Exception(message);

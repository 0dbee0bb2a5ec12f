using Azure;

namespace ServerlessDrives.Adapters.Tables;

/// <summary>How Table Storage's client says that the service doesn't answer at the moment.</summary>
internal static class TableFailures
{
    /// <summary>Whether the failure passes by itself: no connection, no answer in time, throttled, or the service's own.</summary>
    public static bool IsPassing(Exception failure) => failure switch
    {
        RequestFailedException refused => refused.Status is 0 or 408 or 429 or >= 500,
        // What several tries came to, one after the other.
        AggregateException several => several.InnerExceptions.Count > 0 && several.InnerExceptions.All(IsPassing),
        TaskCanceledException { InnerException: TimeoutException } => true,
        _ => false,
    };
}

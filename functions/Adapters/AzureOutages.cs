using Azure;
using ServerlessDrives.Http;

namespace ServerlessDrives.Adapters;

/// <summary>What a failed call to a service of Azure's means.</summary>
internal static class AzureOutages
{
    /// <summary>
    /// The service has no room, as Azurite and the embedded vault answer when the disk is full. The SDKs do not repeat such a call.
    /// </summary>
    private const int InsufficientStorage = 507;

    public static Outage? Of(Exception failure) => failure switch
    {
        RequestFailedException { Status: InsufficientStorage } full => new(full.Message.Split('\n')[0].Trim(), IsFull: true),
        RequestFailedException { Status: 0 } => new("It could not be reached."),
        RequestFailedException refused => new($"It answered {refused.Status} {refused.ErrorCode}".Trim() + "."),
        AggregateException { InnerExceptions: [var one, ..] } => Of(one),
        _ => null,
    };
}

using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Http;

namespace ServerlessDrives.Connecting.Callbacks;

/// <summary>Slows down whoever guesses: a handful of requests a second for each link, and for each address.</summary>
public sealed class CallbackLimits : IDisposable
{
    private readonly Allowance _perCaller = new(burst: 60, eachSecond: 6, "Too many requests for callback links from here. Wait a little.");
    private readonly Allowance _perLink = new(burst: 30, eachSecond: 3, "Too many requests for this link. Wait a little.");

    /// <returns>Null when the request may go on.</returns>
    public Refusal? Refuse(FunctionContext context, string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return _perCaller.Take(Caller.AddressOf(context)) ?? _perLink.Take(token.Length > 400 ? "" : token);
    }

    public void Dispose()
    {
        _perCaller.Dispose();
        _perLink.Dispose();
    }
}

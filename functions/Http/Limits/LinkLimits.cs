using Microsoft.Azure.Functions.Worker;

namespace ServerlessDrives.Http.Limits;

/// <summary>Slows down whoever guesses the tokens of links: a handful of requests a second for each link, and for each address.</summary>
/// <param name="kind">What the links are, as in "callback links".</param>
public abstract class LinkLimits(string kind) : IDisposable
{
    private readonly Allowance _perCaller = new(burst: 60, eachSecond: 6, $"Too many requests for {kind} from here. Wait a little.");
    private readonly Allowance _perLink = new(burst: 30, eachSecond: 3, "Too many requests for this link. Wait a little.");

    /// <returns>Null when the request may go on.</returns>
    public Refusal? Refuse(FunctionContext context, string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return _perCaller.Take(Caller.AddressOf(context)) ?? _perLink.Take(token.Length > LinkToken.MaxLength ? "" : token);
    }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (!disposing)
            return;
        _perCaller.Dispose();
        _perLink.Dispose();
    }
}

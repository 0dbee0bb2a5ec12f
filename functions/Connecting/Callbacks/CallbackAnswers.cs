using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace ServerlessDrives.Connecting.Callbacks;

/// <summary>What every call by a callback link has in common: a rate limit, and finding the link if it is valid.</summary>
public sealed class CallbackAnswers(OpenCallback open, CallbackLimits limits)
{
    public async Task<Result<Callback, Refusal>> FindAsync(HttpRequest request, FunctionContext context, string token)
    {
        ArgumentNullException.ThrowIfNull(request);
        return limits.Refuse(context, token) is { } busy ? busy : await open.RunAsync(token, request.HttpContext.RequestAborted);
    }
}

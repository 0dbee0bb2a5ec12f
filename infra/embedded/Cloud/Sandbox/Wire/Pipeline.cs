using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

/// <summary>The way of every request: which service it is for, who signed it, what fault is due, and what the service answers.</summary>
internal sealed class Pipeline(
    IReadOnlyList<IAwsService> services,
    Authentication authentication,
    AwsFaults faults,
    TimeProvider clock,
    ILogger log)
{
    public async Task RunAsync(HttpContext http)
    {
        http.Response.Headers.Date = clock.GetUtcNow().ToString("R");
        if (faults.BandwidthPerConnection > 0)
            ConnectionPace.Limit(http, faults.BandwidthPerConnection, clock);
        var call = new AwsCall(http, "s3", "us-east-1", null, Stream.Null, NewRequestId())
        {
            TlsVersion = Transport.TlsVersionOf(http, faults.PlainHttp),
        };
        var service = Service("s3");
        try
        {
            // A preflight comes without a signature, even where it asks about a link that has one: that was made for another method.
            var signature = HttpMethods.IsOptions(http.Request.Method) ? null : RequestSignature.Of(http.Request);
            service = Route(http.Request, signature);
            call = call with { Service = service.Name, Region = signature?.Region ?? "us-east-1" };
            if (service.Name == "s3" && http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
                size.MaxRequestBodySize = null;

            var (caller, body) = await authentication.CheckAsync(http.Request, service.Name, signature);
            await using (body)
            {
                call = call with { Caller = caller, Body = body };
                await AnswerAsync(service, call, signature?.AccessKeyId);
            }
        }
        catch (AwsError error)
        {
            await RefuseAsync(service, call, error);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client went away, or a fault cut the connection: nobody is left to answer.
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            if (failure is IOException or BadHttpRequestException)
                log.LogDebug(failure, "A request to the sandbox broke off");
            else
                log.LogError(
                    failure,
                    "The sandbox failed at {Service} {Method} {Path}",
                    call.Service,
                    http.Request.Method,
                    http.Request.Path);
            await RefuseAsync(service, call, AwsFaults.Error(call.Service == "kms" ? "InternalFailure" : "InternalError"));
        }
    }

    private async Task AnswerAsync(IAwsService service, AwsCall call, string? accessKeyId)
    {
        var seen = faults.See(
            service.Name,
            service.ActionOf(call),
            call.Region,
            accessKeyId,
            service.Name == "s3" ? call.Request.Path.Value ?? "" : "",
            clock.GetUtcNow());
        var fault = faults.Take(seen);
        seen.Fault = fault?.Code;
        var late = faults.LatencyMs + (fault?.LatencyMs ?? 0);
        if (late > 0) await Task.Delay(TimeSpan.FromMilliseconds(late), clock, call.Cancelled);
        try
        {
            await (fault is null or { Code: FailNext.Late } ? service.AnswerAsync(call) : FailAsync(service, call, fault));
            if (!call.Cancelled.IsCancellationRequested) seen.Status = call.Response.StatusCode;
        }
        catch (AwsError error)
        {
            seen.Status = error.Status;
            throw;
        }
    }

    private static async Task FailAsync(IAwsService service, AwsCall call, FailNext fault)
    {
        switch (fault.Code)
        {
            case FailNext.ConnectionRefused:
                call.Http.Abort();
                break;
            case FailNext.UploadReset:
                // Half of what was announced, then the end; a call without a body ends at once.
                await DrainAsync(call, (call.Request.ContentLength ?? 0) / 2);
                call.Http.Abort();
                break;
            case FailNext.AnswerLost:
                await WithoutAnswerAsync(service, call);
                call.Http.Abort();
                break;
            case FailNext.ConnectionReset or FailNext.TruncatedAnswer:
                var resets = fault.Code == FailNext.ConnectionReset;
                call.Response.Body = new BrokenAnswer(call.Http, call.Response.Body, resets);
                await service.AnswerAsync(call);
                if (resets) call.Http.Abort();
                break;
            default:
                if (fault.AfterEffect) await WithoutAnswerAsync(service, call);
                throw AwsFaults.Error(fault.Code);
        }
    }

    private static async Task DrainAsync(AwsCall call, long bytes)
    {
        var piece = new byte[16 * 1024];
        for (
            int read;
            bytes > 0
                && (read = await call.Request.Body.ReadAsync(piece.AsMemory(0, (int)Math.Min(bytes, piece.Length)), call.Cancelled)) > 0;
)
            bytes -= read;
    }

    private static async Task WithoutAnswerAsync(IAwsService service, AwsCall call)
    {
        var answer = call.Response.Body;
        call.Response.Body = Stream.Null;
        await service.AnswerAsync(call);
        call.Response.Body = answer;
    }

    private async Task RefuseAsync(IAwsService service, AwsCall call, AwsError error)
    {
        if (call.Response.HasStarted)
        {
            call.Http.Abort();
            return;
        }

        call.Response.Clear();
        // By this the SDKs set their clocks right.
        call.Response.Headers.Date = clock.GetUtcNow().ToString("R");
        // Whoever waits for "100 Continue" sends no body now: what comes next on the connection would be taken for it.
        if (call.Request.Headers.Expect.Count > 0) call.Response.Headers.Connection = "close";
        await service.WriteErrorAsync(call, error);
    }

    private IAwsService Route(HttpRequest request, RequestSignature? signature)
    {
        if (signature is null && Sns.SandboxSns.IsUnsigned(request)) return Service("sns");
        if (signature is null) return Service(IsUnsignedQuery(request) ? "sts" : "s3");
        return services.FirstOrDefault(s => s.Name == signature.Service)
            ?? throw new AwsError(
                400,
                "AuthorizationHeaderMalformed",
                $"The authorization header is malformed; incorrect service \"{signature.Service}\". This endpoint belongs to \"s3\", " +
                $"\"sts\", \"iam\", \"kms\" and \"sns\"."
            );
    }

    // AssumeRoleWithWebIdentity is the one query call that nobody signs: the token in it is the proof.
    private static bool IsUnsignedQuery(HttpRequest request) =>
        request.Path == "/" && (request.Query.ContainsKey("Action") || (HttpMethods.IsPost(request.Method) && request.HasFormContentType));

    private IAwsService Service(string name) => services.First(s => s.Name == name);

    private static string NewRequestId() => RandomNumberGenerator.GetHexString(16);
}

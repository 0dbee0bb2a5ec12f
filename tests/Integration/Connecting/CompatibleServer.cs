using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ServerlessDrives.Tests.Integration.Connecting;

/// <summary>
/// An S3-compatible server at the wire: passes everything on to another one, and lacks what small servers lack. It has no access control
/// lists, tells no regions, knows no accounts, and its STS lets whoever has a key assume any role without an external ID, as MinIO's does.
/// </summary>
internal sealed class CompatibleServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _http = new(
        new SocketsHttpHandler { AllowAutoRedirect = false, AutomaticDecompression = DecompressionMethods.None })
    {
        Timeout = TimeSpan.FromSeconds(60),
    };
    private readonly Uri _behind;
    private readonly Func<Task<string>> _session;

    private CompatibleServer(WebApplication app, Uri behind, Func<Task<string>> session) =>
        (_app, _behind, _session) = (app, behind, session);

    public Uri Address { get; private set; } = null!;

    /// <summary>What the server refuses besides, and in which words; null for nothing.</summary>
    public Func<HttpContext, byte[], ServerRefusal?>? Refuses { get; init; }

    /// <param name="session">The body of STS's answer that everybody gets.</param>
    public static Task<CompatibleServer> StartAsync(Uri behind, Func<Task<string>> session) =>
        StartAsync((app, address) => new(app, behind, session) { Address = address }, certificate: null);

    /// <summary>One that is like the one behind but for what it refuses.</summary>
    /// <param name="certificate">For TLS; null for none.</param>
    public static Task<CompatibleServer> StartAsync(
        Uri behind,
        Func<HttpContext, byte[], ServerRefusal?> refuses,
        X509Certificate2? certificate = null
    ) => StartAsync((app, address) => new(app, behind, () => Task.FromResult("")) { Address = address, Refuses = refuses }, certificate);

    private static async Task<CompatibleServer> StartAsync(Func<WebApplication, Uri, CompatibleServer> make, X509Certificate2? certificate)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder
            .WebHost.UseKestrelCore()
            .UseKestrelHttpsConfiguration()
            .ConfigureKestrel(kestrel =>
                kestrel.Listen(
                    IPAddress.Loopback,
                    0,
                    listen =>
                    {
                        if (certificate is not null)
                            listen.UseHttps(certificate);
                    }));
        var app = builder.Build();
        CompatibleServer? server = null;
        app.Run(http => server!.AnswerAsync(http));
        await app.StartAsync();
        var address = new Uri(
            app.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>()
                .Features.Get<IServerAddressesFeature>()!
                .Addresses.First());
        return server = make(app, address);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _http.Dispose();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        if (Refuses is not null)
        {
            if (Refuses(http, body.ToArray()) is not { } refusal)
            {
                await PassOnAsync(http, body);
                return;
            }

            http.Response.StatusCode = refusal.Status;
            if (!HttpMethods.IsHead(http.Request.Method))
                await WriteAsync(
                    http,
                    refusal.IsOfSts
                        ? $"<ErrorResponse><Error><Type>Sender</Type><Code>{refusal.Code}</Code>"
                            + $"<Message>{refusal.Message}</Message></Error></ErrorResponse>"
                        : $"<?xml version=\"1.0\" " +
                            $"encoding=\"UTF-8\"?><Error><Code>{refusal.Code}</Code><Message>{refusal.Message}</Message></Error>"
                );
        }
        else if (http.Request.Query.ContainsKey("acl") || http.Request.Headers.ContainsKey("x-amz-acl"))
            await RefuseAsync(http, "NotImplemented", "A header you provided implies functionality that is not implemented");
        else if (http.Request.Path == "/" && HttpMethods.IsPost(http.Request.Method))
            await AnswerStsAsync(http, HttpUtility.ParseQueryString(Encoding.UTF8.GetString(body.ToArray()))["Action"]);
        else
            await PassOnAsync(http, body);
    }

    private async Task AnswerStsAsync(HttpContext http, string? action)
    {
        if (action != "AssumeRole")
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            await WriteAsync(
                http,
                $"<ErrorResponse><Error><Code>InvalidAction</Code><Message>Unsupported action {action}</Message></Error></ErrorResponse>");
            return;
        }

        await WriteAsync(http, await _session());
    }

    private static Task RefuseAsync(HttpContext http, string code, string message)
    {
        http.Response.StatusCode = StatusCodes.Status501NotImplemented;
        return HttpMethods.IsHead(http.Request.Method)
            ? Task.CompletedTask
            : WriteAsync(http, $"<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{code}</Code><Message>{message}</Message></Error>");
    }

    private static Task WriteAsync(HttpContext http, string xml)
    {
        http.Response.ContentType = "application/xml";
        return http.Response.WriteAsync(xml);
    }

    private async Task PassOnAsync(HttpContext http, MemoryStream body)
    {
        var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        using var request = new HttpRequestMessage(new HttpMethod(http.Request.Method), new Uri(_behind, target));
        request.Content = new ByteArrayContent(body.ToArray());
        foreach (var (name, values) in http.Request.Headers)
        {
            // Signed with the address that it was sent to, so that one is passed on too.
            if (
                !name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase)
                && !request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
                request.Content.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }

        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, http.RequestAborted);
        http.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers))
        {
            if (
                (Refuses is not null || !name.Equals("x-amz-bucket-region", StringComparison.OrdinalIgnoreCase))
                && !name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase))
                http.Response.Headers[name] = values.ToArray();
        }

        if (
            !HttpMethods.IsHead(http.Request.Method) && answer.StatusCode is not HttpStatusCode.NoContent and not HttpStatusCode.NotModified
        )
            await answer.Content.CopyToAsync(http.Response.Body, http.RequestAborted);
    }
}

/// <param name="IsOfSts">Whether it is worded as STS words its refusals.</param>
internal sealed record ServerRefusal(int Status, string Code, string Message, bool IsOfSts = false);

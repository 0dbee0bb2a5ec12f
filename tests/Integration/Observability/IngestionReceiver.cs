using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ServerlessDrives.Tests.Integration.Observability;

/// <summary>A request or a dependency as Application Insights received it.</summary>
/// <param name="Parent">Empty for a root.</param>
public sealed record IngestedSpan(string Kind, string TraceId, string Id, string Parent, string Name);

/// <summary>
/// Azure Monitor's ingestion, which takes nothing without a token of the identity endpoint, and that endpoint as a Function App has it: the
/// resource of infra/azure, whose local keys are off.
/// </summary>
public sealed class IngestionReceiver : IAsyncDisposable
{
    private const string Identity = "the-identity-of-the-app";

    private readonly WebApplication _web;
    private readonly string _token = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
    private readonly string _authority = Path.GetTempFileName();

    private IngestionReceiver(WebApplication web) => _web = web;

    public ConcurrentQueue<IngestedSpan> Spans { get; } = new();

    /// <summary>What was refused, for want of the token.</summary>
    public ConcurrentQueue<string> Refused { get; } = new();

    /// <summary>The settings of infra/azure, and what the platform puts beside them.</summary>
    public Dictionary<string, string> Settings
    {
        get
        {
            var ingestion = _web.Urls.Single(url => url.StartsWith("https", StringComparison.Ordinal));
            var identity = _web.Urls.Single(url => !url.StartsWith("https", StringComparison.Ordinal));
            return new()
            {
                ["APPLICATIONINSIGHTS_CONNECTION_STRING"] =
                    $"InstrumentationKey={Guid.NewGuid()};IngestionEndpoint={ingestion}/;LiveEndpoint={ingestion}/",
                ["APPLICATIONINSIGHTS_AUTHENTICATION_STRING"] = $"ClientId={Identity};Authorization=AAD",
                ["AZURE_CLIENT_ID"] = Identity,
                ["IDENTITY_ENDPOINT"] = $"{identity}/identity",
                ["IDENTITY_HEADER"] = "of-the-platform",
                // What .NET trusts on Linux: this receiver only.
                ["SSL_CERT_FILE"] = _authority,
                // Figures about the exporter itself, which it sends to Microsoft.
                ["APPLICATIONINSIGHTS_STATSBEAT_DISABLED"] = "true",
                ["APPLICATIONINSIGHTS_SDKSTATS_DISABLED"] = "true",
            };
        }
    }

    public static async Task<IngestionReceiver> StartAsync()
    {
        using var certificate = Certificate();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        // Kestrel keeps it for as long as it runs.
        var kept = X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(kept));
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        var receiver = new IngestionReceiver(builder.Build());
        await File.WriteAllTextAsync(receiver._authority, certificate.ExportCertificatePem());
        receiver._web.MapPost("/v2.1/track", receiver.TakeAsync);
        receiver._web.MapGet("/identity", receiver.Token);
        await receiver._web.StartAsync();
        return receiver;
    }

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        File.Delete(_authority);
    }

    private IResult Token(HttpRequest request) =>
        request.Query["client_id"] == Identity && request.Headers["X-IDENTITY-HEADER"] == "of-the-platform"
            ? Results.Json(new
            {
                access_token = _token,
                expires_on = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
                resource = request.Query["resource"].ToString(),
                token_type = "Bearer",
                client_id = Identity,
            })
            : Results.BadRequest();

    /// <summary>A line of JSON for each item, zipped or not.</summary>
    private async Task<IResult> TakeAsync(HttpRequest request)
    {
        if (request.Headers.Authorization != $"Bearer {_token}")
        {
            Refused.Enqueue(request.Headers.Authorization.ToString());
            return Results.Unauthorized();
        }

        await using var body = request.Headers.ContentEncoding == "gzip"
            ? new GZipStream(request.Body, CompressionMode.Decompress)
            : request.Body;
        using var reader = new StreamReader(body);
        var items = 0;
        while (await reader.ReadLineAsync(request.HttpContext.RequestAborted) is { } line)
        {
            if (line.Length == 0)
                continue;
            items++;
            var item = JsonNode.Parse(line)!;
            var kind = item["data"]!["baseType"]!.GetValue<string>();
            if (kind is not ("RequestData" or "RemoteDependencyData"))
                continue;
            var (tags, data) = (item["tags"]!, item["data"]!["baseData"]!);
            Spans.Enqueue(new(
                kind,
                tags["ai.operation.id"]?.GetValue<string>() ?? "",
                data["id"]?.GetValue<string>() ?? "",
                tags["ai.operation.parentId"]?.GetValue<string>() ?? "",
                data["name"]?.GetValue<string>() ?? ""));
        }

        return Results.Json(new { itemsReceived = items, itemsAccepted = items, errors = Array.Empty<object>() });
    }

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}

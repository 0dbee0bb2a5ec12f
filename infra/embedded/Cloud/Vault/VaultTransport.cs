using System.Globalization;
using System.Net;
using System.Net.Mime;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Web;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Security.KeyVault.Secrets;

namespace ServerlessDrives.Embedded.Cloud.Vault;

/// <summary>
/// Key Vault's REST API for secrets, answered in process: the real <see cref="SecretClient"/> talks to it through its transport.
/// Any <c>api-version</c> is taken, and any token: a request without one is challenged, because the client sends its first without a body
/// to be so.
/// </summary>
internal sealed class VaultTransport(Uri vault, Func<KeyVault> open) : HttpMessageHandler
{
    private const int LargestPage = 25;
    private readonly Lazy<KeyVault> _vault = new(open);

    /// <summary>Reads the secrets.</summary>
    /// <exception cref="EmbeddedCloudException">A file can't be read.</exception>
    public void Open() => _ = _vault.Value;

    /// <summary>Options that make a <see cref="SecretClient"/> talk to this vault.</summary>
    public SecretClientOptions ClientOptions() => new()
    {
        Transport = new HttpClientTransport(this),
        DisableChallengeResourceVerification = true,
        Diagnostics = { IsLoggingEnabled = false, IsTelemetryEnabled = false, IsDistributedTracingEnabled = false },
    };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage response;
        try
        {
            response = request.Headers.Authorization is null ? Challenge() : await AnswerAsync(request, cancellationToken);
        }
        catch (VaultRefusal refusal)
        {
            response = Json(VaultWire.Error(refusal), refusal.Status);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            response = Json(VaultWire.Error(VaultRefusal.NotStored(FileTrouble.IsFull(error))), HttpStatusCode.InsufficientStorage);
        }
        catch (Exception error) when (error is InvalidOperationException or FormatException)
        {
            // A JSON value of the wrong kind.
            response = Json(
                VaultWire.Error(VaultRefusal.BadParameter("The request body has a property of the wrong type.")),
                HttpStatusCode.BadRequest);
        }

        response.RequestMessage = request;
        response.Headers.Add("x-ms-request-id", Guid.NewGuid().ToString());
        return response;
    }

    private static HttpResponseMessage Challenge()
    {
        var challenge = new HttpResponseMessage(HttpStatusCode.Unauthorized);
        challenge.Headers.WwwAuthenticate.ParseAdd(
            "Bearer authorization=\"https://login.microsoftonline.com/embedded\", resource=\"https://vault.azure.net\"");
        return challenge;
    }

    private async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var keyVault = _vault.Value;
        var path = request.RequestUri!.AbsolutePath.Trim('/').Split('/').Select(Uri.UnescapeDataString).ToArray();
        switch (request.Method.Method, path)
        {
            case ("PUT", ["secrets", var name]):
                var set = keyVault.Set(name, VaultWire.Wish(await VaultWire.ReadAsync(request.Content, cancellationToken)));
                return Json(VaultWire.Bundle(vault, set.Secret, set.Version));

            case ("GET", ["secrets"]):
                return List(request.RequestUri, keyVault.List().Select(secret => VaultWire.Item(vault, secret)));

            case ("GET", ["secrets", var name, "versions"]):
                var versions = keyVault.Versions(name);
                return List(request.RequestUri, versions.Versions.Select(version => VaultWire.Item(vault, versions, version)));

            case ("GET", ["secrets", var name, .. var version]) when version.Length < 2:
                var got = keyVault.Get(name, version is [{ Length: > 0 } one] ? one : null);
                return Json(VaultWire.Bundle(vault, got.Secret, got.Version));

            case ("PATCH", ["secrets", var name, .. var version]) when version.Length < 2:
                var change = VaultWire.Change(await VaultWire.ReadAsync(request.Content, cancellationToken));
                var updated = keyVault.Update(name, version is [{ Length: > 0 } which] ? which : null, change);
                return Json(VaultWire.Item(vault, updated.Secret, updated.Version));

            case ("DELETE", ["secrets", var name]):
                return Json(VaultWire.Deleted(vault, keyVault.Delete(name), listed: false));

            case ("GET", ["deletedsecrets"]):
                return List(request.RequestUri, keyVault.ListDeleted().Select(secret => VaultWire.Deleted(vault, secret, listed: true)));

            case ("GET", ["deletedsecrets", var name]):
                return Json(VaultWire.Deleted(vault, keyVault.GetDeleted(name), listed: false));

            case ("POST", ["deletedsecrets", var name, "recover"]):
                var recovered = keyVault.Recover(name);
                return Json(VaultWire.Item(vault, recovered, recovered.Latest));

            case ("DELETE", ["deletedsecrets", var name]):
                keyVault.Purge(name);
                return new HttpResponseMessage(HttpStatusCode.NoContent);

            default:
                throw new VaultRefusal(
                    HttpStatusCode.MethodNotAllowed,
                    "MethodNotAllowed",
                    $"The embedded vault doesn't know {request.Method} {request.RequestUri.AbsolutePath}.");
        }
    }

    /// <summary>One page, as many as <c>maxresults</c> asks for (25 at most), and where the next one is.</summary>
    private static HttpResponseMessage List(Uri asked, IEnumerable<JsonObject> items)
    {
        var query = HttpUtility.ParseQueryString(asked.Query);
        var size =
            int.TryParse(query["maxresults"], NumberStyles.None, CultureInfo.InvariantCulture, out var wanted)
            && wanted is > 0 and <= LargestPage
                ? wanted
                : LargestPage;
        var skipped = int.TryParse(query["$skiptoken"], NumberStyles.None, CultureInfo.InvariantCulture, out var token) ? token : 0;
        var page = items.Skip(skipped).Take(size + 1).ToList();
        string? next = null;
        if (page.Count > size)
        {
            page.RemoveAt(size);
            query["$skiptoken"] = (skipped + size).ToString(CultureInfo.InvariantCulture);
            next = new UriBuilder(asked) { Query = query.ToString() }.Uri.ToString();
        }

        return Json(new JsonObject { ["value"] = new JsonArray([.. page]), ["nextLink"] = next });
    }

    private static HttpResponseMessage Json(JsonObject body, HttpStatusCode status = HttpStatusCode.OK) => new(status)
    {
        Content = new StringContent(body.ToJsonString(JsonSerializerOptions.Web), Encoding.UTF8, MediaTypeNames.Application.Json),
    };
}

/// <summary>A token for clients that insist on one, such as <see cref="SecretClient"/>; the embedded cloud never looks at it.</summary>
internal sealed class EmbeddedCredential : TokenCredential
{
    private static readonly AccessToken Token = new("embedded", DateTimeOffset.MaxValue);

    public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) => Token;

    public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
        new(Token);
}

using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using ServerlessDrives.Embedded.Cloud.Sandbox;
using ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

namespace ServerlessDrives.Embedded.Demo;

/// <summary>
/// The customer's AWS administrator, who does what the wizard says: calls to IAM and S3 of the sandbox, signed as any tool signs them.
/// </summary>
internal sealed class AcmeAdministrator(HttpClient http, Uri endpoint, SeededKey key, TimeProvider clock)
{
    /// <returns>The role's ARN.</returns>
    public async Task<string> CreateRoleAsync(string name, JsonNode trustPolicy, CancellationToken cancellation)
    {
        var answer = await IamAsync(
            "CreateRole",
            [("RoleName", name), ("AssumeRolePolicyDocument", trustPolicy.ToJsonString())],
            cancellation);
        return XDocument.Parse(answer).Descendants().First(element => element.Name.LocalName == "Arn").Value;
    }

    public Task PutRolePolicyAsync(string role, JsonNode policy, CancellationToken cancellation) =>
        IamAsync("PutRolePolicy", [("RoleName", role), ("PolicyName", "drive"), ("PolicyDocument", policy.ToJsonString())], cancellation);

    /// <returns>The bucket's policy as JSON, or null where it has none.</returns>
    public async Task<string?> BucketPolicyAsync(string bucket, CancellationToken cancellation)
    {
        using var answer = await SendAsync("s3", HttpMethod.Get, $"/{bucket}", "policy=", "", cancellation);
        return answer.StatusCode is HttpStatusCode.NotFound ? null : await TextOfAsync(answer, "GetBucketPolicy", cancellation);
    }

    public async Task PutBucketPolicyAsync(string bucket, JsonNode policy, CancellationToken cancellation)
    {
        using var answer = await SendAsync("s3", HttpMethod.Put, $"/{bucket}", "policy=", policy.ToJsonString(), cancellation);
        await TextOfAsync(answer, "PutBucketPolicy", cancellation);
    }

    private async Task<string> IamAsync(string action, IEnumerable<(string Name, string Value)> parameters, CancellationToken cancellation)
    {
        var form = string.Join(
            '&',
            parameters
                .Prepend(("Version", "2010-05-08"))
                .Prepend(("Action", action))
                .Select(pair => $"{pair.Item1}={Uri.EscapeDataString(pair.Item2)}"));
        using var answer = await SendAsync("iam", HttpMethod.Post, "/", "", form, cancellation);
        return await TextOfAsync(answer, action, cancellation);
    }

    private static async Task<string> TextOfAsync(HttpResponseMessage answer, string action, CancellationToken cancellation)
    {
        var text = await answer.Content.ReadAsStringAsync(cancellation);
        return answer.IsSuccessStatusCode ? text : throw new DemoFailedException($"AWS refused {action}: {(int)answer.StatusCode} {text}");
    }

    /// <param name="query">In canonical form: sorted, each name with its <c>=</c>.</param>
    private async Task<HttpResponseMessage> SendAsync(
        string service,
        HttpMethod method,
        string path,
        string query,
        string body,
        CancellationToken cancellation)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)));
        var now = clock.GetUtcNow();
        var signature = new RequestSignature(
            key.AccessKeyId,
            now.UtcDateTime.ToString("yyyyMMdd", CultureInfo.InvariantCulture),
            "us-east-1",
            service,
            ["host", "x-amz-content-sha256", "x-amz-date"],
            "",
            now,
            SessionToken: null,
            Expires: null);
        var canonical =
            $"{method}\n{path}\n{query}\nhost:{endpoint.Authority}\nx-amz-content-sha256:{hash}\nx-amz-date:{signature.Timestamp}\n\n"
            + $"{string.Join(';', signature.SignedHeaders)}\n{hash}";
        var signed = new SigningKey(key.SecretAccessKey, signature).Sign(CanonicalRequest.StringToSign(signature, canonical));

        using var request = new HttpRequestMessage(method, new Uri(endpoint, query.Length == 0 ? path : $"{path}?{query}"));
        if (body.Length > 0)
            request.Content = new StringContent(
                body,
                Encoding.UTF8,
                service == "iam" ? "application/x-www-form-urlencoded" : "application/json");
        request.Headers.TryAddWithoutValidation("x-amz-content-sha256", hash);
        request.Headers.TryAddWithoutValidation("x-amz-date", signature.Timestamp);
        request.Headers.TryAddWithoutValidation(
            "Authorization",
            $"{RequestSignature.Algorithm} Credential={key.AccessKeyId}/{signature.Scope}, " +
            $"SignedHeaders={string.Join(';', signature.SignedHeaders)}, Signature={signed}"
        );
        return await http.SendAsync(request, cancellation);
    }
}

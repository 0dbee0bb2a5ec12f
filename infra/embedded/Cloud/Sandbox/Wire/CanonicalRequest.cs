using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

/// <summary>
/// The text that a request is signed by. Source: "Create a signed AWS API request" in the IAM user guide, and "Authenticating Requests" in
/// the S3 API reference.
/// </summary>
internal static class CanonicalRequest
{
    public static string Of(HttpRequest request, RequestSignature signature, string payloadHash)
    {
        var target = request.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var mark = target.IndexOf('?', StringComparison.Ordinal);
        var (path, query) = mark < 0 ? (target, "") : (target[..mark], target[(mark + 1)..]);
        var text = new StringBuilder(512)
            .Append(request.Method).Append('\n')
            .Append(Path(path, signature.Service)).Append('\n')
            .Append(Query(query)).Append('\n');
        foreach (var name in signature.SignedHeaders) text.Append(name).Append(':').Append(Header(request, name)).Append('\n');
        return text.Append('\n').AppendJoin(';', signature.SignedHeaders).Append('\n').Append(payloadHash).ToString();
    }

    public static string StringToSign(RequestSignature signature, string canonicalRequest) =>
        $"{RequestSignature.Algorithm}\n{signature.Timestamp}\n{signature.Scope}\n"
            + $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonicalRequest)))}";

    // S3 signs the path encoded once; every other service encodes what is already encoded.
    private static string Path(string path, string service) =>
        string.Join(
            '/',
            (path.Length == 0 ? "/" : path)
                .Split('/')
                .Select(segment =>
                    service == "s3"
                        ? Encode(segment).Replace("%2F", "/", StringComparison.Ordinal)
                        : Uri.EscapeDataString(segment)));

    private static string Query(string query) => string.Join('&', query.Split('&', StringSplitOptions.RemoveEmptyEntries)
        .Select(pair => pair.Split('=', 2))
        .Select(pair => (Name: Encode(pair[0]), Value: pair.Length == 2 ? Encode(pair[1]) : ""))
        .Where(pair => pair.Name != "X-Amz-Signature")
        .OrderBy(pair => pair.Name, StringComparer.Ordinal).ThenBy(pair => pair.Value, StringComparer.Ordinal)
        .Select(pair => $"{pair.Name}={pair.Value}"));

    /// <summary>Byte by byte, as what is signed needn't be UTF-8.</summary>
    private static string Encode(string text)
    {
        var encoded = new StringBuilder(text.Length);
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var i = 0; i < bytes.Length; i++)
        {
            var one = bytes[i];
            if (one == '%' && i + 2 < bytes.Length && char.IsAsciiHexDigit((char)bytes[i + 1]) && char.IsAsciiHexDigit((char)bytes[i + 2]))
            {
                one = Convert.FromHexString([(char)bytes[i + 1], (char)bytes[i + 2]])[0];
                i += 2;
            }

            if (char.IsAsciiLetterOrDigit((char)one) || one is (byte)'-' or (byte)'_' or (byte)'.' or (byte)'~') encoded.Append((char)one);
            else encoded.Append('%').Append(one.ToString("X2"));
        }

        return encoded.ToString();
    }

    private static string Header(HttpRequest request, string name) =>
        string.Join(',', request.Headers[name].Select(value => Collapse(value ?? "")));

    private static string Collapse(string value) => string.Join(' ', value.Trim().Split(' ', StringSplitOptions.RemoveEmptyEntries));
}

/// <summary>The key that a secret gives for one day, region and service, and what is signed with it.</summary>
internal sealed class SigningKey
{
    private readonly byte[] key;

    public SigningKey(string secret, RequestSignature signature)
    {
        var step = Encoding.UTF8.GetBytes("AWS4" + secret);
        foreach (var part in (ReadOnlySpan<string>)[signature.Date, signature.Region, signature.Service, "aws4_request"])
            step = HMACSHA256.HashData(step, Encoding.UTF8.GetBytes(part));
        key = step;
    }

    /// <summary>Hexadecimal, lower case.</summary>
    public string Sign(string text) => Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));

    /// <summary>In a time that tells nothing of where two signatures differ.</summary>
    public static bool Same(string expected, string given) =>
        CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(expected), Encoding.ASCII.GetBytes(given));
}

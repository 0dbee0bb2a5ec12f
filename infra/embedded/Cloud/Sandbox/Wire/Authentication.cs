using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

/// <summary>Checks Signature Version 4 of a request and says who signed it and how its body is to be read.</summary>
internal sealed class Authentication(ICredentials credentials, TimeProvider clock)
{
    private const int LargestBuffered = 256 * 1024;
    private const int MostKeys = 1024;
    private static readonly TimeSpan AllowedSkew = TimeSpan.FromMinutes(15);

    private readonly ConcurrentDictionary<(string Secret, string Date, string Region, string Service), SigningKey> _keys = new();

    /// <summary>Who calls, with the body that the signature covers.</summary>
    public async Task<(Caller? Caller, Stream Body)> CheckAsync(HttpRequest request, string service, RequestSignature? signature)
    {
        if (signature is null) return (null, await PlainBodyAsync(request, service));
        var now = clock.GetUtcNow();
        CheckTime(signature, now);
        if (service == "s3")
            CheckCoverage(request, signature);
        if (service == "iam" && signature.Region != "us-east-1")
            throw new AwsError(403, "SignatureDoesNotMatch", "Credential should be scoped to a valid region. ");

        var found = credentials.Find(signature.AccessKeyId, signature.SessionToken) switch
        {
            CredentialLookup.Found known => known,
            CredentialLookup.UnknownKey => throw AuthenticationErrors.UnknownKey(service, signature.AccessKeyId),
            CredentialLookup.ExpiredToken => throw AuthenticationErrors.ExpiredToken(service),
            _ => throw AuthenticationErrors.InvalidToken(service),
        };

        var buffered = service == "s3" ? null : await BufferAsync(request);
        var payload = PayloadHash(request, signature, buffered);
        var canonical = CanonicalRequest.Of(request, signature, payload);
        var key = KeyOf(found.Secret, signature);
        var toSign = CanonicalRequest.StringToSign(signature, canonical);
        if (!SigningKey.Same(key.Sign(toSign), signature.Signature)) throw AuthenticationErrors.Mismatch(signature, toSign, canonical);
        return (found.Caller, buffered is null ? S3Body(request, signature, key, payload) : buffered);
    }

    /// <summary>The same for all calls that one secret signs on a day for a region and a service.</summary>
    private SigningKey KeyOf(string secret, RequestSignature signature)
    {
        var day = (secret, signature.Date, signature.Region, signature.Service);
        if (_keys.TryGetValue(day, out var known)) return known;
        if (_keys.Count >= MostKeys) _keys.Clear();
        return _keys[day] = new SigningKey(secret, signature);
    }

    private static void CheckTime(RequestSignature signature, DateTimeOffset now)
    {
        if (signature.Expires is { } lifetime)
        {
            if (now > signature.SignedAt + lifetime) throw AuthenticationErrors.RequestExpired(signature, now);
            if (signature.SignedAt > now + AllowedSkew) throw new AwsError(403, "AccessDenied", "Request is not valid yet");
        }
        else if ((now - signature.SignedAt).Duration() > AllowedSkew)
        {
            throw AuthenticationErrors.Skewed(signature, now, AllowedSkew);
        }

        if (!signature.Timestamp.StartsWith(signature.Date, StringComparison.Ordinal))
            throw new AwsError(
                400,
                "AuthorizationHeaderMalformed",
                $"The authorization header is malformed; Invalid credential date \"{signature.Date}\". This date is not the same as " +
                $"X-Amz-Date: \"{signature.Timestamp[..8]}\"."
            );
    }

    private static void CheckCoverage(HttpRequest request, RequestSignature signature)
    {
        var missing = request.Headers.Keys.Select(name => name.ToLowerInvariant())
            .Where(name => name == "host" || name.StartsWith("x-amz-", StringComparison.Ordinal))
            .Where(name => !signature.SignedHeaders.Contains(name) && !(signature.Presigned && name == "x-amz-content-sha256"))
            .ToList();
        if (missing.Count > 0) throw AuthenticationErrors.HeadersNotSigned(string.Join(", ", missing));
        if (!signature.Presigned && !request.Headers.ContainsKey("x-amz-content-sha256"))
            throw new AwsError(400, "InvalidRequest", "Missing required header for this request: x-amz-content-sha256");
    }

    private static string PayloadHash(HttpRequest request, RequestSignature signature, MemoryStream? buffered)
    {
        if (buffered is null)
            return request.Headers["x-amz-content-sha256"].ToString() is { Length: > 0 } declared ? declared
                : request.Query["X-Amz-Content-Sha256"].ToString() is { Length: > 0 } asked ? asked
                : "UNSIGNED-PAYLOAD";
        var hash = Convert.ToHexStringLower(SHA256.HashData(buffered.GetBuffer().AsSpan(0, (int)buffered.Length)));
        if (request.Headers["x-amz-content-sha256"].ToString() is { Length: > 0 } given && given != hash)
            throw AuthenticationErrors.PayloadMismatch(signature.Service, given, hash);
        return hash;
    }

    private static Stream S3Body(HttpRequest request, RequestSignature signature, SigningKey key, string payload)
    {
        switch (payload)
        {
            case "UNSIGNED-PAYLOAD":
                return request.Body;
            case "STREAMING-UNSIGNED-PAYLOAD-TRAILER":
                return new ChunkedBody(request.Body, null, TrailerOf(request));
            case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" or "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER":
                return new ChunkedBody(request.Body, new ChunkSignatures(key, signature), TrailerOf(request));
            default:
                if (payload.Length != 64 || !payload.All(char.IsAsciiHexDigit))
                    throw new AwsError(
                        400,
                        "InvalidArgument",
                        "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, " +
                        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, or a valid sha256 value."
                    )
                    {
                        Details = new Dictionary<string, string> { ["ArgumentName"] = "x-amz-content-sha256", ["ArgumentValue"] = payload },
                    };
                return new HashedBody(request.Body, payload.ToLowerInvariant());
        }
    }

    private static async Task<Stream> PlainBodyAsync(HttpRequest request, string service)
    {
        if (service != "s3")
            return await BufferAsync(request);
        return request.Headers["x-amz-content-sha256"].ToString() == "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
            ? new ChunkedBody(request.Body, null, TrailerOf(request))
            : request.Body;
    }

    private static string? TrailerOf(HttpRequest request) =>
        request.Headers["x-amz-trailer"].ToString() is { Length: > 0 } name ? name.Trim() : null;

    private static async Task<MemoryStream> BufferAsync(HttpRequest request)
    {
        var buffer = new MemoryStream();
        var piece = new byte[16 * 1024];
        for (int read; (read = await request.Body.ReadAsync(piece, request.HttpContext.RequestAborted)) > 0;)
        {
            if (buffer.Length + read > LargestBuffered) throw new AwsError(413, "RequestEntityTooLarge", "Request size exceeded the limit");
            buffer.Write(piece, 0, read);
        }

        buffer.Position = 0;
        return buffer;
    }
}

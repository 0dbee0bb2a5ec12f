namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3.Content;

/// <summary>What a client says its bytes come to, in headers before them or in a trailer behind them.</summary>
/// <param name="Md5">Base64, or null.</param>
/// <param name="Algorithm">The checksum to keep; CRC64NVME when the client names none, as S3 has done since 2024.</param>
/// <param name="Value">Base64, when it came in a header; a trailer's was checked while the body was read.</param>
/// <param name="Named">Whether the client named an algorithm.</param>
internal sealed record DeclaredDigests(string? Md5, ChecksumAlgorithm Algorithm, string? Value, bool Named)
{
    public static DeclaredDigests Of(S3Call call, ChecksumAlgorithm? otherwise = null)
    {
        var values = ChecksumAlgorithm.All.Where(a => call.Header(a.Header) is not null).ToList();
        if (values.Count > 1)
            throw S3Errors.InvalidRequest("Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
        if (values.Count == 1)
            return new DeclaredDigests(Md5Of(call), values[0], Checked(values[0], call.Header(values[0].Header)!), Named: true);

        var trailer = call.Header("x-amz-trailer")
            ?.Split(',', StringSplitOptions.TrimEntries)
            .Select(ChecksumAlgorithm.OfHeader)
            .FirstOrDefault(a => a is not null);
        if (trailer is not null)
            return new DeclaredDigests(Md5Of(call), trailer, null, Named: true);
        if (call.Header("x-amz-sdk-checksum-algorithm") is not { } name)
            return new DeclaredDigests(Md5Of(call), otherwise ?? ChecksumAlgorithm.Crc64Nvme, null, Named: false);
        var named =
            ChecksumAlgorithm.Named(name)
            ?? throw S3Errors.InvalidRequest(
                "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, " +
                "SHA1, SHA256]"
            );
        return new DeclaredDigests(Md5Of(call), named, null, Named: true);
    }

    /// <summary>Base64; null where the request has no such header, which isn't the same as one that is empty.</summary>
    public static string? Md5Of(S3Call call)
    {
        if (!call.Request.Headers.TryGetValue("Content-MD5", out var given)) return null;
        var md5 = given.ToString();
        var bytes = new byte[md5.Length];
        return Convert.TryFromBase64String(md5, bytes, out var length) && length == 16
            ? md5
            : throw S3Errors.Of(400, "InvalidDigest", "The Content-MD5 you specified was invalid.", ("Content-MD5", md5));
    }

    private static string Checked(ChecksumAlgorithm algorithm, string value)
    {
        var expected = algorithm.Name switch { "CRC32" or "CRC32C" => 4, "CRC64NVME" => 8, "SHA1" => 20, _ => 32 };
        var bytes = new byte[value.Length];
        return Convert.TryFromBase64String(value, bytes, out var length) && length == expected
            ? value
            : throw S3Errors.InvalidRequest($"Value for {algorithm.Header} header is invalid.");
    }
}

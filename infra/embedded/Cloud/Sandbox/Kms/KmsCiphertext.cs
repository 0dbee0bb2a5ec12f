using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Kms;

/// <summary>What KMS encrypts: bound to a key and to the encryption context of the request.</summary>
internal static class KmsCiphertext
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    /// <summary>The condition keys of an encryption context.</summary>
    public static Dictionary<string, IReadOnlyList<string>> ContextKeys(JsonObject input)
    {
        var keys = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase);
        if (input["EncryptionContext"] is JsonObject context)
        {
            keys["kms:EncryptionContextKeys"] = [.. context.Select(pair => pair.Key)];
            foreach (var (name, value) in context)
                keys[$"kms:EncryptionContext:{name}"] = [value!.GetValue<string>()];
        }

        return keys;
    }

    /// <summary>The key's ARN, a zero byte, nonce, tag and ciphertext.</summary>
    public static string Seal(KmsKey key, byte[] plain, byte[] context)
    {
        var arn = Encoding.UTF8.GetBytes(key.Arn + "\0");
        var (nonce, tag, cipher) = (RandomNumberGenerator.GetBytes(NonceBytes), new byte[TagBytes], new byte[plain.Length]);
        using var aes = new AesGcm(Convert.FromBase64String(key.Material), TagBytes);
        aes.Encrypt(nonce, plain, cipher, tag, context);
        return Convert.ToBase64String([.. arn, .. nonce, .. tag, .. cipher]);
    }

    public static byte[] Open(KmsKey key, string blob, byte[] context)
    {
        var bytes = Blob(blob);
        var sealedPart = bytes.AsSpan(Array.IndexOf(bytes, (byte)0) + 1);
        try
        {
            var plain = new byte[sealedPart.Length - NonceBytes - TagBytes];
            using var aes = new AesGcm(Convert.FromBase64String(key.Material), TagBytes);
            aes.Decrypt(
                sealedPart[..NonceBytes],
                sealedPart[(NonceBytes + TagBytes)..],
                sealedPart.Slice(NonceBytes, TagBytes),
                plain,
                context);
            return plain;
        }
        catch (Exception wrong) when (wrong is CryptographicException or ArgumentException or OverflowException)
        {
            throw new AwsError(400, "InvalidCiphertextException", "The ciphertext is not valid.");
        }
    }

    public static string KeyOf(string blob)
    {
        var bytes = Blob(blob);
        return Array.IndexOf(bytes, (byte)0) is > 0 and var end
            ? Encoding.UTF8.GetString(bytes, 0, end)
            : throw new AwsError(400, "InvalidCiphertextException", "The ciphertext is not valid.");
    }

    private static byte[] Blob(string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var length)
            ? bytes[..length]
            : throw new AwsError(400, "InvalidCiphertextException", "The ciphertext is not valid.");
    }

    /// <summary>What a ciphertext is bound to: the same pairs, in whatever order, open it again.</summary>
    public static byte[] ContextOf(JsonObject input) =>
        input["EncryptionContext"] is JsonObject context
            ? JsonSerializer.SerializeToUtf8Bytes(
                new SortedDictionary<string, string>(
                    context.ToDictionary(pair => pair.Key, pair => pair.Value!.GetValue<string>()),
                    StringComparer.Ordinal))
            : [];
}

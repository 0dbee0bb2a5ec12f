using System.Security.Cryptography;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

/// <summary>A body whose SHA-256 the signature covers: its end is reached only when the hash fits.</summary>
/// <param name="expected">Hexadecimal, lower case.</param>
internal sealed class HashedBody(Stream inner, string expected) : ReadOnlyStream
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private bool ended;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (ended || buffer.IsEmpty) return 0;
        var read = await inner.ReadAsync(buffer, cancellationToken);
        if (read > 0)
        {
            hash.AppendData(buffer.Span[..read]);
            return read;
        }

        ended = true;
        var computed = Convert.ToHexStringLower(hash.GetHashAndReset());
        return computed == expected ? 0 : throw AuthenticationErrors.PayloadMismatch("s3", expected, computed);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) hash.Dispose();
        base.Dispose(disposing);
    }
}

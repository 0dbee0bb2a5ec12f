namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3.Storage;

/// <summary>The <c>If-Match</c> or <c>If-None-Match: *</c> of a write, from its first byte to its commit.</summary>
internal sealed class ConditionalWrite(string key, string? ifMatch, bool ifNoneMatch, Action<ConditionalWrite> disposed) : IDisposable
{
    private bool overtaken;

    /// <summary>Throws when the key isn't in the state that the writer asked for.</summary>
    public void Check(ObjectVersion? current)
    {
        if (overtaken) throw S3Errors.ConditionalRequestConflict(ifNoneMatch ? "If-None-Match" : "If-Match");
        if (ifNoneMatch && current is not null) throw S3Errors.PreconditionFailed("If-None-Match");
        if (ifMatch is null) return;
        if (current is null) throw S3Errors.NoSuchKey(key);
        if (ifMatch != "*" && ifMatch != current.ETag) throw S3Errors.PreconditionFailed("If-Match");
    }

    /// <summary>Someone deleted a key while this write was under way.</summary>
    public void Deleted(string deleted) => overtaken |= deleted == key;

    public void Dispose() => disposed(this);
}

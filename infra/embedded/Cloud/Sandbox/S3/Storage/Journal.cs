using System.Text.Json;
using System.Text.Json.Serialization;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3.Storage;

/// <summary>
/// What happened in a bucket, one JSON line each, in order. A line is one write: a process that is killed loses at most the line that it
/// was writing, and with it a call that was never answered.
/// </summary>
internal sealed class Journal : IDisposable
{
    private readonly string path;
    private FileStream file;

    private Journal(string path)
    {
        this.path = path;
        file = Open(path);
    }

    public static Journal Replay(string path, Action<JournalEntry> apply)
    {
        var whole = 0L;
        if (File.Exists(path))
        {
            var bytes = File.ReadAllBytes(path);
            for (var start = 0; start < bytes.Length;)
            {
                var end = Array.IndexOf(bytes, (byte)'\n', start);
                if (end < 0) break;
                apply(Parse(path, bytes.AsSpan(start, end - start), start));
                start = end + 1;
                whole = start;
            }
        }

        var journal = new Journal(path);
        journal.file.SetLength(whole);
        journal.file.Seek(whole, SeekOrigin.Begin);
        return journal;
    }

    /// <exception cref="IOException">There is no room for it; nothing of it is there.</exception>
    public void Append(JournalEntry entry)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(entry, JournalFormat.Lines);
        Array.Resize(ref line, line.Length + 1);
        line[^1] = (byte)'\n';
        var length = file.Length;
        try
        {
            file.Write(line);
        }
        catch (IOException)
        {
            // Half a line would make one with the next.
            file.SetLength(length);
            file.Seek(length, SeekOrigin.Begin);
            throw;
        }
    }

    /// <summary>Replaces the journal by a shorter one that comes to the same.</summary>
    public void Rewrite(IEnumerable<JournalEntry> entries)
    {
        var next = path + ".next";
        using (var stream = new BufferedStream(File.Create(next), 1 << 16))
        {
            foreach (var entry in entries)
            {
                JsonSerializer.Serialize(stream, entry, JournalFormat.Lines);
                stream.WriteByte((byte)'\n');
            }
        }

        file.Dispose();
        File.Move(next, path, overwrite: true);
        file = Open(path);
        file.Seek(0, SeekOrigin.End);
    }

    public void Dispose() => file.Dispose();

    // Not to append: a file opened so can't be cut behind its last whole line.
    private static FileStream Open(string path) => new(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0);

    private static JournalEntry Parse(string path, ReadOnlySpan<byte> line, int start)
    {
        try
        {
            return JsonSerializer.Deserialize<JournalEntry>(line, JournalFormat.Lines) ?? throw new JsonException("It holds nothing.");
        }
        catch (JsonException error)
        {
            throw new EmbeddedCloudException(
                $"The file {path} is damaged from byte {start} on. Put a good copy in its place, or begin anew with --reset.",
                error);
        }
    }
}

/// <summary>Exactly one of the members says what happened.</summary>
internal sealed record JournalEntry
{
    /// <summary>A version became the newest of its key; a null version takes the place of an earlier one.</summary>
    public ObjectVersion? Put { get; init; }

    /// <summary>A version got another ACL, other tags, or was restored.</summary>
    public ObjectVersion? Changed { get; init; }
    public VersionName? Deleted { get; init; }
    public MultipartUpload? UploadBegun { get; init; }
    public PartOfUpload? PartPut { get; init; }

    /// <summary>The upload was aborted; or completed, when <see cref="Put"/> is there too.</summary>
    public string? UploadEnded { get; init; }
}

internal sealed record VersionName(string Key, string VersionId);

internal sealed record PartOfUpload(string UploadId, UploadedPart Part);

internal static class JournalFormat
{
    /// <summary>Lines are short: what has its default isn't written.</summary>
    public static readonly JsonSerializerOptions Lines = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault };

    /// <summary>Settings say everything: null there means that somebody took a default away.</summary>
    public static readonly JsonSerializerOptions Settings = new() { WriteIndented = true };
}

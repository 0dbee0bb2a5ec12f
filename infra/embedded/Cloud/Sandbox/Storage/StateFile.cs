using System.Text.Json;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Storage;

/// <summary>
/// A small immutable state in one JSON file, replaced whole at each change: a process that is killed leaves the state before or after,
/// never in between.
/// </summary>
internal sealed class StateFile<T> where T : class, new()
{
    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true, IgnoreReadOnlyProperties = true };
    private readonly Lock gate = new();
    private readonly string path;
    private volatile T value;

    public StateFile(string path)
    {
        this.path = path;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        value = File.Exists(path)
            ? DataFolder.Read(
                path,
                content => JsonSerializer.Deserialize<T>(content, Format) ?? throw new JsonException("It holds nothing."))
            : new T();
    }

    public T Value => value;

    public void Save(T next)
    {
        lock (gate)
        {
            DataFolder.Replace(path, JsonSerializer.SerializeToUtf8Bytes(next, Format), flushToDisk: false);
            value = next;
        }
    }
}

using System.Text.Json;

namespace ServerlessDrives.Embedded.Cloud.SignIn;

/// <summary>A group that the embedded issuer knows.</summary>
/// <param name="Id">Its object ID, a GUID.</param>
/// <param name="Members">Ids of people.</param>
internal sealed record EmbeddedGroup(string Id, string Name, IReadOnlyList<string> Members);

/// <summary>The embedded issuer's groups: some from the start, and what was made of them since, kept in a file.</summary>
internal sealed class EmbeddedGroups(string file)
{
    public const string Adjusters = "33333333-3333-4333-8333-333333333333";
    public const string Leads = "44444444-4444-4444-8444-444444444444";

    private readonly Lock _lock = new();
    private readonly Lazy<Dictionary<string, EmbeddedGroup>> _groups = new(() => Read(file));

    public IReadOnlyList<EmbeddedGroup> All
    {
        get
        {
            lock (_lock)
                return [.. _groups.Value.Values.OrderBy(group => group.Id, StringComparer.Ordinal)];
        }
    }

    /// <summary>Reads the file, if there is one.</summary>
    /// <exception cref="EmbeddedCloudException">It isn't what was written.</exception>
    public void Open() => _ = _groups.Value;

    public EmbeddedGroup? Find(string id) => All.FirstOrDefault(group => group.Id == id);

    /// <summary>Ids of the groups that a person is in.</summary>
    public IReadOnlyList<string> Of(string person) => [.. All.Where(group => group.Members.Contains(person)).Select(group => group.Id)];

    public void Put(EmbeddedGroup group)
    {
        lock (_lock)
        {
            _groups.Value[group.Id] = group;
            Keep();
        }
    }

    public void Remove(string id)
    {
        lock (_lock)
        {
            _groups.Value.Remove(id);
            Keep();
        }
    }

    private void Keep() =>
        DataFolder.Replace(
            file,
            JsonSerializer.SerializeToUtf8Bytes(_groups.Value.Values, JsonSerializerOptions.Web),
            flushToDisk: false);

    private static Dictionary<string, EmbeddedGroup> Read(string file) => (
        File.Exists(file)
            ? DataFolder.Read(file, content => JsonSerializer.Deserialize<EmbeddedGroup[]>(content, JsonSerializerOptions.Web) ?? [])
            : [new(Adjusters, "Claims adjusters", ["gus"]), new(Leads, "Claims leads", ["uma"])]
    ).ToDictionary(group => group.Id);
}

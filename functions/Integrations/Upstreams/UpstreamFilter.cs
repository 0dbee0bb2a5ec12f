using ServerlessDrives.Access;

namespace ServerlessDrives.Integrations.Upstreams;

/// <summary>Which files of a drive an upstream means: those below its folder that match its pattern.</summary>
internal sealed class UpstreamFilter
{
    private readonly FilePattern _pattern;
    private readonly string _prefix;

    public UpstreamFilter(Integration integration)
        : this(
            integration.Folder,
            FilePattern.Parse(integration.Pattern).TryGet(out var parsed, out var problem)
                ? parsed
                : throw new InvalidDataException(problem.Message))
    {
    }

    public UpstreamFilter(FilePath? folder, FilePattern pattern) =>
        (_pattern, _prefix) = (pattern, folder is null ? "" : folder.Value + "/");

    /// <summary>Whether it is a file below the folder, and none of our own.</summary>
    public bool Sees(string path) =>
        path.StartsWith(_prefix, StringComparison.Ordinal) && path.Length > _prefix.Length
        && !path.StartsWith(".serverless-drives/", StringComparison.Ordinal);

    public bool Means(string path) => Sees(path) && _pattern.Matches(path[_prefix.Length..]);

    public bool Means(FilePath path) => Means(path.Value);
}

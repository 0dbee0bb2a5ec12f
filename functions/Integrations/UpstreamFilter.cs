using ServerlessDrives.Access;

namespace ServerlessDrives.Integrations;

/// <summary>Which files of a drive an upstream means: those below its folder that match its pattern.</summary>
internal sealed class UpstreamFilter
{
    private readonly FilePattern _pattern;
    private readonly string _prefix;

    public UpstreamFilter(Integration integration)
    {
        _pattern = FilePattern.Parse(integration.Pattern).TryGet(out var parsed, out var problem)
            ? parsed
            : throw new InvalidDataException(problem.Message);
        _prefix = integration.Folder is null ? "" : integration.Folder.Value + "/";
    }

    public bool Means(FilePath path) =>
        path.Value.StartsWith(_prefix, StringComparison.Ordinal) && path.Value.Length > _prefix.Length
        && !path.Value.StartsWith(".serverless-drives/", StringComparison.Ordinal) && _pattern.Matches(path.Value[_prefix.Length..]);
}

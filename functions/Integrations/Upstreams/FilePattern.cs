namespace ServerlessDrives.Integrations.Upstreams;

/// <summary>
/// Which files of a folder an upstream means, as a glob on the path below the folder: <c>*</c> and <c>?</c> within a name, <c>**</c> as a
/// whole part for any number of folders. Everything else stands for itself, upper and lower case apart, as in S3.
/// </summary>
public sealed class FilePattern
{
    public const int MaxLength = 500;

    private const string AnyFolders = "**";

    private readonly string[] _parts;

    private FilePattern(string text)
    {
        var parts = text.Split('/').ToList();
        // "reports/" and "reports/**" are everything below reports, and not a file of that name.
        if (parts[^1].Length == 0)
            parts[^1] = AnyFolders;
        if (parts[^1] == AnyFolders)
            parts.Add("*");
        _parts = [.. parts];
    }

    /// <summary>No pattern means every file.</summary>
    public static Result<FilePattern, ParseError> Parse(string? text)
    {
        var glob = string.IsNullOrWhiteSpace(text) ? AnyFolders : text.Trim();
        if (glob.Length > MaxLength || glob.Any(char.IsControl))
            return new ParseError($"A pattern such as **/*.pdf of at most {MaxLength} characters was expected.");
        return glob.StartsWith('/') || glob.Split('/').Any(part => part is "." or "..")
            ? new ParseError("A pattern begins below the folder and has no part . or ...")
            : new FilePattern(glob);
    }

    public bool Matches(string pathBelowFolder)
    {
        ArgumentNullException.ThrowIfNull(pathBelowFolder);
        var names = pathBelowFolder.Split('/');
        // The last ** alone is gone back to: what an earlier one could take more of, the last one can take as well.
        int part = 0, name = 0, folders = -1, resume = 0;
        while (name < names.Length)
        {
            if (part < _parts.Length && _parts[part] == AnyFolders)
            {
                (folders, resume) = (part++, name);
            }
            else if (part < _parts.Length && MatchesName(_parts[part], names[name]))
            {
                part++;
                name++;
            }
            else if (folders >= 0)
            {
                part = folders + 1;
                name = ++resume;
            }
            else
            {
                return false;
            }
        }

        return part == _parts.Length;
    }

    private static bool MatchesName(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        int at = 0, read = 0, star = -1, resume = 0;
        while (read < name.Length)
        {
            if (at < pattern.Length && pattern[at] == '*')
            {
                (star, resume) = (at++, read);
            }
            else if (at < pattern.Length && pattern[at] == '?')
            {
                at++;
                // One character, also where UTF-16 needs two.
                read += read + 1 < name.Length && char.IsSurrogatePair(name[read], name[read + 1]) ? 2 : 1;
            }
            else if (at < pattern.Length && pattern[at] == name[read])
            {
                at++;
                read++;
            }
            else if (star >= 0)
            {
                at = star + 1;
                read = ++resume;
            }
            else
            {
                return false;
            }
        }

        while (at < pattern.Length && pattern[at] == '*')
            at++;
        return at == pattern.Length;
    }
}

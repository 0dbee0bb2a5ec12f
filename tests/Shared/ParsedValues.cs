namespace ServerlessDrives.Tests.Shared;

/// <summary>Values of texts that a test knows to be good.</summary>
public static class ParsedValues
{
    public static T Read<T>(Result<T, ParseError> parsed)
        where T : notnull
        => parsed.TryGet(out var value, out var problem) ? value : throw new FormatException(problem.Message);
}

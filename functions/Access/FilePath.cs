using System.Text;
using System.Text.Json.Serialization;

namespace ServerlessDrives.Access;

/// <summary>
/// A file's or folder's path below the drive's path, such as <c>2026/claim-17.pdf</c>: no slash at its ends, nothing to resolve.
/// </summary>
[JsonConverter(typeof(ParsedJsonConverter<FilePath>))]
public sealed record FilePath : IParsed<FilePath>
{
    private FilePath(string value) => Value = value;

    public string Value { get; }

    /// <summary>The part after the last slash.</summary>
    public string Name => Value[(Value.LastIndexOf('/') + 1)..];

    /// <summary>The path exactly as given; whether the whole key fits S3's 1,024 bytes depends on the drive too.</summary>
    public static Result<FilePath, ParseError> Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return new ParseError("Name the file.");
        return PathText.ProblemOf(text, "file's path", PathText.MaxKeyBytes) is { } problem
            ? new ParseError(problem)
            : new FilePath(text);
    }

    /// <summary>The path of a file on this drive: its key is within S3's 1,024 bytes, the drive's own path included.</summary>
    public static Result<FilePath, ParseError> Parse(string? text, DrivePath drive)
    {
        ArgumentNullException.ThrowIfNull(drive);
        return !Parse(text).TryGet(out var path, out var problem) ? problem
            : Encoding.UTF8.GetByteCount(drive.Prefix) + Encoding.UTF8.GetByteCount(path.Value) <= PathText.MaxKeyBytes ? path
            : new ParseError("The path is too long: with the drive's own it would have more than S3's 1,024 bytes.");
    }

    public override string ToString() => Value;
}

using System.Text.Json.Serialization;

namespace ServerlessDrives.Access;

/// <summary>A file's or folder's path below the drive's path, such as <c>2026/claim-17.pdf</c>: no slash at its ends, nothing to resolve.</summary>
[JsonConverter(typeof(ParsedJsonConverter<FilePath>))]
public sealed record FilePath : IParsed<FilePath>
{
    private FilePath(string value) => Value = value;

    public string Value { get; }

    /// <summary>The part after the last slash.</summary>
    public string Name => Value[(Value.LastIndexOf('/') + 1)..];

    /// <summary>The path exactly as given; whether the whole key fits S3's 1,024 bytes depends on the drive too (<see cref="FitsOn"/>).</summary>
    public static Parsed<FilePath> Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return Parsed.Refuse<FilePath>("Name the file.");
        return PathText.ProblemOf(text, "file's path", PathText.MaxKeyBytes) is { } problem ? Parsed.Refuse<FilePath>(problem) : new FilePath(text);
    }

    /// <summary>Whether the file's key on this drive is within S3's 1,024 bytes.</summary>
    public bool FitsOn(DrivePath drive)
    {
        ArgumentNullException.ThrowIfNull(drive);
        return System.Text.Encoding.UTF8.GetByteCount(drive.Prefix) + System.Text.Encoding.UTF8.GetByteCount(Value) <= PathText.MaxKeyBytes;
    }

    public override string ToString() => Value;
}

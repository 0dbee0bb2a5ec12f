using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace ServerlessDrives.Access;

/// <summary>
/// The folder of a bucket that is the drive; empty for the whole bucket. No slash at its ends, at most 896 bytes of UTF-8.
/// </summary>
[JsonConverter(typeof(ParsedJsonConverter<DrivePath>))]
public sealed record DrivePath : IParsed<DrivePath>
{
    /// <summary>Bytes of UTF-8; leaves 128 of S3's 1,024 for what is below it.</summary>
    public const int MaxBytes = 896;

    /// <summary>The whole bucket.</summary>
    public static readonly DrivePath Root = new("");

    private DrivePath(string value) => Value = value;

    public string Value { get; }

    public bool IsRoot => Value.Length == 0;

    /// <summary>What every key of the drive begins with: <c>a/b/</c>, or nothing.</summary>
    public string Prefix => IsRoot ? "" : Value + "/";

    public static Result<DrivePath, ParseError> Parse(string? text)
    {
        if (text?.Contains("://", StringComparison.Ordinal) is true)
        {
            var rest = text[(text.IndexOf("://", StringComparison.Ordinal) + 3)..];
            var folder = rest.Contains('/', StringComparison.Ordinal)
                ? rest[(rest.IndexOf('/', StringComparison.Ordinal) + 1)..].Trim('/')
                : "";
            return new ParseError(
                "Give the path below the bucket, not an address: " +
                $"{(folder.Length == 0 ? "leave it empty for the whole bucket" : Typed.Quote(folder))}."
            );
        }

        var path = text?.Trim('/') ?? "";
        if (path.Length == 0)
            return Root;
        return PathText.ProblemOf(path, "path", MaxBytes) is { } problem ? new ParseError(problem) : new DrivePath(path);
    }

    /// <summary>The S3 key of a file on the drive.</summary>
    public string KeyOf(FilePath file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return Prefix + file.Value;
    }

    /// <summary>
    /// The file that a key of the bucket is on the drive; false for a key that is not below the path or that is no <see cref="FilePath"/>.
    /// </summary>
    public bool TryFileOf(string key, [NotNullWhen(true)] out FilePath? file)
    {
        ArgumentNullException.ThrowIfNull(key);
        file = null;
        return key.StartsWith(Prefix, StringComparison.Ordinal) && FilePath.Parse(key[Prefix.Length..]).TryGet(out file, out _);
    }

    public override string ToString() => Value;
}

using System.Text.Json.Serialization;
using ServerlessDrives.Access;

namespace ServerlessDrives.Files.Operations;

/// <summary>
/// A key of a drive's bucket without the drive's own path, just as S3 has it: a file's, or with a slash at its end a folder's. It may be
/// one that other programs made and that is no <see cref="FilePath"/>.
/// </summary>
[JsonConverter(typeof(ParsedJsonConverter<DriveKey>))]
public sealed record DriveKey : IParsed<DriveKey>
{
    private DriveKey(string value) => Value = value;

    public string Value { get; }

    public bool IsFolder => Value.EndsWith('/');

    /// <summary>What people call it: without the slash at its end.</summary>
    public string Path => IsFolder ? Value[..^1] : Value;

    public static DriveKey Of(FilePath file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return new(file.Value);
    }

    public static DriveKey OfFolder(FilePath folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return new(folder.Value + "/");
    }

    /// <summary>As S3 lists it.</summary>
    public static Result<DriveKey, ParseError> Parse(string? text) =>
        string.IsNullOrEmpty(text) ? new ParseError("A key was expected.") : new DriveKey(text);

    /// <summary>The same place below another folder, or another file's.</summary>
    /// <param name="from">What is moved: this key itself, or the folder that it lies in.</param>
    /// <param name="to">Where that is moved to.</param>
    public DriveKey Moved(DriveKey from, DriveKey to)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        return new(to.Value + Value[from.Value.Length..]);
    }

    /// <summary>The file that it is; false for folders and for what is no path.</summary>
    public bool TryGetFile([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out FilePath? file) =>
        FilePath.Parse(Value).TryGet(out file, out _);

    /// <summary>Whether S3 lists it before another one.</summary>
    public bool IsBefore(DriveKey other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return KeyOrder.Compare(Value, other.Value) < 0;
    }

    public override string ToString() => Value;
}

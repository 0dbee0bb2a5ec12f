using System.Net.Http.Headers;

namespace ServerlessDrives.Files;

/// <summary>What a writer says that the content is, fit to be kept by S3 and to be answered again.</summary>
/// <param name="Type">A media type; null for none.</param>
/// <param name="Encoding">Content codings such as gzip, which are kept with the file as they are; null for none.</param>
public sealed record ContentKind(string? Type, string? Encoding)
{
    private const int MostCharacters = 255;
    private const string Chunked = "aws-chunked";

    public static readonly ContentKind PlainText = new("text/plain", null);

    /// <param name="typeField">What the type came in, for the refusal.</param>
    public static Result<ContentKind, Refusal> Parse(string? type, string? encoding = null, string typeField = "Content-Type")
    {
        (type, encoding) = (Said(type), Said(encoding));
        if (type is not null && !(IsPlain(type) && MediaTypeHeaderValue.TryParse(type, out _)))
            return Refusal.Invalid(typeField, "A media type was expected, as in text/plain or application/pdf.");
        if (encoding is null)
            return new ContentKind(type, null);
        if (encoding.Contains(Chunked, StringComparison.OrdinalIgnoreCase))
            return Refusal.Invalid(
                "Content-Encoding",
                "aws-chunked frames the content for S3 itself. Send the bytes as they are, or use a presigned upload.");
        return IsPlain(encoding)
            ? new ContentKind(type, encoding)
            : Refusal.Invalid("Content-Encoding", "The name of a coding was expected, as in gzip.");
    }

    /// <summary>
    /// The codings of a stored file as a reader has to undo them: <c>aws-chunked</c> framed it on its way to S3 and isn't in what S3
    /// answers.
    /// </summary>
    public static string? CodingsOf(string? stored)
    {
        if (string.IsNullOrWhiteSpace(stored) || !stored.Contains(Chunked, StringComparison.OrdinalIgnoreCase))
            return stored;
        var codings = stored
            .Split(',')
            .Select(coding => coding.Trim())
            .Where(coding => !coding.Equals(Chunked, StringComparison.OrdinalIgnoreCase))
            .ToArray();
        return codings.Length == 0 ? null : string.Join(",", codings);
    }

    private static string? Said(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static bool IsPlain(string text) => text.Length <= MostCharacters && text.All(character => character is >= ' ' and <= '~');
}

using System.Buffers;
using System.Net;
using System.Text;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace ServerlessDrives.Access;

/// <summary>The name of a general purpose S3 bucket: 3 to 63 of <c>a–z 0–9 . -</c>, by AWS's naming rules.</summary>
[JsonConverter(typeof(ParsedJsonConverter<BucketName>))]
public sealed partial record BucketName : IParsed<BucketName>
{
    private static readonly SearchValues<char> Alphabet = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789.-");

    private static readonly string[] ForbiddenPrefixes = ["xn--", "sthree-", "amzn-s3-demo-"];

    private const string BehindIt =
        "Access points can't be used: a drive proves and pins who owns its bucket, and an access point hides that. Give the name of " +
        "the bucket behind it.";

    private const string NoDirectoryBuckets =
        "Directory buckets can't be used: they have no versions, and their policies know sessions only, so that a drive's path can't " +
        "be granted by itself. Give a general purpose bucket.";

    private static readonly (string Suffix, string Kind, string Instead)[] ForbiddenSuffixes =
    [
        ("-s3alias", "an access point's alias", BehindIt),
        ("--ol-s3", "an Object Lambda access point's alias", BehindIt),
        (".mrap", "a multi-Region access point", BehindIt),
        ("--xa-s3", "a directory bucket's access point", NoDirectoryBuckets),
        ("--x-s3", "a directory bucket (S3 Express)", NoDirectoryBuckets),
        ("--table-s3", "a table bucket", "Table buckets hold tables and no files. Give a general purpose bucket."),
    ];

    private BucketName(string value) => Value = value;

    public string Value { get; }

    /// <summary>Names with dots don't fit AWS's wildcard certificates: the bucket goes in the URL's path, not in its host.</summary>
    public bool HasDots => Value.Contains('.', StringComparison.Ordinal);

    /// <summary>The tenant whose bucket it is, on servers that have tenants; null on AWS.</summary>
    public string? Tenant => Value.IndexOf(':', StringComparison.Ordinal) is var colon and >= 0 ? Value[..colon] : null;

    /// <summary>Also <c>tenant:bucket</c>, as S3-compatible servers have it.</summary>
    public static Result<BucketName, ParseError> ParseOfAnyServer(string? text) =>
        text?.Trim() is { } name && OfTenant().Match(name) is { Success: true } match && ProblemOf(match.Groups["name"].Value) is null
            ? new BucketName(name)
            : Parse(text);

    public static Result<BucketName, ParseError> Parse(string? text)
    {
        var name = text?.Trim() ?? "";
        if (name.Length == 0)
            return new ParseError("Give the bucket's name.");
        if (AccessPointHost().IsMatch(name))
            return new ParseError($"That is the address of an access point. {BehindIt}");
        // A host such as acme.s3.amazonaws.com would do as a name, but nobody who pastes it means that.
        if (VirtualHost().Match(name) is { Success: true } host)
            return new ParseError($"Give the bucket's name only, not an address{Offer(host.Groups["name"].Value)}.");
        if (ProblemOf(name) is not { } problem)
            return new BucketName(name);
        if (name.StartsWith("arn:", StringComparison.OrdinalIgnoreCase))
        {
            if (
                name.Contains(":accesspoint", StringComparison.OrdinalIgnoreCase)
                || name.StartsWith("arn:aws:s3-object-lambda:", StringComparison.OrdinalIgnoreCase))
                return new ParseError($"That is an access point's ARN. {BehindIt}");
            if (name.Contains(":s3express:", StringComparison.OrdinalIgnoreCase))
                return new ParseError($"That is a directory bucket's ARN. {NoDirectoryBuckets}");
            return new ParseError($"Give the bucket's name, not its ARN{Offer(NameInArn(name))}.");
        }

        if (NameInAddress(name) is { } inAddress)
            return new ParseError($"Give the bucket's name only, not an address{Offer(inAddress)}.");
        return new ParseError(problem);
    }

    private static string Offer(string? name) => name is not null && ProblemOf(name) is null ? $": {name}" : ", such as acme-documents";

    private static string? NameInArn(string arn) => NameArn().Match(arn) is { Success: true } match ? match.Groups["name"].Value : null;

    /// <summary>The name in what people copy from elsewhere, or null if this is no address.</summary>
    private static string? NameInAddress(string text)
    {
        if (text.StartsWith("s3://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("s3a://", StringComparison.OrdinalIgnoreCase))
            return text[(text.IndexOf("//", StringComparison.Ordinal) + 2)..].Split('/')[0];
        if (ConsoleAddress().Match(text) is { Success: true } console)
            return console.Groups["name"].Value;
        if (PathStyle().Match(text) is { Success: true } path)
            return path.Groups["name"].Value;
        if (text.Contains("://", StringComparison.Ordinal))
            return "";
        return text.Split('/') is [var first, ..] && text.Contains('/', StringComparison.Ordinal) && ProblemOf(first) is null
            ? first
            : null;
    }

    private static string? ProblemOf(string name)
    {
        if (name.Length is < 3 or > 63)
            return $"A bucket's name has 3 to 63 characters; {Typed.Quote(name)} has {name.Length}.";
        if (name.Any(char.IsAsciiLetterUpper) && ProblemOf(name.ToLowerInvariant()) is null)
            return $"Bucket names are in lower case; did you mean {name.ToLowerInvariant()}?";
        if (name.AsSpan().IndexOfAnyExcept(Alphabet) is var wrong and >= 0)
            return $"A bucket's name has only lower-case letters, digits, dots and hyphens; {Typed.Quote(name)} has " +
                $"{Typed.Character(Rune.TryGetRuneAt(name, wrong, out var rune) ? rune : Rune.ReplacementChar)}.";
        if (!char.IsAsciiLetterOrDigit(name[0]) || !char.IsAsciiLetterOrDigit(name[^1]))
            return $"A bucket's name starts and ends with a letter or a digit; {Typed.Quote(name)} doesn't.";
        if (name.Contains("..", StringComparison.Ordinal))
            return $"A bucket's name has no two dots in a row; {Typed.Quote(name)} has.";
        if (name.Count(c => c == '.') == 3 && IPAddress.TryParse(name, out _))
            return $"A bucket's name can't look like an IP address, as {Typed.Quote(name)} does.";
        if (ForbiddenPrefixes.FirstOrDefault(prefix => name.StartsWith(prefix, StringComparison.Ordinal)) is { } prefix)
            return $"No bucket's name starts with {prefix}; AWS keeps that for itself.";
        if (
            ForbiddenSuffixes.FirstOrDefault(kind => name.EndsWith(kind.Suffix, StringComparison.Ordinal)) is
            { Kind: { } kind, Instead: { } instead })
            return $"{Typed.Quote(name)} is the name of {kind}; only general purpose buckets can be used. {instead}";
        return null;
    }

    public override string ToString() => Value;

    [GeneratedRegex(
        @"^(https?://)?[^/\s]*\.?(s3-accesspoint(-fips)?|accesspoint\.s3-global|s3-object-lambda(-fips)?|s3-outposts)\."
            + @"[^/\s]*(amazonaws\.com(\.cn)?|amazonaws\.eu)([:/?#]|$)",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex AccessPointHost();

    [GeneratedRegex(@"^[A-Za-z0-9._-]{1,64}:(?<name>[a-z0-9.-]{3,63})\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex OfTenant();

    [GeneratedRegex(
        @"^arn:[\w-]+:s3:::(?<name>[^/:?#]+)",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex NameArn();

    [GeneratedRegex(
        @"^(https?://)?[\w.-]*console\.[\w.-]+/s3/(buckets|object|upload)/(?<name>[^/?#]+)",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex ConsoleAddress();

    [GeneratedRegex(
        @"^(https?://)?s3[\w.-]*\.(amazonaws\.com(\.cn)?|amazonaws\.eu)(:\d+)?/(?<name>[^/?#]+)",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex PathStyle();

    [GeneratedRegex(
        @"^(https?://)?(?<name>[a-z0-9.-]+?)\.s3[\w.-]*\.(amazonaws\.com(\.cn)?|amazonaws\.eu)([:/?#]|$)",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex VirtualHost();
}

using System.Text.RegularExpressions;
using Microsoft.AspNetCore.WebUtilities;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3;

/// <summary>Tags of buckets and objects.</summary>
internal static partial class Tagging
{
    private const int MostObjectTags = 10;
    private const int MostBucketTags = 50;
    private const int LongestName = 128;
    private const int LongestValue = 256;

    /// <summary>The tags that <c>x-amz-tagging</c> gives a new object; null when it gives none.</summary>
    public static IReadOnlyDictionary<string, string>? OfHeader(S3Call call) =>
        call.Header("x-amz-tagging") is { } header ? Checked(Parse(header), MostObjectTags) : null;

    /// <summary>Reads tags that are written as a query string.</summary>
    public static Dictionary<string, string> Parse(string header)
    {
        var tags = new Dictionary<string, string>();
        foreach (var (name, value) in QueryHelpers.ParseQuery(header))
        {
            if (value.Count > 1)
                throw S3Errors.InvalidArgument(
                    "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name " +
                    "duplicates.",
                    "x-amz-tagging",
                    header);
            tags[name] = value.ToString();
        }

        return tags;
    }

    public static Task GetBucketAsync(S3Call call)
    {
        call.AllowOnBucket("s3:GetBucketTagging");
        return AnswerAsync(
            call,
            call.Settings.Tags ?? throw S3Errors.Of(404, "NoSuchTagSet", "The TagSet does not exist", ("BucketName", call.Settings.Name)));
    }

    public static async Task PutBucketAsync(S3Call call)
    {
        call.AllowOnBucket("s3:PutBucketTagging");
        var tags = Checked(await ReadAsync(call), MostBucketTags);
        call.Bucket.Change(s => s with { Tags = tags });
        await call.EmptyAsync(204);
    }

    public static Task DeleteBucketAsync(S3Call call)
    {
        call.AllowOnBucket("s3:PutBucketTagging");
        call.Bucket.Change(s => s with { Tags = null });
        return call.EmptyAsync(204);
    }

    public static async Task GetObjectAsync(S3Call call)
    {
        using var lease = ReadCalls.Open(call, "s3:GetObjectTagging", "s3:GetObjectVersionTagging");
        call.TellVersion(lease.Version);
        await AnswerAsync(call, lease.Version.Tags ?? new Dictionary<string, string>());
    }

    public static async Task PutObjectAsync(S3Call call)
    {
        using var lease = ReadCalls.Open(call, "s3:PutObjectTagging", "s3:PutObjectVersionTagging", "WRITE");
        var tags = Checked(await ReadAsync(call), MostObjectTags);
        call.Bucket.ChangeVersion(call.Key, lease.Version.VersionId, v => v with { Tags = tags });
        call.TellVersion(lease.Version);
        await call.EmptyAsync(200);
    }

    public static async Task DeleteObjectAsync(S3Call call)
    {
        using var lease = ReadCalls.Open(call, "s3:DeleteObjectTagging", "s3:DeleteObjectVersionTagging", "WRITE");
        call.Bucket.ChangeVersion(call.Key, lease.Version.VersionId, v => v with { Tags = null });
        call.TellVersion(lease.Version);
        await call.EmptyAsync(204);
    }

    private static async Task<Dictionary<string, string>> ReadAsync(S3Call call)
    {
        var document = await S3Xml.ReadRequiredAsync(call, "Tagging");
        var tags = new Dictionary<string, string>();
        foreach (var tag in document.Child("TagSet")?.Children("Tag") ?? [])
        {
            if (
                !tags.TryAdd(
                    tag.Child("Key")?.Value ?? throw S3Errors.MalformedXml(),
                    tag.Child("Value")?.Value ?? throw S3Errors.MalformedXml()))
                throw S3Errors.Of(
                    400,
                    "InvalidTag",
                    "Cannot provide multiple Tags with the same key",
                    ("TagKey", tag.Child("Key")!.Value));
        }

        return tags;
    }

    private static Dictionary<string, string> Checked(Dictionary<string, string> tags, int most)
    {
        if (tags.Count > most) throw S3Errors.Of(400, "BadRequest", $"Object tags cannot be greater than {most}");
        foreach (var (name, value) in tags)
        {
            if (name.Length is 0 or > LongestName || !TagShape().IsMatch(name))
                throw S3Errors.Of(400, "InvalidTag", "The TagKey you have provided is invalid", ("TagKey", name));
            if (value.Length > LongestValue || !TagShape().IsMatch(value))
                throw S3Errors.Of(400, "InvalidTag", "The TagValue you have provided is invalid", ("TagKey", name), ("TagValue", value));
            // The services of AWS alone set those.
            if (name.StartsWith("aws:", StringComparison.OrdinalIgnoreCase))
                throw S3Errors.Of(
                    400,
                    "InvalidTag",
                    most == MostBucketTags
                        ? "System tags cannot be added/updated by requester"
                        : "Your TagKey cannot be prefixed with aws:",
                    ("TagKey", name));
        }

        return tags;
    }

    private static Task AnswerAsync(S3Call call, IReadOnlyDictionary<string, string> tags) =>
        S3Xml.AnswerAsync(
            call,
            "Tagging",
            xml =>
                xml.Nested(
                    "TagSet",
                    set =>
                    {
                        foreach (var (name, value) in tags)
                            set.Nested(
                                "Tag",
                                x =>
                                {
                                    x.Element("Key", name);
                                    x.Element("Value", value);
                                });
                    }));

    /// <summary>Letters, digits and spaces of any script, and a few signs.</summary>
    [GeneratedRegex(@"^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex TagShape();
}

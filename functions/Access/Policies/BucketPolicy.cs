using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ServerlessDrives.Access.Policies;

/// <summary>What the bucket admits: the drive's statements, for the customer's role.</summary>
public sealed class BucketPolicy
{
    /// <summary>S3's limit for a bucket policy, in bytes.</summary>
    public const int MaxBytes = 20 * 1024;

    private readonly RoleArn _role;
    private readonly BucketAccess _access;

    private BucketPolicy(RoleArn role, BucketAccess access) => (_role, _access) = (role, access);

    public static BucketPolicy For(RoleArn role, BucketAccess access) => new(role, access);

    /// <summary>A fresh document each time.</summary>
    public JsonObject ToJson() => PolicyStatements.Document(PolicyStatements.ForBucket(_access, _role));

    /// <summary>
    /// The bucket's present policy with these statements in it: those of the same Sid replaced, all others kept. Doing it twice comes to
    /// the same.
    /// </summary>
    /// <param name="existing">JSON; null or blank where the bucket has no policy.</param>
    public Result<JsonObject, ParseError> MergeInto(string? existing)
    {
        if (string.IsNullOrWhiteSpace(existing))
            return ToJson();
        try
        {
            return Merge(JsonNode.Parse(existing, documentOptions: new() { AllowDuplicateProperties = false }) as JsonObject);
        }
        catch (JsonException exception)
        {
            return new ParseError(
                $"The present bucket policy is not JSON (line {exception.LineNumber + 1}); paste it as the S3 console shows it.");
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            // Halves of UTF-16 pairs, as they are or as \ud800: no text, so System.Text.Json neither reads nor writes it.
            return new ParseError(
                "The present bucket policy has characters that are no Unicode; paste it as the S3 console shows it.");
        }
    }

    /// <summary>
    /// The same for bytes as people send them: with a byte-order mark, or as <c>aws s3api get-bucket-policy</c> prints the policy.
    /// </summary>
    public Result<JsonObject, ParseError> MergeIntoBytes(ReadOnlySpan<byte> existing) =>
        PolicyText.Read(existing).TryGet(out var text, out var problem) ? MergeInto(text) : problem;

    private Result<JsonObject, ParseError> Merge(JsonObject? policy)
    {
        // {"Policy":"{…}"} is what the AWS CLI prints.
        if (policy is { Count: 1 } && policy["Policy"] is JsonValue inner && inner.TryGetValue(out string? document))
            return MergeInto(document);
        var old = policy?["Statement"] switch
        {
            JsonArray many when many.All(statement => statement is JsonObject) => many.Select(statement =>
                    (JsonObject)statement!.DeepClone())
                .ToList(),
            JsonObject one => [(JsonObject)one.DeepClone()],
            _ => null,
        };
        if (policy is null || old is null)
            return new ParseError(
                "The present bucket policy has no statements; expected an object with \"Version\" and \"Statement\".");
        foreach (var (statement, number) in old.Select((statement, i) => (statement, i + 1)))
        {
            if (DeadPrincipalIn(statement) is { } dead)
            {
                return new ParseError(
                    $"The statement {(SidOf(statement) is { Length: > 0 } sid ? Typed.Quote(sid) : $"number {number}")} of the present " +
                    $"bucket policy names the principal {dead}, a role or user that was deleted: AWS keeps those by their unique ids. " +
                    "S3 refuses every bucket policy that names one, so remove it from that statement first."
                );
            }
        }

        // Escapes such as ${*} mean nothing in the language of 2008.
        if (policy["Version"] is not JsonValue version || !version.TryGetValue(out string? text) || text != PolicyStatements.Version)
        {
            if (old.Any(statement => statement.ToJsonString().Contains("${", StringComparison.Ordinal)))
                return new ParseError(
                    $"The present bucket policy isn't in the version {PolicyStatements.Version}, and changing that would change what " +
                    $"its ${{…}} mean. Update its version first."
                );
            policy["Version"] = PolicyStatements.Version;
        }

        var ours = PolicyStatements.ForBucket(_access, _role).ToList();
        var sids = ours.Select(statement => statement["Sid"]!.GetValue<string>()).ToHashSet();
        policy["Statement"] = new JsonArray([.. old.Where(statement => !sids.Contains(SidOf(statement))).Concat(ours)]);

        var bytes = Encoding.UTF8.GetByteCount(policy.ToJsonString());
        return bytes > MaxBytes
            ? new ParseError(
                $"Merged, the bucket policy would have {bytes} bytes; S3 takes at most {MaxBytes}. Shorten the present one first.")
            : policy;
    }

    /// <summary>The unique id of a role or user that is gone, where the statement has one in place of an ARN.</summary>
    private static string? DeadPrincipalIn(JsonObject statement) =>
        new[] { "Principal", "NotPrincipal" }
            .Select(name => (statement[name] as JsonObject)?["AWS"])
            .SelectMany(principals => principals is JsonArray many ? many.AsEnumerable() : [principals])
            .Select(principal => principal is JsonValue value && value.TryGetValue(out string? text) ? text : null)
            .FirstOrDefault(text =>
                text is { Length: >= 16 and <= 128 } && text[..4] is ("AROA" or "AIDA") && text.All(char.IsAsciiLetterOrDigit));

    private static string SidOf(JsonObject statement) => statement["Sid"] is JsonValue sid && sid.TryGetValue(out string? text) ? text : "";

    public override string ToString() => ToJson().ToJsonString();
}

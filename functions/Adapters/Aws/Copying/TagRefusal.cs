using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ServerlessDrives.Access;
using ServerlessDrives.Access.Policies;
using ServerlessDrives.Drives;
using ServerlessDrives.Verification.Reports;

namespace ServerlessDrives.Adapters.Aws.Copying;

/// <summary>
/// S3 copies a file's tags with it or copies nothing, and the permissions to do so are no part of what a drive needs. A user's key may have
/// them all the same; a role's session can't, since its session policy is the drive's own.
/// </summary>
internal static class TagRefusal
{
    // It is for people: "é" and not "\u00e9".
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="what">What has the tags: <c>file</c> or <c>version</c>.</param>
    /// <param name="reading">
    /// What S3 asks for on the source: <c>s3:GetObjectTagging</c>, of a version <c>s3:GetObjectVersionTagging</c>.
    /// </param>
    /// <returns>Null where the reason is another one.</returns>
    public static Refusal? Of(Drive from, Drive to, Fault fault, string what, string reading) =>
        fault is Fault.Refused { IsAccessDenied: true } refused
        && AccessDeniedText.ActionIn(refused.Message) is { } action
        && action.EndsWith("Tagging", StringComparison.Ordinal)
            ? S3Refusals.Of(to, KnownCheck.ObjectWritable, fault) with
            {
                Detail =
                    $"The {what} has tags, and S3 copies a {what} only together with its tags, which needs {action}. " +
                    HelpOf(from, to, what, reading),
            }
            : null;

    private static string HelpOf(Drive from, Drive to, string what, string reading)
    {
        if (from.Credentials is not DriveCredentials.AccessKey)
            return
                "A drive's sessions with a role are held to what each drive needs, so that allowing it to the role doesn't help. Take " +
                $"the tags away, or copy the {what} in the S3 console or with aws s3api copy-object.";
        string[] files = [.. new[] { from.Access.ObjectsArn, to.Access.ObjectsArn }.Distinct()];
        var statement = new JsonObject
        {
            ["Effect"] = "Allow",
            ["Action"] = new JsonArray(reading, "s3:PutObjectTagging"),
            ["Resource"] = files.Length == 1 ? files[0] : new JsonArray([.. files.Select(file => JsonValue.Create(file))]),
        };
        return $"Add to the policy of the drive's user {statement.ToJsonString(Readable)} and try again, or take the tags away.";
    }
}

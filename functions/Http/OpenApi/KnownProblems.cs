namespace ServerlessDrives.Http;

/// <summary>A problem that the API may answer with.</summary>
/// <param name="Code">Stable, kebab-case.</param>
/// <param name="Status">The HTTP status that it comes with.</param>
/// <param name="Meaning">What is wrong, whichever call it was.</param>
/// <param name="Remedy">What the caller can do.</param>
public sealed record KnownProblem(string Code, int Status, string Meaning, string Remedy)
{
    /// <summary>The code in words: short, and the same for every problem of its kind.</summary>
    public string Title => $"{char.ToUpperInvariant(Code[0])}{Code[1..].Replace('-', ' ')}";
}

/// <summary>All of them: a problem's <c>type</c> leads to its entry on the reference page.</summary>
public static class KnownProblems
{
    /// <summary>Stands for every <c>aws-…</c> code: AWS has hundreds, and its own one follows the prefix.</summary>
    public const string AwsFamily = "aws";

    public static readonly IReadOnlyList<KnownProblem> All =
    [
        new(
            "malformed",
            400,
            "The request can't be read.",
            "Send JSON of the documented shape; the detail names the place where reading ended."),
        new("cut-off", 400, "Fewer bytes arrived than were announced. Nothing was written.", "Send the file again."),
        new("digest-mismatch", 400, "The content that arrived isn't what its digest says. Nothing was written.", "Send the file again."),
        new(
            "unauthenticated",
            401,
            "Nobody is signed in, or the token is expired or meant for something else.",
            "Send a valid bearer token; GET /api/signin says where to get one."),
        new("forbidden", 403, "You are known, but may not do this.", "Ask somebody who may; the detail says who that is."),
        new("wrong-password", 403, "This isn't the password of the shared file.", "Ask whoever sent the link for it."),
        new(
            "notification-refused",
            403,
            "What came to an address for notifications isn't Amazon SNS's, is of another topic than the confirmed one, or is too old.",
            "Set the notifications up by the integration's instructions."),
        new(
            "not-found",
            404,
            "There is no such thing, or it isn't for you to know of it.",
            "Check the id, and that you are signed in to the right organization."),
        new(
            "share-unknown",
            404,
            "The link to a shared file was never given out, or isn't whole.",
            "Ask whoever sent it to send it again."),
        new("preview-unknown", 404, "The link that shows a file was never given out, or isn't whole.", "Open the preview again."),
        new(
            "callback-unknown",
            404,
            "The callback link was never given out, or newer ones have taken its place.",
            "Ask whoever sent it for a new one."),
        new(
            "callback-damaged",
            404,
            "The callback link isn't whole: it was cut or changed on its way.",
            "Ask whoever sent it to send it again."),
        new("wizard-not-built", 404, "This build has no web UI.", "Build without SkipWizard, or use the API."),
        new(
            "answer-not-kept",
            409,
            "The request was carried out under its Idempotency-Key, and its answer was too large to be kept.",
            "Look for what it made."),
        new(
            "archived",
            409,
            "The file is archived in S3 Glacier and can't be read as it is.",
            "Restore it in S3, and read it when that is done."),
        new(
            "callback-other-step",
            409,
            "The callback link confirms another step than the one that is open.",
            "Ask whoever sent it for a link to the present step."),
        new(
            "callback-outdated",
            409,
            "The callback link was for an earlier attempt; something has been corrected since.",
            "Ask whoever sent it for a new one."),
        new(
            "callback-too-early",
            409,
            "The connection isn't at the link's step yet. Nothing was changed.",
            "Use the link again when it is."),
        new("callback-used", 409, "The step was confirmed already. A link confirms once; nothing was changed.", "Nothing is left to do."),
        new(
            "credentials-changed",
            409,
            "Somebody else changed the drive's credentials while these were being verified.",
            "Read the drive, and send them again if they should count."),
        new("default-drive", 409, "A default drive can't be removed.", "Choose another default drive first."),
        new(
            "drive-in-use",
            409,
            "Integrations stand on the drive; usedBy lists them.",
            "Remove them first, or send \"force\": true to remove them with it."),
        new(
            "too-many-groups",
            409,
            "The organization's workspaces admit as many groups as they may.",
            "Take out groups that are no longer needed, or make one group of several."),
        new(
            "exists",
            409,
            "There is a file or folder of this name already, and nothing is written over.",
            "Choose another name, or delete what is there first."),
        new(
            "in-progress",
            409,
            "The same request, under the same Idempotency-Key, is still being answered.",
            "Wait for the time that Retry-After says and ask again."),
        new("integration-paused", 409, "The integration is paused and takes no outputs.", "Resume it with a PATCH of \"paused\": false."),
        new("name-taken", 409, "A drive or an open connection of this audience has this name.", "Choose another name."),
        new(
            "no-drive",
            409,
            "The integration names no drive and there is no default one.",
            "Choose a default drive for the workspace or the organization."),
        new(
            "not-configured",
            404,
            "The operator has not set this up here.",
            "Use another form, or ask the operator for the setting that the detail names."),
        new("not-downstream", 409, "Only a downstream integration takes outputs.", "Use another integration."),
        new("not-upstream", 409, "Only an upstream integration hears of new files.", "Use another integration."),
        new(
            "outcome-unknown",
            409,
            "The connection to S3 broke while it answered. A file with just this content is there; who put it there can't be told.",
            "Look at the file, and decide whether to send it again."),
        new(
            "owner-unknown",
            409,
            "The server of the drive's bucket doesn't say which account owns it, so no topic could be trusted. Only Amazon S3 has " +
            "notifications.",
            "Leave it to polling, which finds every file."),
        new(
            "overlap",
            409,
            "The bucket and path overlap with another drive's; drives lists those that you may know of.",
            "Choose another path, or send \"allowOverlap\": true."),
        new("sharing-off", 409, "The organization doesn't let files be shared by links.", "Ask an admin of the organization."),
        new("too-many-shares", 409, "The file has fifty links that work.", "Revoke some of them first."),
        new(
            "delete-marker",
            409,
            "The version only says that the file was deleted then; it has no content.",
            "Take the version before it, or bring the file back."),
        new("not-deleted", 409, "The file isn't deleted, so there is nothing to bring back.", "Restore one of its versions instead."),
        new(
            "too-large-to-copy",
            409,
            "The version is larger than S3 copies in one call, 5 GiB.",
            "Download it and upload it again, or copy it with aws s3 cp."),
        new("read-only", 409, "The drive is read-only: nothing is written to or deleted from it.", "Use another drive."),
        new(
            "role-drive",
            409,
            "Nothing about a drive with a role can be changed: its role is its credentials.",
            "Remove the drive and connect it again."),
        new("role-in-use", 409, "Drives or open connections use the role; usedBy lists them.", "Remove or cancel them first."),
        new(
            "role-known",
            409,
            "The organization uses this role already, under another external ID; roleId is its record where you may use it.",
            "Start again with that role in authentication.roleId."),
        new(
            "step-not-open",
            409,
            "The connection isn't at this step: it is over, not there yet, or finished.",
            "Read the connection; its status says what it waits for."),
        new("upload-aborted", 409, "Somebody aborted the upload at S3 while the file came in. Nothing was written.", "Send it again."),
        new("upload-completed", 409, "The upload was completed already and can't be given up.", "Delete the file if it isn't wanted."),
        new("workspace-exists", 409, "There is a workspace of this id.", "Choose another id, or leave it out."),
        new(
            "workspace-not-empty",
            409,
            "The workspace still has drives, roles, connections or integrations; usedBy lists them.",
            "Remove them first."),
        new(
            "write-raced",
            409,
            "Another write or deletion of this file came between. Nothing was written.",
            "Look at the file and try again."),
        new("callback-ended", 410, "The connection that the callback link belongs to has come to its end.", "Nothing is left to confirm."),
        new("callback-expired", 410, "The callback link has expired.", "Ask whoever sent it for a new one."),
        new("callback-revoked", 410, "The callback link was revoked.", "Ask whoever sent it for a new one."),
        new("preview-over", 410, "The time of the link that shows a file is over, or its maker may no longer.", "Open the preview again."),
        new(
            "share-over",
            410,
            "The link to a shared file has expired, was revoked or used up, or nobody may share the file any more.",
            "Ask whoever sent it for a new one."),
        new(
            "drive-removed",
            410,
            "The drive was removed or is being removed, and references to its files with it.",
            "Nothing brings it back; connect the bucket again and make new references."),
        new("changed", 412, "The resource isn't what If-Match says any more.", "Read it again and repeat your change."),
        new("content-too-large", 413, "The body is larger than this call takes.", "Send less; use a presigned upload for large files."),
        new("unsupported-media-type", 415, "The body is of another type than this call reads.", "Send application/json."),
        new("range-not-satisfiable", 416, "The file has no such range of bytes.", "Ask for a range within its size."),
        new("invalid", 422, "Some fields are wrong; errors names each with its messages.", "Correct all of them and send it again."),
        new(
            "verification-failed",
            422,
            "The new credentials don't pass the verification; the report says why. Nothing was changed.",
            "Do what the failed checks say and send them again."),
        new("too-many-requests", 429, "Too many requests in a short time.", "Wait for the time that Retry-After says."),
        new(
            "too-many-waiting",
            429,
            "As many reads with wait are under way as may at once, of one person or of everybody.",
            "Read without wait, or try again after the time that Retry-After says."),
        new("internal", 500, "Something went wrong on our side.", "Try again; if it stays, report the traceId."),
        new(
            "aws-encryption-differs",
            502,
            "The bucket didn't encrypt the file as the drive says, so it was deleted again.",
            "Verify the drive to see what has changed."),
        new(
            AwsFamily,
            502,
            "AWS refused what was asked of it. Its own code follows the prefix: aws-access-denied, aws-no-such-bucket.",
            "Do what the detail says; awsErrorCode and awsRequestId are for a ticket to AWS."),
        new(
            "storage-full",
            503,
            "Storage has no room for what was sent. It was not stored.",
            "Try again when there is room; GET /api/health says whether there is."),
        new(
            "unavailable",
            503,
            "Something that we depend on doesn't answer at the moment.",
            "Try again after the time that Retry-After says. Nothing that was sent is lost."),
    ];

    private static readonly Dictionary<string, KnownProblem> ByCode = All.ToDictionary(problem => problem.Code);

    /// <summary>The entry for a code as it is answered.</summary>
    public static KnownProblem For(string code)
    {
        ArgumentNullException.ThrowIfNull(code);
        return ByCode.TryGetValue(code, out var known) ? known
            : code.StartsWith("aws-", StringComparison.Ordinal) ? ByCode[AwsFamily]
            : throw new InvalidOperationException($"The problem {code} is not among the known ones: add it there.");
    }

    /// <summary>Where a code is described.</summary>
    public static string AnchorOf(string code) =>
        $"problem-{(ByCode.ContainsKey(code) || !code.StartsWith("aws-", StringComparison.Ordinal) ? code : AwsFamily)}";
}

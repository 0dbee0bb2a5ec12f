using ServerlessDrives.Access;
using ServerlessDrives.Access.Policies;
using ServerlessDrives.Verification.Reports;

namespace ServerlessDrives.Verification.Explaining;

/// <summary>Who tries what on which bucket: what a sentence about a refusal has to name.</summary>
/// <param name="Principal">Ours, in the role's partition; null for an access key, or where we have none.</param>
/// <param name="Access">Null while only the role's trust is in question.</param>
internal sealed record Scene(DriveCredentials Credentials, PrincipalArn? Principal, Region Region, BucketAccess? Access)
{
    /// <summary>The credentials in a sentence.</summary>
    public string Who =>
        Credentials is DriveCredentials.Role role
            ? $"the role {role.Arn.RoleName}"
            : $"the user of the access key {((DriveCredentials.AccessKey)Credentials).Id}";

    /// <summary>Where a missing permission has to be added.</summary>
    public string WhosePolicy =>
        Credentials is DriveCredentials.Role role
            ? $"a policy of the role {role.Arn}"
            : $"a policy of the user who has the access key {((DriveCredentials.AccessKey)Credentials).Id}";
}

/// <summary>A refusal in a sentence that says what it means here, and one that says what to change.</summary>
internal readonly record struct Explanation(string Text, string Fix)
{
    private const string NothingToChange =
        "Nothing to change on your side; try again in a few minutes, and tell your operator if it stays.";

    /// <summary>Whether it is for us to mend, and nothing has to be changed in the customer's AWS account.</summary>
    public bool IsOurs => Fix == NothingToChange;

    public static Explanation OurSide(string text) => new(text, NothingToChange);

    public static implicit operator Explanation((string Text, string Fix) said) => new(said.Text, said.Fix);
}

/// <summary>
/// Every refusal of AWS as sentences. Names the cause that AWS's text, the setting or the policy shows, and never one that was not seen.
/// </summary>
internal sealed partial class Explanations(Scene scene)
{
    private const string TryAgain = "Nothing to change; verify again in a moment.";

    public Explanation Of(KnownCheck check, Fault fault) => fault switch
    {
        Fault.Unreachable unreachable => ($"AWS could not be reached, though it was tried several times: {unreachable.Reason}.", TryAgain),
        Fault.Refused { IsPassing: true } passing => OfTrouble(passing),
        Fault.Refused refused when scene.Credentials is DriveCredentials.Role role && IsOfTrust(check, refused) => OfTrust(role, refused),
        Fault.Refused refused => OfBucket(check, refused),
        _ => throw new InvalidOperationException($"Unknown fault {fault.GetType()}."),
    };

    /// <summary>A session may be refused at any call, since it is made when it is needed.</summary>
    private static bool IsOfTrust(KnownCheck check, Fault.Refused refused) =>
        refused.Principal is not null || check == KnownCheck.TrustAccepted || check == KnownCheck.ExternalIdRequired;

    private static Explanation OfTrouble(Fault.Refused passing) => passing.Code switch
    {
        "SlowDown" or "Throttling" or "ThrottlingException" or "RequestLimitExceeded" or "TooManyRequests" => (
            $"AWS asked us to slow down each time that it was asked ({passing.Code}); the account or the bucket is busy.", TryAgain),
        "IDPCommunicationError" => Explanation.OurSide("AWS could not reach the provider that vouches for us (IDPCommunicationError)."),
        "ConditionalRequestConflict" or "OperationAborted" => (
            $"Another change of the same key or bucket was under way each time that we tried ({passing.Code}).", TryAgain),
        "RequestTimeout" => ("AWS gave up waiting for what we sent, each time that it was tried (RequestTimeout).", TryAgain),
        _ => ($"AWS was in trouble each time that it was asked ({passing.Code}).", TryAgain),
    };

    private Explanation OfBucket(KnownCheck check, Fault.Refused refused)
    {
        var bucket = scene.Access!.Bucket;
        return refused.Code switch
        {
            "KMS.NotFoundException" or "NotFoundException" when Key is not null => (
                $"KMS knows no key {Key} in {scene.Region}.",
                "Correct the key's ARN, or choose another key of the bucket's region."),
            "KMS.DisabledException" => (
                $"The KMS key {Key} is disabled.",
                $"Enable it again (aws kms enable-key --key-id {Key}), or choose another key."),
            "KMS.KMSInvalidStateException" or "KMSInvalidStateException" => (
                $"The KMS key {Key} can't be used in its present state, for instance because it is to be deleted.",
                $"Cancel its deletion (aws kms cancel-key-deletion --key-id {Key}) and enable it, or choose another key."),
            _ when refused.Code.StartsWith("KMS.", StringComparison.Ordinal) => (
                $"KMS refused the key {Key}: {Sentence(refused.Message)}",
                "Correct the key, or choose another encryption."),
            _ when refused.IsAccessDenied && AccessDeniedText.KmsActionIn(refused.Message) is { } action => OfKey(action, refused),
            _ when refused.IsAccessDenied => OfAccessDenied(check, refused),
            "NoSuchBucket" => (
                $"There is no bucket {bucket} in the partition {scene.Region.Partition}.",
                "Correct the bucket's name; names are spelled exactly as in the S3 console."),
            "PermanentRedirect"
            or "AuthorizationHeaderMalformed"
            or "IllegalLocationConstraint"
            or "IllegalLocationConstraintException"
            or "TemporaryRedirect"
            or "Moved Permanently"
            or "MovedPermanently" => (
                $"The bucket {bucket} is in another region than " +
                $"{scene.Region}{(AccessDeniedText.ExpectedRegionIn(refused.Message) is { } right ? $": in {right}" : "")}.",
                AccessDeniedText.ExpectedRegionIn(refused.Message) is { } expected
                    ? $"Change the region to {expected}."
                    : "Choose the bucket's own region; the check region-correct names it."),
            "MalformedPolicy" or "MalformedPolicyDocument" when IsDeadPrincipal(refused) => OfDeadPrincipal(
                $"the bucket policy of {bucket}", "Save the bucket policy that was offered again, with the role's present ARN."),
            "MalformedPolicy" or "MalformedPolicyDocument" => (
                $"AWS can't read a policy: {Sentence(refused.Message)}", $"Save the bucket policy of {bucket} again, as it was offered."),
            "AccessControlListNotSupported" => (
                $"Access control lists are off on {bucket} (bucket owner enforced), which is AWS's own advice.",
                "None needed: we send no access control lists."),
            "PreconditionFailed" or "Precondition Failed" => (
                "The key exists already, or has changed since it was looked at (PreconditionFailed), so nothing was written.",
                "Verify again; a verification uses keys of its own."),
            "InvalidAccessKeyId" or "InvalidClientTokenId" or "UnrecognizedClientException" => scene.Credentials
                is DriveCredentials.AccessKey key
                ? (
                    $"AWS doesn't know the access key {key.Id}; it was deleted or mistyped, or belongs to another partition than " +
                    $"{scene.Region.Partition}.",
                    "Give the ID and the secret of a key that is active (IAM console → Users → Security credentials).")
                : Explanation.OurSide("AWS doesn't know the key of our session with the role."),
            "SignatureDoesNotMatch" => scene.Credentials is DriveCredentials.AccessKey key
                ? (
                    $"The secret doesn't belong to the access key {key.Id}.",
                    "Give the secret access key again, or make a new key; AWS shows a secret only once.")
                : Explanation.OurSide("AWS doesn't accept our signature."),
            "InvalidToken" or "ExpiredToken" or "TokenRefreshRequired" => Explanation.OurSide(
                $"AWS doesn't accept the session's token in {scene.Region} ({refused.Code})."),
            "RequestTimeTooSkewed" => Explanation.OurSide("Our clock differs too much from that of AWS."),
            "AccountProblem" or "AllAccessDisabled" or "OptInRequired" or "NotSignedUp" => (
                $"AWS has closed S3 to the account: {Sentence(refused.Message)}",
                "Ask the account's owner; AWS Support can tell them why."),
            "InvalidObjectState" => ("The object is archived.", "Restore it before reading it (aws s3api restore-object)."),
            "NoSuchKey" or "NoSuchVersion" or "NoSuchUpload" => (
                $"What had been written before was no longer there ({refused.Code}): something else deletes in this bucket, a " +
                "lifecycle rule or a person.",
                $"Except {scene.Access.ObjectsArn} from whatever deletes there, and verify again."),
            "SecretUnavailable" => ("The vault no longer has the access key's secret.", "Give the access key and its secret again."),
            "NotImplemented" or "MethodNotAllowed" or "XNotImplemented" => (
                $"The server doesn't have this operation: {Sentence(refused.Message)}",
                "Use a server that has it, or an encryption that needs less."),
            _ => Other(refused),
        };
    }

    private static bool IsDeadPrincipal(Fault.Refused refused) => refused.Message.Contains("principal", StringComparison.OrdinalIgnoreCase);

    /// <summary>A role or user that was deleted and made again has another unique id, by which AWS keeps principals.</summary>
    private static Explanation OfDeadPrincipal(string where, string fix) =>
        (
            $"A principal in {where} is not there, or was deleted and made again: AWS keeps it by its unique id (AROA… or AIDA…), " +
            "which nobody has any more.",
            fix);

    private static Explanation Other(Fault.Refused refused) => (
        $"AWS refused with {refused.Code} ({refused.Status}): {Sentence(refused.Message)}",
        "Look the code up in AWS's documentation; the request id helps AWS Support to find this very call.");

    /// <summary>AWS ends some of its messages with a full stop and some without.</summary>
    private static string Sentence(string message) => message.TrimEnd('.', ' ') + ".";

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}

using ServerlessDrives.Access;

namespace ServerlessDrives.Verification;

/// <summary>Who tries what on which bucket: what a sentence about a refusal has to name.</summary>
/// <param name="Principal">Ours, in the role's partition; null for an access key, or where we have none.</param>
/// <param name="Access">Null while only the role's trust is in question.</param>
internal sealed record Scene(DriveCredentials Credentials, PrincipalArn? Principal, Region Region, BucketAccess? Access)
{
    /// <summary>The credentials in a sentence.</summary>
    public string Who => Credentials is DriveCredentials.Role role ? $"the role {role.Arn.RoleName}" : $"the user of the access key {((DriveCredentials.AccessKey)Credentials).Id}";

    /// <summary>Where a missing permission has to be added.</summary>
    public string WhosePolicy => Credentials is DriveCredentials.Role role ? $"a policy of the role {role.Arn}" : $"a policy of the user who has the access key {((DriveCredentials.AccessKey)Credentials).Id}";
}

/// <summary>Every refusal of AWS as a sentence that says what it means here, and one that says what to change.</summary>
internal sealed class Explanations(Scene scene)
{
    private const string OurSide = "Nothing to change on your side; try again in a few minutes, and tell your operator if it stays.";
    private const string TryAgain = "Nothing to change; verify again in a moment.";

    public (string Explanation, string Fix) Of(KnownCheck check, Fault fault) => fault switch
    {
        Fault.Unreachable unreachable => ($"AWS could not be reached, though it was tried several times: {unreachable.Reason}.", TryAgain),
        Fault.Refused { IsPassing: true } passing => OfTrouble(passing),
        Fault.Refused refused when check == KnownCheck.TrustAccepted || check == KnownCheck.ExternalIdRequired => OfTrust(refused),
        Fault.Refused refused => OfBucket(check, refused),
        _ => throw new InvalidOperationException($"Unknown fault {fault.GetType()}."),
    };

    private static (string, string) OfTrouble(Fault.Refused passing) => passing.Code switch
    {
        "SlowDown" or "Throttling" or "ThrottlingException" or "RequestLimitExceeded" => (
            $"AWS asked us to slow down each time that it was asked ({passing.Code}); the account or the bucket is busy.", TryAgain),
        "IDPCommunicationError" => ("AWS could not reach the provider that vouches for us (IDPCommunicationError).", OurSide),
        "ConditionalRequestConflict" or "OperationAborted" => (
            $"Another change of the same key or bucket was under way each time that we tried ({passing.Code}).", TryAgain),
        "RequestTimeout" => ("AWS gave up waiting for what we sent, each time that it was tried (RequestTimeout).", TryAgain),
        _ => ($"AWS was in trouble each time that it was asked ({passing.Code}).", TryAgain),
    };

    private (string, string) OfTrust(Fault.Refused refused)
    {
        var role = ((DriveCredentials.Role)scene.Credentials).Arn;
        return refused.Code switch
        {
            _ when refused.IsAccessDenied => (
                $"AWS refused to let us assume {role}. It doesn't say which of these it is: there is no role of that name, its trust policy doesn't name our principal {scene.Principal}, or it asks for another external ID. A change of the last minute may not have reached all of AWS yet.",
                $"Save this as the trust policy of the role {role.RoleName} (IAM console, or aws iam update-assume-role-policy --role-name {role.RoleName} --policy-document …): {TrustPolicyText()}"),
            "RegionDisabledException" => (
                $"STS is switched off for {scene.Region} in your account, and no other endpoint could be used.",
                $"Activate STS for {scene.Region}: IAM console → Account settings → Security Token Service."),
            "InvalidClientTokenId" or "UnrecognizedClientException" or "SignatureDoesNotMatch" or "IncompleteSignature" => (
                "AWS doesn't accept our own credentials; they may be of another partition, or a global token in a region that takes regional ones only.", OurSide),
            "MalformedPolicyDocument" or "MalformedPolicy" when IsDeadPrincipal(refused) => OfDeadPrincipal(
                $"the trust policy of the role {role.RoleName}", $"Save the trust policy of the role {role.RoleName} again, with the principal's ARN: {TrustPolicyText()}"),
            "MalformedPolicyDocument" => ($"AWS can't read a policy that goes with the session: {Sentence(refused.Message)}", OurSide),
            "PackedPolicyTooLarge" or "PackedPolicyTooLargeException" => (
                "The session policy that confines us to the path is too large for AWS.", "Choose a shorter path."),
            "InvalidIdentityToken" or "InvalidIdentityTokenException" or "InvalidToken" or "ExpiredTokenException" or "ExpiredToken" or "IDPRejectedClaim" => (
                "AWS doesn't accept the token by which we sign in to our own account.", OurSide),
            "RequestTimeTooSkewed" or "RequestExpired" => ("Our clock differs too much from that of AWS.", OurSide),
            _ => Other(refused),
        };
    }

    private string TrustPolicyText() =>
        scene is { Principal: { } principal, Credentials: DriveCredentials.Role role } ? TrustPolicy.For(principal, role.ExternalId).ToString() : "the one that was offered.";

    private (string, string) OfBucket(KnownCheck check, Fault.Refused refused)
    {
        var bucket = scene.Access!.Bucket;
        return refused.Code switch
        {
            "KMS.NotFoundException" or "NotFoundException" when Key is not null => (
                $"KMS knows no key {Key} in {scene.Region}.", "Correct the key's ARN, or choose another key of the bucket's region."),
            "KMS.DisabledException" => ($"The KMS key {Key} is disabled.", $"Enable it again (aws kms enable-key --key-id {Key}), or choose another key."),
            "KMS.KMSInvalidStateException" or "KMSInvalidStateException" => (
                $"The KMS key {Key} can't be used in its present state, for instance because it is to be deleted.", $"Cancel its deletion (aws kms cancel-key-deletion --key-id {Key}) and enable it, or choose another key."),
            _ when refused.Code.StartsWith("KMS.", StringComparison.Ordinal) => ($"KMS refused the key {Key}: {Sentence(refused.Message)}", "Correct the key, or choose another encryption."),
            _ when refused.IsAccessDenied && AccessDeniedText.KmsActionIn(refused.Message) is { } action => OfKey(action, refused),
            _ when refused.IsAccessDenied => OfAccessDenied(check, refused),
            "NoSuchBucket" => (
                $"There is no bucket {bucket} in the partition {scene.Region.Partition}.", "Correct the bucket's name; names are spelled exactly as in the S3 console."),
            "PermanentRedirect" or "AuthorizationHeaderMalformed" or "IllegalLocationConstraint" or "IllegalLocationConstraintException" or "TemporaryRedirect" or "Moved Permanently" or "MovedPermanently" => (
                $"The bucket {bucket} is in another region than {scene.Region}{(AccessDeniedText.ExpectedRegionIn(refused.Message) is { } right ? $": in {right}" : "")}.",
                AccessDeniedText.ExpectedRegionIn(refused.Message) is { } expected ? $"Change the region to {expected}." : "Choose the bucket's own region; the check region-correct names it."),
            "MalformedPolicy" or "MalformedPolicyDocument" when IsDeadPrincipal(refused) => OfDeadPrincipal(
                $"the bucket policy of {bucket}", "Save the bucket policy that was offered again, with the role's present ARN."),
            "MalformedPolicy" or "MalformedPolicyDocument" => (
                $"AWS can't read a policy: {Sentence(refused.Message)}", $"Save the bucket policy of {bucket} again, as it was offered."),
            "AccessControlListNotSupported" => (
                $"Access control lists are off on {bucket} (bucket owner enforced), which is AWS's own advice.", "None needed: we send no access control lists."),
            "PreconditionFailed" or "Precondition Failed" => (
                "The key exists already, or has changed since it was looked at (PreconditionFailed), so nothing was written.", "Verify again; a verification uses keys of its own."),
            "InvalidAccessKeyId" or "InvalidClientTokenId" or "UnrecognizedClientException" => scene.Credentials is DriveCredentials.AccessKey key
                ? ($"AWS doesn't know the access key {key.Id}; it was deleted or mistyped, or belongs to another partition than {scene.Region.Partition}.", "Give the ID and the secret of a key that is active (IAM console → Users → Security credentials).")
                : ("AWS doesn't know the key of our session with the role.", OurSide),
            "SignatureDoesNotMatch" => scene.Credentials is DriveCredentials.AccessKey key
                ? ($"The secret doesn't belong to the access key {key.Id}.", "Give the secret access key again, or make a new key; AWS shows a secret only once.")
                : ("AWS doesn't accept our signature.", OurSide),
            "InvalidToken" or "ExpiredToken" or "TokenRefreshRequired" => ($"AWS doesn't accept the session's token in {scene.Region} ({refused.Code}).", OurSide),
            "RequestTimeTooSkewed" => ("Our clock differs too much from that of AWS.", OurSide),
            "AccountProblem" or "AllAccessDisabled" or "OptInRequired" or "NotSignedUp" => ($"AWS has closed S3 to the account: {Sentence(refused.Message)}", "Ask the account's owner; AWS Support can tell them why."),
            "InvalidObjectState" => ("The object is archived.", "Restore it before reading it (aws s3api restore-object)."),
            "NoSuchKey" or "NoSuchVersion" or "NoSuchUpload" => (
                $"What had been written before was no longer there ({refused.Code}): something else deletes in this bucket, a lifecycle rule or a person.", $"Except {scene.Access.ObjectsArn} from whatever deletes there, and verify again."),
            "SecretUnavailable" => ("The vault no longer has the access key's secret.", "Give the access key and its secret again."),
            "NotImplemented" or "MethodNotAllowed" or "XNotImplemented" => ($"The server doesn't have this operation: {Sentence(refused.Message)}", "Use a server that has it, or an encryption that needs less."),
            _ => Other(refused),
        };
    }

    private string? Key => scene.Access!.Encryption.KmsKey?.Value;

    private (string, string) OfKey(string action, Fault.Refused refused)
    {
        var explanation = AccessDeniedText.PolicyIn(refused.Message) switch
        {
            RefusingPolicy.IdentityPolicyAllowsNothing => $"No policy of {scene.Who} allows {action} on the KMS key {Key}.",
            RefusingPolicy.ResourcePolicyAllowsNothing => $"The policy of the KMS key {Key} doesn't admit {scene.Who} for {action}.",
            RefusingPolicy.IdentityPolicyDenies or RefusingPolicy.ResourcePolicyDenies => $"A policy explicitly denies {action} on the KMS key {Key} to {scene.Who}.",
            _ => $"{Capital(scene.Who)} may not use the KMS key {Key}: {action} was refused.",
        };
        if (scene.Access!.Encryption.KmsKey is null)
            return ($"The bucket encrypts with a KMS key by default, and {scene.Who} may not use it: {action} was refused.", $"Name that key as the drive's encryption, or allow kms:GenerateDataKey and kms:Decrypt on it in {scene.WhosePolicy}.");

        var grant = PolicyStatements.ForKey(scene.Access)!;
        grant.Remove("Sid");
        var roleStatement = grant.ToJsonString();
        var keyStatement = scene.Credentials is DriveCredentials.Role role ? KeyPolicyStatement.For(role.Arn, scene.Access)!.ToString() : null;
        return (explanation, $"Add to {scene.WhosePolicy}: {roleStatement}. The key's own policy must admit it too; it does where it lets the account's IAM policies decide, otherwise add to it: {keyStatement ?? "the same actions for that user"}.");
    }

    private (string, string) OfAccessDenied(KnownCheck check, Fault.Refused refused)
    {
        var access = scene.Access!;
        // AWS may have refused another action than the one that the call is named for: a missing key is told to those only who may list.
        var action = AccessDeniedText.ActionIn(refused.Message) ?? check.Permission ?? "the call";
        if (action == Permission.ListBucket.Name && check.Permission is not null && check.Permission != action)
            return OfAbsence(access);
        var permission = Permission.All.FirstOrDefault(known => known.Name == action);
        var where = permission is { IsOnBucket: false } ? access.ObjectsArn : access.BucketArn;
        var grant = permission is null ? "the role policy that was offered" : PolicyStatements.Granting(access, permission).ToJsonString();
        var isRole = scene.Credentials is DriveCredentials.Role;
        return AccessDeniedText.PolicyIn(refused.Message) switch
        {
            RefusingPolicy.IdentityPolicyAllowsNothing => (
                $"No policy of {scene.Who} allows {action} on {where}.", $"Add to {scene.WhosePolicy}: {grant}"),
            RefusingPolicy.IdentityPolicyDenies => (
                $"A policy of {scene.Who} explicitly denies {action} on {where}.", $"Remove that Deny, or except {where} from it; an Allow can't outweigh it."),
            RefusingPolicy.ResourcePolicyAllowsNothing => (
                $"The bucket policy of {access.Bucket} doesn't admit {scene.Who} for {action}, as it must where bucket and credentials are of different accounts.",
                isRole ? $"Save the bucket policy that was offered, with its statement for {action} on {where}." : $"Admit the user in the bucket policy of {access.Bucket}: {grant} with the user as its Principal."),
            RefusingPolicy.ResourcePolicyDenies => (
                $"The bucket policy of {access.Bucket} explicitly denies {action} to {scene.Who}.", $"Change the Deny in the bucket policy of {access.Bucket} so that it spares {scene.Who} on {where}."),
            RefusingPolicy.SessionPolicy => ($"The policy of our own session doesn't allow {action} on {where}.", OurSide),
            RefusingPolicy.PermissionsBoundary => (
                $"The permissions boundary of {scene.Who} doesn't allow {action} on {where}.", $"Allow {action} on {where} in the permissions boundary too: {grant}"),
            RefusingPolicy.ServiceControlPolicy or RefusingPolicy.ResourceControlPolicy => (
                $"A policy of your AWS organization denies {action} on {where}.", $"Ask the administrators of your AWS organization to allow {action} on {where}."),
            RefusingPolicy.VpcEndpointPolicy => (
                "The policy of a VPC endpoint on the way refuses the call.", $"Allow {action} on {where} in the VPC endpoint's policy."),
            RefusingPolicy.PublicAccessBlock => (
                "Block Public Access stands in the way.", "The drive needs no public access: admit the role by name, as the policies that were offered do."),
            _ => (
                $"AWS refused {action} on {where} to {scene.Who} and gave no reason, as it does when the bucket belongs to another organization's account.",
                isRole ? $"Save both policies that were offered, the role's and the bucket's; for {action} the role's needs: {grant}" : $"Add to {scene.WhosePolicy}: {grant}"),
        };
    }

    private (string, string) OfAbsence(BucketAccess access) => (
        $"Either there is no such file, or {scene.Who} may not read it: AWS says which only to those who may list the bucket, and s3:ListBucket was refused.",
        $"Add to {scene.WhosePolicy}: {PolicyStatements.Granting(access, Permission.ListBucket).ToJsonString()}");

    private static bool IsDeadPrincipal(Fault.Refused refused) => refused.Message.Contains("principal", StringComparison.OrdinalIgnoreCase);

    /// <summary>A role or user that was deleted and made again has another unique id, by which AWS keeps principals.</summary>
    private static (string, string) OfDeadPrincipal(string where, string fix) => (
        $"A principal in {where} is not there, or was deleted and made again: AWS keeps it by its unique id (AROA… or AIDA…), which nobody has any more.", fix);

    private static (string, string) Other(Fault.Refused refused) => (
        $"AWS refused with {refused.Code} ({refused.Status}): {Sentence(refused.Message)}",
        "Look the code up in AWS's documentation; the request id helps AWS Support to find this very call.");

    /// <summary>AWS ends some of its messages with a full stop and some without.</summary>
    private static string Sentence(string message) => message.TrimEnd('.', ' ') + ".";

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}

using ServerlessDrives.Access;
using ServerlessDrives.Access.Policies;
using ServerlessDrives.Verification.Reports;

namespace ServerlessDrives.Verification.Explaining;

/// <summary>Why S3, or KMS by way of it, denies a call: by which kind of policy, as far as AWS says.</summary>
internal sealed partial class Explanations
{
    private string? Key => scene.Access!.Encryption.KmsKey?.Value;

    private Explanation OfKey(string action, Fault.Refused refused)
    {
        var access = scene.Access!;
        // A file stays under the key that it was written with, which needn't be the drive's.
        var key = AccessDeniedText.KeyIn(refused.Message) ?? (action == "kms:GenerateDataKey" ? Key : null);
        var named = key is null ? "the KMS key that the file is encrypted with" : $"the KMS key {key}";
        var isOurs = key is not null && key == Key;
        var explanation = AccessDeniedText.PolicyIn(refused.Message) switch
        {
            RefusingPolicy.IdentityPolicyAllowsNothing => $"No policy of {scene.Who} allows {action} on {named}.",
            RefusingPolicy.ResourcePolicyAllowsNothing => $"The policy of {named} doesn't admit {scene.Who} for {action}.",
            RefusingPolicy.IdentityPolicyDenies => $"A policy of {scene.Who} explicitly denies {action} on {named}.",
            RefusingPolicy.ResourcePolicyDenies => $"The policy of {named} explicitly denies {action} to {scene.Who}.",
            RefusingPolicy.SessionPolicy => $"The policy of our own session doesn't allow {action} on {named}.",
            RefusingPolicy.PermissionsBoundary => $"The permissions boundary of {scene.Who} doesn't allow {action} on {named}.",
            RefusingPolicy.ServiceControlPolicy or RefusingPolicy.ResourceControlPolicy =>
                $"A policy of your AWS organization denies {action} on {named}.",
            _ => $"{Capital(scene.Who)} may not use {named}: {action} was refused.",
        };
        if (AccessDeniedText.PolicyIn(refused.Message) is RefusingPolicy.SessionPolicy)
            return Explanation.OurSide(explanation);
        if (access.Encryption.KmsKey is null && key is null)
            return (
                $"The bucket encrypts with a KMS key by default. {explanation}",
                $"Name that key as the drive's encryption, or allow {string.Join(" and ", access.KeyActions)} on it in {scene.WhosePolicy}."
            );
        if (!isOurs)
        {
            var why =
                key is null || Key is null ? "" : $" It isn't the drive's key {Key}: files stay under the key that they were written with.";
            return (
                explanation + why,
                $"Allow {string.Join(" and ", access.KeyActions)} on {named} in {scene.WhosePolicy}, and in the key's own policy if it " +
                "is of another account."
            );
        }

        var grant = PolicyStatements.ForKey(access)!;
        grant.Remove("Sid");
        var keyStatement = scene.Credentials is DriveCredentials.Role role ? KeyPolicyStatement.For(role.Arn, access)!.ToString() : null;
        return (
            explanation,
            $"Add to {scene.WhosePolicy}: {grant.ToJsonString()}. The key's own policy must admit it too; it does where it lets the " +
            $"account's IAM policies decide, otherwise add to it: {keyStatement ?? "the same actions for that user"}."
        );
    }

    /// <summary>The key that a refused write names though none was asked for: the one that the bucket encrypts with by default.</summary>
    public KmsKeyArn? KeyOfBucket(Fault fault) =>
        Key is null && fault is Fault.Refused { IsAccessDenied: true } refused && AccessDeniedText.KmsActionIn(refused.Message) is not null
        && KmsKeyArn.Parse(AccessDeniedText.KeyIn(refused.Message)).TryGet(out var key, out _)
            ? key
            : null;

    private Explanation OfAccessDenied(KnownCheck check, Fault.Refused refused)
    {
        var access = scene.Access!;
        // AWS may have refused another action than the one that the call is named for: a missing key is told to those only who may list.
        var action = AccessDeniedText.ActionIn(refused.Message) ?? check.Permission ?? "the call";
        if (action == Permission.ListBucket.Name && check.Permission is not null && check.Permission != action)
            return OfAbsence(access);
        var permission = Permission.Named(action);
        var where = permission is { IsOnBucket: false } ? access.ObjectsArn : access.BucketArn;
        var grant = permission is null ? "the role policy that was offered" : PolicyStatements.Granting(access, permission).ToJsonString();
        var (isRole, isOffered) = (scene.Credentials is DriveCredentials.Role, permission?.IsOffered ?? true);
        var principal = isRole ? "role" : "user";
        return AccessDeniedText.PolicyIn(refused.Message) switch
        {
            RefusingPolicy.IdentityPolicyAllowsNothing => (
                $"No policy of {scene.Who} allows {action} on {where}.", $"Add to {scene.WhosePolicy}: {grant}"),
            RefusingPolicy.IdentityPolicyDenies => (
                $"A policy of {scene.Who} explicitly denies {action} on {where}.{Sent(action)}",
                $"Remove that Deny, or except {where} from it; an Allow can't outweigh it."),
            RefusingPolicy.ResourcePolicyAllowsNothing => (
                $"The bucket policy of {access.Bucket} doesn't admit {scene.Who} for {action}, as it must where bucket and credentials " +
                "are of different accounts.",
                isRole && isOffered
                    ? $"Save the bucket policy that was offered, with its statement for {action} on {where}."
                    : $"Admit the {principal} in the bucket policy of {access.Bucket}: {grant} with the {principal} as its Principal."),
            RefusingPolicy.ResourcePolicyDenies => (
                $"The bucket policy of {access.Bucket} explicitly denies {action} to {scene.Who}.{Sent(action)}",
                $"Change the Deny in the bucket policy of {access.Bucket} so that it spares {scene.Who} on {where}, or spares requests " +
                "like this one."
            ),
            RefusingPolicy.SessionPolicy => Explanation.OurSide(
                SessionPolicy.IsCut(access)
                    ? $"The policy of our own session, which had to be cut because the path is long, doesn't allow {action} on {where}."
                    : $"The policy of our own session doesn't allow {action} on {where}."),
            RefusingPolicy.PermissionsBoundary => (
                $"The permissions boundary of {scene.Who} doesn't allow {action} on {where}.",
                $"Allow {action} on {where} in the permissions boundary too: {grant}"),
            RefusingPolicy.ServiceControlPolicy => (
                $"A service control policy of your AWS organization denies {action} on {where}.",
                $"Ask the administrators of your AWS organization to allow {action} on {where}."),
            RefusingPolicy.ResourceControlPolicy => (
                $"A resource control policy of your AWS organization denies {action} on {where}.",
                $"Ask the administrators of your AWS organization to allow {action} on {where} to {scene.Who}."),
            RefusingPolicy.VpcEndpointPolicy => (
                $"The policy of a VPC endpoint on the way refuses {action}.", $"Allow {action} on {where} in the VPC endpoint's policy."),
            RefusingPolicy.PublicAccessBlock => (
                $"Block Public Access stands in the way of {action}.",
                "The drive needs no public access: admit the role by name, as the policies that were offered do."),
            RefusingPolicy.ObjectLock => (
                $"The version is under Object Lock, a retention or a legal hold, so that nobody may delete it before that ends ({action}).",
                $"Connect a bucket without a default retention, or let the retention of what is below {access.ObjectsArn} end. What " +
                "the verification wrote stays until then, and is named under nothing-left-behind."
            ),
            RefusingPolicy.MfaDelete => (
                $"MFA Delete is on for the bucket {access.Bucket}: a version is deleted with a device only, which a program doesn't " +
                $"have ({action}).",
                $"Turn MFA Delete off for {access.Bucket} (as the root user), or connect another bucket."),
            _ => (
                $"AWS refused {action} on {where} to {scene.Who} and gave no reason, as it does across organizations.{Sent(action)}",
                isRole && isOffered
                    ? $"Save both policies that were offered, the role's and the bucket's; for {action} the role's needs: {grant}"
                    : $"Add to {scene.WhosePolicy}: {grant}"),
        };
    }

    /// <summary>What a condition of a policy may have looked at.</summary>
    private string Sent(string action)
    {
        var access = scene.Access!;
        if (action == Permission.ListBucket.Name)
            return $" The listing was asked as folders are listed: with prefix \"{access.Path.Prefix}\", delimiter \"/\" and max-keys " +
                "1000.";
        if (action != Permission.PutObject.Name)
            return "";
        var encryption = access.Encryption switch
        {
            Encryption.SseS3 => "x-amz-server-side-encryption AES256",
            Encryption.SseKms kms => $"x-amz-server-side-encryption aws:kms with the key {kms.Key}",
            _ => "no encryption header, so that the bucket's default applies",
        };
        return $" The file was sent as all files are: with {encryption}, without an access control list (x-amz-acl), with a CRC32C, " +
            "and over TLS with an unsigned payload (UNSIGNED-PAYLOAD).";
    }

    private Explanation OfAbsence(BucketAccess access) =>
        (
            $"Either there is no such file, or {scene.Who} may not read it: AWS says which only to those who may list the bucket, and " +
            "s3:ListBucket was refused.",
            $"Add to {scene.WhosePolicy}: {PolicyStatements.Granting(access, Permission.ListBucket).ToJsonString()}");
}

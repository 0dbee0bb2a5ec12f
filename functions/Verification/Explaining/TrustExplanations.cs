using ServerlessDrives.Access;
using ServerlessDrives.Access.Policies;

namespace ServerlessDrives.Verification.Explaining;

/// <summary>Why STS gives us no session with the customer's role.</summary>
internal sealed partial class Explanations
{
    private Explanation OfTrust(DriveCredentials.Role credentials, Fault.Refused refused)
    {
        var role = credentials.Arn;
        return refused.Code switch
        {
            _ when refused.IsAccessDenied => OfTrustDenied(credentials, refused),
            "RegionDisabledException" => (
                $"STS is switched off for {scene.Region} in your account, and no other endpoint could be used.",
                $"Activate STS for {scene.Region}: IAM console → Account settings → Security Token Service."),
            "InvalidClientTokenId"
            or "UnrecognizedClientException"
            or "SignatureDoesNotMatch"
            or "IncompleteSignature"
            or "MissingAuthenticationToken" => Explanation.OurSide(
                $"AWS doesn't accept our own credentials ({refused.Code}); they may be of another partition, or a global token in a " +
                "region that takes regional ones only."
            ),
            "MalformedPolicyDocument" or "MalformedPolicy" when IsDeadPrincipal(refused) => OfDeadPrincipal(
                $"the trust policy of the role {role.RoleName}",
                $"Save the trust policy of the role {role.RoleName} again, with the principal's ARN: " +
                $"{TrustPolicyText(credentials, refused)}"
            ),
            "MalformedPolicyDocument" => Explanation.OurSide(
                $"AWS can't read a policy that goes with the session: {Sentence(refused.Message)}"),
            "PackedPolicyTooLarge" or "PackedPolicyTooLargeException" => (
                "The session policy that confines us to the path is too large for AWS.", "Choose a shorter path."),
            "ValidationError" when refused.Message.Contains("MaxSessionDuration", StringComparison.Ordinal) => (
                $"The role {role.RoleName} allows only sessions shorter than ours.",
                $"Set the role's maximum session duration to an hour (aws iam update-role --role-name {role.RoleName} " +
                "--max-session-duration 3600)."
            ),
            "InvalidIdentityToken"
            or "InvalidIdentityTokenException"
            or "InvalidToken"
            or "ExpiredTokenException"
            or "ExpiredToken"
            or "IDPRejectedClaim" => Explanation.OurSide(
                $"AWS doesn't accept the token by which we sign in to our own account ({refused.Code})."),
            "RequestTimeTooSkewed" or "RequestExpired" => Explanation.OurSide(
                $"Our clock differs too much from that of AWS ({refused.Code})."),
            "InvalidAction" or "NotImplemented" or "UnsupportedOperation" => (
                $"The server has no AssumeRole ({refused.Code}), so that no role can be used on it.",
                "Connect the bucket by an access key."),
            "NoSuchEntity" => ($"There is no role {role} on the server.", "Correct the role's ARN, or make the role."),
            _ => Other(refused),
        };
    }

    /// <summary>
    /// Policies of the caller are ours: the role's own account has its trust policy and its organization's resource control policies only.
    /// </summary>
    private Explanation OfTrustDenied(DriveCredentials.Role credentials, Fault.Refused refused)
    {
        var (role, principal) = (credentials.Arn, PrincipalOf(refused));
        var action = AccessDeniedText.ActionIn(refused.Message) ?? "sts:AssumeRole";
        var save =
            $"Save this as the trust policy of the role {role.RoleName} (IAM console, or aws iam update-assume-role-policy --role-name " +
            $"{role.RoleName} --policy-document …): {TrustPolicyText(credentials, refused)}";
        return AccessDeniedText.PolicyIn(refused.Message) switch
        {
            RefusingPolicy.IdentityPolicyAllowsNothing => Explanation.OurSide(
                $"Our own principal {principal} has no policy that allows {action}, so that it can't assume any role; the role " +
                $"{role.RoleName} wasn't even asked."
            ),
            RefusingPolicy.IdentityPolicyDenies => Explanation.OurSide($"A policy of our own principal {principal} denies {action}."),
            RefusingPolicy.PermissionsBoundary => Explanation.OurSide(
                $"The permissions boundary of our own principal {principal} doesn't allow {action}."),
            RefusingPolicy.SessionPolicy => Explanation.OurSide($"The session of our own principal {principal} doesn't allow {action}."),
            RefusingPolicy.ServiceControlPolicy => Explanation.OurSide(
                $"A service control policy of our own AWS organization doesn't allow {action} to {principal}."),
            RefusingPolicy.VpcEndpointPolicy => Explanation.OurSide($"The policy of a VPC endpoint of ours refuses {action}."),
            RefusingPolicy.ResourceControlPolicy => (
                $"A resource control policy of your AWS organization refuses {action} on {role}.",
                $"Ask the administrators of your AWS organization to except our principal {principal} from it."),
            RefusingPolicy.ResourcePolicyDenies => (
                $"A Deny in the trust policy of the role {role.RoleName} refuses {action} to our principal {principal}.",
                "Remove that Deny or except our principal from it; an Allow can't outweigh it."),
            RefusingPolicy.ResourcePolicyAllowsNothing => (
                $"The trust policy of the role {role.RoleName} doesn't allow {action} to our principal {principal} under this external " +
                "ID, or under a condition that isn't met.",
                save),
            _ => (
                $"AWS refused to let us assume {role}. It doesn't say which of these it is: there is no role of that name, its trust " +
                $"policy doesn't name our principal {principal}, it asks for another external ID, or it has a further condition that " +
                "we don't meet (a source address, MFA, an organization, a session name). A change of the last minute may not have " +
                "reached all of AWS yet.",
                save),
        };
    }

    private PrincipalArn? PrincipalOf(Fault.Refused refused) => scene.Principal ?? refused.Principal;

    private string TrustPolicyText(DriveCredentials.Role role, Fault.Refused refused) =>
        PrincipalOf(refused) is { } principal
            ? TrustPolicy.For(principal, role.ExternalId, role.Tags is not null).ToString()
            : "the one that was offered.";
}

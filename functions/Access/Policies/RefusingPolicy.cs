namespace ServerlessDrives.Access.Policies;

/// <summary>
/// Which kind of policy stood in the way, as the text of an AccessDenied says. AWS says it for callers of the bucket's own account and
/// organization only.
/// </summary>
internal enum RefusingPolicy
{
    /// <summary>The text gives no reason.</summary>
    Unsaid,

    IdentityPolicyAllowsNothing,
    IdentityPolicyDenies,
    ResourcePolicyAllowsNothing,
    ResourcePolicyDenies,
    SessionPolicy,
    PermissionsBoundary,
    ServiceControlPolicy,
    ResourceControlPolicy,
    VpcEndpointPolicy,
    PublicAccessBlock,

    /// <summary>No policy: a version is under Object Lock's retention or a legal hold.</summary>
    ObjectLock,

    /// <summary>No policy: the bucket's versions are deleted with a device only.</summary>
    MfaDelete,
}

/// <summary>What the texts of AWS's refusals tell beyond their codes.</summary>
internal static class AccessDeniedText
{
    private static readonly (string Words, RefusingPolicy Policy)[] Reasons =
    [
        ("object protected by object lock", RefusingPolicy.ObjectLock),
        ("Object Lock", RefusingPolicy.ObjectLock),
        ("Mfa Authentication must be used", RefusingPolicy.MfaDelete),
        ("no identity-based policy allows", RefusingPolicy.IdentityPolicyAllowsNothing),
        ("explicit deny in an identity-based policy", RefusingPolicy.IdentityPolicyDenies),
        ("no resource-based policy allows", RefusingPolicy.ResourcePolicyAllowsNothing),
        ("no role trust policy allows", RefusingPolicy.ResourcePolicyAllowsNothing),
        ("explicit deny in a role trust policy", RefusingPolicy.ResourcePolicyDenies),
        ("explicit deny in the role trust policy", RefusingPolicy.ResourcePolicyDenies),
        ("explicit deny in a resource-based policy", RefusingPolicy.ResourcePolicyDenies),
        ("session policy", RefusingPolicy.SessionPolicy),
        ("permissions boundary", RefusingPolicy.PermissionsBoundary),
        ("service control policy", RefusingPolicy.ServiceControlPolicy),
        ("resource control policy", RefusingPolicy.ResourceControlPolicy),
        ("VPC endpoint policy", RefusingPolicy.VpcEndpointPolicy),
        ("BlockPublicAccess", RefusingPolicy.PublicAccessBlock),
        ("BlockPublicPolicy", RefusingPolicy.PublicAccessBlock),
    ];

    public static RefusingPolicy PolicyIn(string message) =>
        Reasons.FirstOrDefault(reason => message.Contains(reason.Words, StringComparison.OrdinalIgnoreCase)).Policy;

    /// <summary>The action that was refused, as the text names it (<c>s3:ListBucket</c>); null where it names none.</summary>
    public static string? ActionIn(string message)
    {
        const string before = "not authorized to perform: ";
        var start = message.IndexOf(before, StringComparison.OrdinalIgnoreCase);
        if (start < 0)
            return null;
        start += before.Length;
        var end = message.IndexOf(' ', start);
        var action = end < 0 ? message[start..] : message[start..end];
        return action.Contains(':', StringComparison.Ordinal) ? action : null;
    }

    /// <summary>The KMS key that the text names as what was refused; null where it names none.</summary>
    public static string? KeyIn(string message)
    {
        var start = message.IndexOf("arn:", StringComparison.Ordinal);
        for (; start >= 0; start = message.IndexOf("arn:", start + 4, StringComparison.Ordinal))
        {
            var end = start;
            while (end < message.Length && (char.IsAsciiLetterOrDigit(message[end]) || message[end] is ':' or '-' or '/'))
                end++;
            if (
                message[start..end] is var arn
                && arn.Contains(":kms:", StringComparison.Ordinal)
                && arn.Contains(":key/", StringComparison.Ordinal))
                return arn;
        }

        return null;
    }

    /// <summary>The region that S3 would have had: "the region 'us-east-1' is wrong; expecting 'eu-west-1'".</summary>
    public static string? ExpectedRegionIn(string message)
    {
        const string before = "expecting '";
        var start = message.IndexOf(before, StringComparison.OrdinalIgnoreCase);
        var end = start < 0 ? -1 : message.IndexOf('\'', start + before.Length);
        return end < 0 ? null : message[(start + before.Length)..end];
    }

    /// <summary>The KMS action that the text names, or null when KMS had no part in it.</summary>
    public static string? KmsActionIn(string message)
    {
        var start = message.IndexOf("kms:", StringComparison.OrdinalIgnoreCase);
        if (start < 0)
            return null;
        var end = start + 4;
        while (end < message.Length && char.IsAsciiLetter(message[end]))
            end++;
        // An ARN (arn:aws:kms:us-east-1…) is no action.
        return end > start + 4 && (end == message.Length || message[end] is not '-' and not ':')
            ? message[start..end]
            : "kms:GenerateDataKey or kms:Decrypt";
    }
}

using System.Text;
using ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Policies;

/// <summary>What the services hold documents to before they keep them, in their own words.</summary>
internal sealed class PolicyRules(IAuthorizer authorizer) : IBucketPolicyRules
{
    private const int LargestBucketPolicy = 20 * 1024;
    private const int LargestTrustPolicy = 4096;
    private const int LargestInlinePolicy = 10_240;
    private const int LargestSessionPolicy = 2048;

    /// <summary>A policy of a user or role: no principals, known grammar.</summary>
    public void ValidateIdentity(string policy)
    {
        if (policy.Length > LargestInlinePolicy)
            throw new AwsError(409, "LimitExceeded", $"Maximum policy size of {LargestInlinePolicy} bytes exceeded");
        var document = Parse(policy);
        if (document.Statements.Any(statement => statement.Principals is not null || statement.NotPrincipals is not null))
            throw Malformed("Policy document should not specify a principal.");
        if (document.Statements.Any(statement => statement.Resources is null && statement.NotResources is null))
            throw Malformed("Policy statement must contain resources.");
        RefuseBadActions(document);
    }

    /// <summary>Who may assume a role: principals that exist, actions of STS, no resources.</summary>
    public void ValidateTrust(string policy)
    {
        if (policy.Length > LargestTrustPolicy)
            throw new AwsError(409, "LimitExceeded", $"Cannot exceed quota for ACLSizePerRole: {LargestTrustPolicy}");
        var document = Parse(policy);
        foreach (var statement in document.Statements)
        {
            if (statement.Resources is not null || statement.NotResources is not null)
                throw Malformed("Has prohibited field Resource");
            if (statement.Principals is null && statement.NotPrincipals is null)
                throw Malformed("Missing required field Principal");
            if ((statement.Actions ?? []).Concat(statement.NotActions ?? []).Any(action => action != "*" && !action.StartsWith("sts:", StringComparison.OrdinalIgnoreCase)))
                throw Malformed("AssumeRole policy may only specify STS AssumeRole actions.");
            RefuseUnknown(statement, unknown => Malformed($"Invalid principal in policy: \"AWS\":\"{unknown}\""));
        }
    }

    /// <summary>What a session is narrowed to.</summary>
    public void ValidateSession(string policy)
    {
        if (policy.Length > LargestSessionPolicy)
            throw new AwsError(400, "ValidationError", $"1 validation error detected: Value at 'policy' failed to satisfy constraint: Member must have length less than or equal to {LargestSessionPolicy}");
        ValidateIdentity(policy);
    }

    /// <summary>A KMS key's own policy.</summary>
    public void ValidateKey(string policy)
    {
        PolicyDocument document;
        try
        {
            document = PolicyParser.Parse(policy);
        }
        catch (PolicySyntaxException wrong)
        {
            throw new AwsError(400, "MalformedPolicyDocumentException", wrong.Message);
        }

        foreach (var statement in document.Statements)
            RefuseUnknown(statement, _ => new AwsError(400, "MalformedPolicyDocumentException", "Policy contains a statement with one or more invalid principals."));
    }

    public void Validate(string policy, string bucketName)
    {
        if (Encoding.UTF8.GetByteCount(policy) > LargestBucketPolicy)
            throw OfBucket("Policy exceeds the maximum allowed document size.");
        PolicyDocument document;
        try
        {
            document = PolicyParser.Parse(policy);
        }
        catch (PolicySyntaxException wrong)
        {
            throw OfBucket(wrong.Kind is PolicyFault.NotJson ? "Policies must be valid JSON and the first byte must be '{'" : wrong.Message);
        }

        foreach (var statement in document.Statements)
        {
            if (statement.Principals is null && statement.NotPrincipals is null)
                throw OfBucket("Missing required field Principal");
            if (statement.Resources is null && statement.NotResources is null)
                throw OfBucket("Missing required field Resource");
            var actions = (statement.Actions ?? []).Concat(statement.NotActions ?? []).ToList();
            if (actions.Any(action => !KnownActions.IsKnownOfS3(action)))
                throw OfBucket("Policy has invalid action");
            if ((statement.Resources ?? []).Concat(statement.NotResources ?? []).Any(resource => !IsOf(bucketName, resource)))
                throw OfBucket("Policy has invalid resource");
            if (!actions.Any(action => (statement.Resources ?? statement.NotResources)!.Any(resource => KnownActions.Fits(action, resource.Contains('/', StringComparison.Ordinal)))))
                throw OfBucket("Action does not apply to any resource(s) in statement");
            RefuseUnknown(statement, _ => OfBucket("Invalid principal in policy"));
        }
    }

    public bool IsPublic(string policy) => PolicyParser.Parse(policy).Statements.Any(statement =>
        statement.Allows && statement.Conditions.Count == 0 && (statement.NotPrincipals is not null || (statement.Principals ?? []).Any(principal => principal.Value == "*")));

    private static PolicyDocument Parse(string policy)
    {
        try
        {
            return PolicyParser.Parse(policy);
        }
        catch (PolicySyntaxException wrong)
        {
            throw Malformed(wrong.Message);
        }
    }

    private static void RefuseBadActions(PolicyDocument document)
    {
        foreach (var action in document.Statements.SelectMany(statement => (statement.Actions ?? []).Concat(statement.NotActions ?? [])))
        {
            if (action != "*" && action.IndexOf(':', StringComparison.Ordinal) <= 0)
                throw Malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
        }
    }

    private void RefuseUnknown(Statement statement, Func<string, AwsError> error)
    {
        foreach (var principal in (statement.Principals ?? []).Concat(statement.NotPrincipals ?? []))
        {
            if (principal.Kind == "AWS" && !authorizer.PrincipalExists(principal.Value))
                throw error(principal.Value);
        }
    }

    private static bool IsOf(string bucket, string resource)
    {
        var parts = resource.Split(':', 6);
        return parts is ["arn", _, "s3", "", "", var name] && (name == bucket || name.StartsWith(bucket + "/", StringComparison.Ordinal) || name is "*");
    }

    private static AwsError Malformed(string message) => new(400, "MalformedPolicyDocument", message);

    private static AwsError OfBucket(string message) => new(400, "MalformedPolicy", message);
}

/// <summary>The S3 actions that exist. Source: "Actions, resources, and condition keys for Amazon S3" in the service authorization reference.</summary>
internal static class KnownActions
{
    private static readonly string[] OfObjects =
    [
        "AbortMultipartUpload", "BypassGovernanceRetention", "DeleteObject", "DeleteObjectTagging", "DeleteObjectVersion", "DeleteObjectVersionTagging", "GetObject", "GetObjectAcl", "GetObjectAttributes",
        "GetObjectLegalHold", "GetObjectRetention", "GetObjectTagging", "GetObjectTorrent", "GetObjectVersion", "GetObjectVersionAcl", "GetObjectVersionAttributes", "GetObjectVersionForReplication",
        "GetObjectVersionTagging", "GetObjectVersionTorrent", "ListMultipartUploadParts", "ObjectOwnerOverrideToBucketOwner", "PutObject", "PutObjectAcl", "PutObjectLegalHold", "PutObjectRetention",
        "PutObjectTagging", "PutObjectVersionAcl", "PutObjectVersionTagging", "ReplicateDelete", "ReplicateObject", "ReplicateTags", "RestoreObject", "InitiateReplication",
    ];

    private static readonly string[] OfBuckets =
    [
        "CreateBucket", "DeleteBucket", "DeleteBucketPolicy", "DeleteBucketWebsite", "GetAccelerateConfiguration", "GetAnalyticsConfiguration", "GetBucketAcl", "GetBucketCORS", "GetBucketLocation",
        "GetBucketLogging", "GetBucketNotification", "GetBucketObjectLockConfiguration", "GetBucketOwnershipControls", "GetBucketPolicy", "GetBucketPolicyStatus", "GetBucketPublicAccessBlock",
        "GetBucketRequestPayment", "GetBucketTagging", "GetBucketVersioning", "GetBucketWebsite", "GetEncryptionConfiguration", "GetIntelligentTieringConfiguration", "GetInventoryConfiguration",
        "GetLifecycleConfiguration", "GetMetricsConfiguration", "GetReplicationConfiguration", "ListBucket", "ListBucketMultipartUploads", "ListBucketVersions", "PutAccelerateConfiguration",
        "PutAnalyticsConfiguration", "PutBucketAcl", "PutBucketCORS", "PutBucketLogging", "PutBucketNotification", "PutBucketObjectLockConfiguration", "PutBucketOwnershipControls", "PutBucketPolicy",
        "PutBucketPublicAccessBlock", "PutBucketRequestPayment", "PutBucketTagging", "PutBucketVersioning", "PutBucketWebsite", "PutEncryptionConfiguration", "PutIntelligentTieringConfiguration",
        "PutInventoryConfiguration", "PutLifecycleConfiguration", "PutMetricsConfiguration", "PutReplicationConfiguration",
    ];

    /// <summary>Whether an action, or a pattern of actions, is S3's and means one that exists.</summary>
    public static bool IsKnownOfS3(string action) => Matching(action, OfObjects.Concat(OfBuckets));

    /// <summary>Whether it means one that works on objects, or on buckets.</summary>
    public static bool Fits(string action, bool onObjects) => Matching(action, onObjects ? OfObjects : OfBuckets);

    private static bool Matching(string action, IEnumerable<string> known)
    {
        if (action == "*")
            return true;
        var pattern = Pattern.Of(action, null);
        return pattern is not null && known.Any(name => pattern.Matches($"s3:{name}", ignoreCase: true));
    }
}

using System.Text;
using ServerlessDrives.Embedded.Cloud.Sandbox.Iam;
using ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Policies;

/// <summary>What the services hold documents to before they keep them, in their own words.</summary>
internal sealed class PolicyRules(IAuthorizer authorizer) : IBucketPolicyRules
{
    private const int LargestBucketPolicy = 20 * 1024;
    private const int LargestKeyPolicy = 32 * 1024;
    private const int LargestTrustPolicy = 2048;
    private const int LargestManagedPolicy = 6144;
    private const int LargestSessionPolicy = 2048;

    /// <summary>White space counted, whatever the quota.</summary>
    private const int LongestDocument = 131_072;

    /// <summary>All inline policies of a user and of a role together. Source: "IAM and AWS STS quotas" in the IAM user guide.</summary>
    private const int LargestInlineOfUser = 2048;
    private const int LargestInlineOfRole = 10_240;

    /// <summary>A policy of a user or role: no principals, known grammar.</summary>
    /// <param name="parameter">As the service names it.</param>
    public static void ValidateIdentity(string policy, string parameter = "policyDocument")
    {
        RequireCharacters(policy, parameter);
        var document = Parse(policy);
        foreach (var statement in document.Statements)
        {
            if (statement.Principals is not null || statement.NotPrincipals is not null)
                throw Malformed("Policy document should not specify a principal.");
            if (statement.Resources is null && statement.NotResources is null)
                throw Malformed("Policy statement must contain resources.");
            if ((statement.Actions ?? statement.NotActions)!.Count == 0)
                throw Malformed("Policy statement must contain actions.");
            if ((statement.Resources ?? statement.NotResources)!.Count == 0)
                throw Malformed("Policy statement must contain resources.");
            foreach (var resource in (statement.Resources ?? statement.NotResources)!)
                RefuseBadResource(resource);
        }

        RefuseBadSids(document);
        RefuseBadActions(document);
    }

    /// <summary>The inline policies that a user or role would have, one of them new.</summary>
    public static void ValidateInline(Identity holder, string policy, IEnumerable<string> all)
    {
        ValidateIdentity(policy);
        var (kind, limit) = holder is User ? ("user", LargestInlineOfUser) : ("role", LargestInlineOfRole);
        if (all.Sum(Counted) > limit)
            throw new AwsError(409, "LimitExceeded", $"Maximum policy size of {limit} bytes exceeded for {kind} {holder.Name}");
    }

    public static void ValidateManaged(string policy)
    {
        ValidateIdentity(policy);
        if (Counted(policy) > LargestManagedPolicy)
            throw new AwsError(409, "LimitExceeded", $"Cannot exceed quota for PolicySize: {LargestManagedPolicy}");
    }

    /// <summary>Who may assume a role: principals that exist, actions of STS, no resources.</summary>
    /// <param name="parameter">As the service names it.</param>
    public void ValidateTrust(string policy, string parameter)
    {
        RequireCharacters(policy, parameter);
        var document = Parse(policy);
        foreach (var statement in document.Statements)
        {
            if (statement.Resources is not null || statement.NotResources is not null)
                throw Malformed("Has prohibited field Resource");
            if (statement.NotPrincipals is not null && statement.Allows)
                throw Malformed("Allow with NotPrincipal is not allowed.");
            if (statement.Principals is null && statement.NotPrincipals is null)
                throw Malformed("Missing required field Principal");
            if (
                (statement.Actions ?? statement.NotActions)!.Any(action =>
                    action != "*" && !action.StartsWith("sts:", StringComparison.OrdinalIgnoreCase)))
                throw Malformed("AssumeRole policy may only specify STS AssumeRole actions.");
            RefuseUnknown(statement, unknown => Malformed($"Invalid principal in policy: \"AWS\":\"{unknown}\""));
        }

        RefuseBadSids(document);
        if (Counted(policy) > LargestTrustPolicy)
            throw new AwsError(409, "LimitExceeded", $"Cannot exceed quota for ACLSizePerRole: {LargestTrustPolicy}");
    }

    /// <summary>What a session is narrowed to. Its spaces count.</summary>
    public static void ValidateSession(string policy)
    {
        if (policy.Length > LargestSessionPolicy)
            throw new AwsError(
                400,
                "ValidationError",
                "1 validation error detected: Value at 'policy' failed to satisfy constraint: Member must have length less than or " +
                $"equal to {LargestSessionPolicy}"
            );
        ValidateIdentity(policy, "policy");
    }

    /// <summary>A KMS key's own policy.</summary>
    public void ValidateKey(string policy)
    {
        if (Encoding.UTF8.GetByteCount(policy) > LargestKeyPolicy)
            throw new AwsError(
                400,
                "LimitExceededException",
                $"Policy exceeds the maximum allowed document size of {LargestKeyPolicy} bytes.");
        RequireCharacters(policy, "policy", "ValidationException");
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
        {
            if (
                (statement.Principals is null && statement.NotPrincipals is null)
                || (statement.Resources is null && statement.NotResources is null))
                throw new AwsError(
                    400,
                    "MalformedPolicyDocumentException",
                    "Policy contains a statement without a principal or a resource.");
            RefuseUnknown(
                statement,
                _ => new AwsError(
                    400,
                    "MalformedPolicyDocumentException",
                    "Policy contains a statement with one or more invalid principals."));
        }
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
            throw OfBucket(
                wrong.Kind is PolicyFault.NotJson ? "Policies must be valid JSON and the first byte must be '{'" : wrong.Message);
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
            if (
                !actions.Any(action =>
                    (statement.Resources ?? statement.NotResources)!.Any(resource =>
                        KnownActions.Fits(action, resource.Contains('/', StringComparison.Ordinal)))))
                throw OfBucket("Action does not apply to any resource(s) in statement");
            RefuseUnknown(statement, _ => OfBucket("Invalid principal in policy"));
            foreach (var condition in statement.Conditions)
            {
                if (!S3ConditionKeys.IsKnown(condition.Key))
                    throw OfBucket("Policy has an invalid condition key");
                if (statement.Actions is { } asked && !asked.All(action => S3ConditionKeys.Fits(condition.Key, action)))
                    throw OfBucket("Conditions do not apply to combination of actions and resources in statement");
            }
        }
    }

    public string Bind(string policy) => authorizer.Bind(policy);

    public string Unbind(string policy) => authorizer.Unbind(policy);

    public bool IsPublic(string policy) => PolicyParser.Parse(policy).Statements.Any(PublicStatements.Has);

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

    /// <summary>IAM's own quotas don't count the white space that its documents may hold.</summary>
    private static int Counted(string policy) => policy.Count(c => c is not (' ' or '\t' or '\n' or '\r'));

    /// <summary>
    /// What IAM, STS and KMS take as a document at all: Latin-1 without its control characters. Source: PutRolePolicy, AssumeRole and
    /// PutKeyPolicy in their API references.
    /// </summary>
    private static void RequireCharacters(string policy, string parameter, string code = "ValidationError")
    {
        if (policy.Any(c => c is not ('\t' or '\n' or '\r' or (>= ' ' and <= '\u00FF'))))
            throw new AwsError(
                400,
                code,
                $"1 validation error detected: Value at '{parameter}' failed to satisfy constraint: Member must satisfy regular " +
                $"expression pattern: [\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"
            );
        if (policy.Length > LongestDocument)
            throw new AwsError(
                400,
                code,
                $"1 validation error detected: Value at '{parameter}' failed to satisfy constraint: Member must have length less than " +
                $"or equal to {LongestDocument}"
            );
    }

    private static void RefuseBadSids(PolicyDocument document)
    {
        if (document.Statements.Any(statement => statement.Sid is { } sid && !sid.All(char.IsAsciiLetterOrDigit)))
            throw Malformed(
                "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*");
    }

    private static void RefuseBadResource(string resource)
    {
        if (resource == "*") return;
        var parts = resource.Split(':', 6);
        if (parts[0] != "arn" || parts.Length < 3)
            throw Malformed($"Resource {resource} must be in ARN format or \"*\".");
        if (parts[1] is not ("*" or "aws" or "aws-cn" or "aws-us-gov" or "aws-eusc" or "aws-iso" or "aws-iso-b"))
            throw Malformed($"Partition \"{parts[1]}\" is not valid for resource \"{resource}\".");
        // The names of buckets are unique without a region or an account.
        if (
            parts is [_, _, "s3", var region, var account, _]
            && (region.Length > 0 || account.Length > 0)
            && !parts[5].StartsWith("accesspoint/", StringComparison.Ordinal)
            && region != "*"
            && account != "*")
            throw Malformed($"Resource {resource} can not contain region information.");
    }

    private static void RefuseBadActions(PolicyDocument document)
    {
        foreach (var action in document.Statements.SelectMany(statement => (statement.Actions ?? []).Concat(statement.NotActions ?? [])))
        {
            if (action != "*" && action.IndexOf(':', StringComparison.Ordinal) <= 0)
                throw Malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
            if (
                action.Contains(':', StringComparison.Ordinal)
                && !action[..action.IndexOf(':', StringComparison.Ordinal)].All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
                throw Malformed($"Vendor {action[..action.IndexOf(':', StringComparison.Ordinal)]} is not valid");
        }
    }

    private void RefuseUnknown(Statement statement, Func<string, AwsError> error)
    {
        foreach (var principal in (statement.Principals ?? []).Concat(statement.NotPrincipals ?? []))
        {
            var known = principal.Kind switch
            {
                "AWS" => authorizer.PrincipalExists(principal.Value),
                "CanonicalUser" => authorizer.CanonicalUserExists(principal.Value),
                "Service" => principal.Value.EndsWith(".amazonaws.com", StringComparison.Ordinal) || principal.Value == "*",
                _ => true,
            };
            if (!known)
                throw error(principal.Value);
        }
    }

    private static bool IsOf(string bucket, string resource)
    {
        var parts = resource.Split(':', 6);
        return parts is ["arn", _, "s3", "", "", var name]
            && (name == bucket || name.StartsWith(bucket + "/", StringComparison.Ordinal) || name is "*");
    }

    private static AwsError Malformed(string message) => new(400, "MalformedPolicyDocument", message);

    private static AwsError OfBucket(string message) => new(400, "MalformedPolicy", message);
}

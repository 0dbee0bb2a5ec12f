using ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Policies;

/// <summary>Decides calls by the policy documents as they stand, after the propagation delay.</summary>
internal interface IAuthorizer
{
    /// <summary>
    /// Returns when AWS would allow the action; otherwise throws an <c>AccessDenied</c> whose message says, as AWS's does, which kind of
    /// policy refused.
    /// </summary>
    void Authorize(AwsCall call, AccessRequest request);

    /// <summary>The same as a verdict, for filters and for tests.</summary>
    Verdict Decide(AwsCall call, AccessRequest request);

    /// <summary>Whether a principal that a resource policy names exists; S3 and KMS refuse documents with unknown ones.</summary>
    bool PrincipalExists(string principalArnOrAccount);

    /// <summary>Whether an account has this canonical user id.</summary>
    bool CanonicalUserExists(string id);

    /// <summary>A resource policy as it is kept: with the unique ids of the users and roles that it names.</summary>
    string Bind(string policy);

    /// <summary>A kept policy as it is shown: with ARNs again, but for ids that nobody has any more.</summary>
    string Unbind(string policy);
}

/// <summary>What is asked: one action on one resource, with the keys that conditions may look at.</summary>
/// <param name="Action">With its service: <c>s3:GetObject</c>.</param>
/// <param name="Resource">The resource's ARN.</param>
/// <param name="ResourceAccount">The account that owns the resource.</param>
/// <param name="ResourcePolicy">The bucket or key policy as JSON, or null.</param>
/// <param name="Keys">Condition keys of the service, by name (case-insensitive); the authorizer adds the global ones
/// (<c>aws:PrincipalArn</c>, <c>aws:SourceIp</c>, <c>aws:SecureTransport</c>, <c>aws:CurrentTime</c>…).</param>
internal sealed record AccessRequest(
    string Action, string Resource, string ResourceAccount, string? ResourcePolicy, IReadOnlyDictionary<string, IReadOnlyList<string>> Keys)
{
    /// <summary>
    /// KMS: a grant by the key policy to the account's root lets the account's identity policies speak; S3 in the same account needs only
    /// one side.
    /// </summary>
    public bool ResourcePolicyMustAdmit { get; init; }
}

/// <param name="Allowed">Whether the call goes through.</param>
/// <param name="Reason">Which kind of policy decided, in AWS's words: "no identity-based policy allows the s3:GetObject action".</param>
internal sealed record Verdict(bool Allowed, string Reason);

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Policies;

/// <summary>What S3 holds a bucket policy to before it keeps it.</summary>
internal interface IBucketPolicyRules
{
    /// <summary>
    /// Returns when S3 would accept the document; otherwise throws <c>MalformedPolicy</c> (400) with S3's text: "Policy has invalid
    /// resource", "Invalid principal in policy", "Policy has invalid action"…
    /// </summary>
    /// <param name="policy">JSON, at most 20 KiB.</param>
    /// <param name="bucketName">The bucket that every resource must be in.</param>
    void Validate(string policy, string bucketName);

    /// <summary>The document as S3 keeps it: a role or user that it names by its unique id.</summary>
    string Bind(string policy);

    /// <summary>A kept document as S3 shows it.</summary>
    string Unbind(string policy);

    /// <summary>Whether the document admits everyone, as Block Public Access and GetBucketPolicyStatus see it.</summary>
    bool IsPublic(string policy);
}

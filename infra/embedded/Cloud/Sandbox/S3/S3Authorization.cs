using System.Globalization;
using ServerlessDrives.Embedded.Cloud.Sandbox.Policies;
using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Locks;
using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Storage;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3;

/// <summary>What each call asks to be allowed, with S3's condition keys.</summary>
internal sealed partial class S3Call
{
    /// <summary>Condition keys that are a request header of the same name after <c>s3:</c>.</summary>
    private static readonly string[] HeaderKeys =
    [
        "x-amz-acl",
        "x-amz-content-sha256",
        "x-amz-copy-source",
        "x-amz-grant-full-control",
        "x-amz-grant-read",
        "x-amz-grant-read-acp",
        "x-amz-grant-write",
        "x-amz-grant-write-acp",
        "x-amz-metadata-directive",
        "x-amz-object-ownership",
        "x-amz-server-side-encryption",
        "x-amz-server-side-encryption-aws-kms-key-id",
        "x-amz-server-side-encryption-customer-algorithm",
        "x-amz-storage-class",
        "x-amz-website-redirect-location",
        "if-match",
        "if-none-match",
    ];

    private static readonly string[] QueryKeys = ["prefix", "delimiter", "max-keys", "VersionId"];

    /// <summary>Returns when the caller may; throws <c>AccessDenied</c> otherwise.</summary>
    public void AllowOnBucket(string action, string? aclPermission = null) => Allow(action, Settings.Arn, aclPermission, null);

    /// <param name="existing">The version that is read or changed, where there is one.</param>
    public void AllowOnObject(string action, string? aclPermission = null, ObjectVersion? existing = null, string? key = null) =>
        Allow(action, ObjectArn(key ?? Key), aclPermission, existing);

    /// <summary>As a verdict, for answers that carry on without what was refused.</summary>
    public bool MayOnObject(string action, string key, ObjectVersion? existing, out string reason)
    {
        var verdict = World.Authorizer.Decide(Aws, Asked(action, ObjectArn(key), existing));
        reason = verdict.Reason;
        return verdict.Allowed;
    }

    /// <summary>What to answer when a key isn't there: that it isn't, to those who may list; to all others that they may not.</summary>
    public void AllowToLearnAbsence() => Allow("s3:ListBucket", Settings.Arn, "READ", null);

    private void Allow(string action, string resource, string? aclPermission, ObjectVersion? existing)
    {
        var request = Asked(action, resource, existing);
        if (aclPermission is not null && !Settings.AclsOff && AclAdmits(aclPermission, existing))
        {
            var verdict = World.Authorizer.Decide(Aws, request);
            if (verdict.Allowed || !verdict.Reason.Contains("explicit deny", StringComparison.Ordinal)) return;
        }

        World.Authorizer.Authorize(Aws, request);
    }

    /// <summary>Whether a grant speaks for the caller. An ACL only ever adds; an explicit deny stands.</summary>
    private bool AclAdmits(string permission, ObjectVersion? existing)
    {
        var acl = existing is null ? Settings.Acl : existing.Acl;
        if (acl is null) return false;
        var caller = Aws.Caller is null ? null : Identifiers.CanonicalUser(Aws.Caller.AccountId);
        return acl.Grants.Any(g =>
            (g.Permission == permission || g.Permission == "FULL_CONTROL")
            && (
                g.ToGroup
                    ? Settings.PublicAccess is not { IgnorePublicAcls: true }
                        && (g.Grantee == Acls.AllUsers || (g.Grantee == Acls.AuthenticatedUsers && caller is not null))
                    : g.Grantee == caller && caller != Identifiers.CanonicalUser(Settings.Account)));
    }

    private AccessRequest Asked(string action, string resource, ObjectVersion? existing)
    {
        // The bucket's policy says nothing about objects of other accounts, which only ACLs make possible.
        var foreign = existing is not null && !Settings.AclsOff && existing.OwnerAccount != Settings.Account;
        var account = foreign ? existing!.OwnerAccount : Settings.Account;
        return new AccessRequest(action, resource, account, foreign ? null : EffectivePolicy(), Conditions(action, existing));
    }

    /// <summary>The bucket policy, unless it is public and RestrictPublicBuckets keeps other accounts out.</summary>
    private string? EffectivePolicy() =>
        Settings.Policy is { } policy
        && Settings.PublicAccess is { RestrictPublicBuckets: true }
        && Aws.Caller?.AccountId != Settings.Account
        && World.PolicyRules.IsPublic(policy)
            ? null
            : Settings.Policy;

    private Dictionary<string, IReadOnlyList<string>> Conditions(string action, ObjectVersion? existing)
    {
        var keys = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase)
        {
            ["s3:ResourceAccount"] = [Settings.Account],
        };
        if (Aws.TlsVersion is { } tls)
            keys["s3:TlsVersion"] = [tls];
        if (Aws.Caller is not null)
        {
            var presigned = Asks("X-Amz-Signature");
            keys["s3:authType"] = [presigned ? "REST-QUERY-STRING" : "REST-HEADER"];
            keys["s3:signatureversion"] = ["AWS4-HMAC-SHA256"];
            if (SignedAt(presigned) is { } signed)
                keys["s3:signatureAge"] =
                [
                    ((long)Math.Max(0, (World.Clock.GetUtcNow() - signed).TotalMilliseconds)).ToString(CultureInfo.InvariantCulture),
                ];
        }

        foreach (var name in HeaderKeys)
            if (S3ConditionKeys.IsOf(name, action) && Header(name) is { } value) keys["s3:" + name] = [value];
        foreach (var name in QueryKeys)
            if (S3ConditionKeys.IsOf(name, action) && Request.Query.TryGetValue(name, out var value))
                keys["s3:" + name] = [value.ToString()];
        if (action == "s3:PutObject")
            AddWriting(keys);
        if (action is "s3:PutObject" or "s3:PutObjectRetention" or "s3:PutObjectLegalHold")
            AddLocking(keys);
        foreach (var (tag, value) in existing?.Tags ?? new Dictionary<string, string>())
            keys["s3:ExistingObjectTag/" + tag] = [value];
        if (Header("x-amz-tagging") is { } tagging)
        {
            var tags = Tagging.Parse(tagging);
            foreach (var (tag, value) in tags) keys["s3:RequestObjectTag/" + tag] = [value];
            keys["s3:RequestObjectTagKeys"] = [.. tags.Keys];
        }

        return keys;
    }

    /// <summary>What a write comes to, also where its own request doesn't say: a part is encrypted as its upload was begun.</summary>
    private void AddWriting(Dictionary<string, IReadOnlyList<string>> keys)
    {
        var parts = Query("uploadId") is { } id ? Bucket.TryFindUpload(Key, id) : null;
        if (parts is { SaidEncryption: true, Encryption: { CustomerKeyMd5: null } encryption })
        {
            keys["s3:x-amz-server-side-encryption"] = [encryption.Algorithm];
            if (encryption.KeyArn is { } arn) keys["s3:x-amz-server-side-encryption-aws-kms-key-id"] = [arn];
        }

        // An object comes to be by PutObject, CopyObject and CompleteMultipartUpload, not by what leads to the last.
        keys["s3:ObjectCreationOperation"] = [Asks("uploads") || Query("partNumber") is not null ? "false" : "true"];
    }

    private void AddLocking(Dictionary<string, IReadOnlyList<string>> keys) => ObjectLocks.AddKeys(
        keys,
        Locking.Mode ?? Header(ObjectLocks.ModeHeader),
        Locking.Until ?? Header(ObjectLocks.UntilHeader),
        Locking.Hold ?? Header(ObjectLocks.HoldHeader),
        World.Clock.GetUtcNow());

    private DateTimeOffset? SignedAt(bool presigned) =>
        DateTimeOffset.TryParseExact(
            presigned ? Query("X-Amz-Date") : Header("x-amz-date"),
            "yyyyMMdd'T'HHmmss'Z'",
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var at)
            ? at
            : null;
}

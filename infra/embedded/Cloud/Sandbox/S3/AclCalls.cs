using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Storage;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3;

/// <summary>GetBucketAcl, PutBucketAcl, GetObjectAcl, PutObjectAcl. ACLs can be read even where they are off.</summary>
internal static class AclCalls
{
    private const string SchemaInstance = "http://www.w3.org/2001/XMLSchema-instance";

    public static Task GetBucketAsync(S3Call call)
    {
        call.AllowOnBucket("s3:GetBucketAcl", "READ_ACP");
        return AnswerAsync(call, Effective(call, call.Settings.Acl, call.Settings.Account));
    }

    public static async Task PutBucketAsync(S3Call call)
    {
        call.AllowOnBucket("s3:PutBucketAcl", "WRITE_ACP");
        var acl = await GivenAsync(call, call.Settings.Account);
        call.Bucket.Change(s => s with { Acl = acl });
        await call.EmptyAsync(200);
    }

    public static async Task GetObjectAsync(S3Call call)
    {
        using var lease = ReadCalls.Open(call, "s3:GetObjectAcl", "s3:GetObjectVersionAcl", "READ_ACP");
        call.TellVersion(lease.Version);
        await AnswerAsync(
            call,
            Effective(call, lease.Version.Acl, call.Settings.AclsOff ? call.Settings.Account : lease.Version.OwnerAccount));
    }

    public static async Task PutObjectAsync(S3Call call)
    {
        using var lease = ReadCalls.Open(call, "s3:PutObjectAcl", "s3:PutObjectVersionAcl", "WRITE_ACP");
        var acl = await GivenAsync(call, lease.Version.OwnerAccount);
        call.Bucket.ChangeVersion(call.Key, lease.Version.VersionId, v => v with { Acl = acl });
        call.TellVersion(lease.Version);
        await call.EmptyAsync(200);
    }

    private static async Task<AccessControl> GivenAsync(S3Call call, string owner)
    {
        if (call.Settings.AclsOff) throw S3Errors.AccessControlListNotSupported();
        var document = await S3Xml.ReadAsync(call, "AccessControlPolicy");
        var headers = Acls.FromHeaders(call, owner);
        if (document is not null && headers is not null)
            throw S3Errors.Of(400, "UnexpectedContent", "This request does not support content");
        var acl =
            headers
            ?? (
                document is null
                    ? throw S3Errors.Of(
                        400,
                        "MissingSecurityHeader",
                        "Your request was missing a required header",
                        ("MissingHeaderName", "x-amz-acl"))
                    : Acls.FromXml(document, owner));
        Acls.RequireAllowedByBlock(call, acl);
        return acl;
    }

    private static AccessControl Effective(S3Call call, AccessControl? acl, string owner) =>
        acl is null || call.Settings.AclsOff ? Acls.Canned("private", owner, owner) : acl;

    private static Task AnswerAsync(S3Call call, AccessControl acl) => S3Xml.AnswerAsync(call, "AccessControlPolicy", xml =>
    {
        xml.Owner("Owner", acl.OwnerAccount);
        xml.Nested("AccessControlList", list =>
        {
            foreach (var grant in acl.Grants)
                list.Nested("Grant", x =>
                {
                    x.WriteStartElement("Grantee");
                    x.WriteAttributeString("xmlns", "xsi", null, SchemaInstance);
                    x.WriteAttributeString("xsi", "type", SchemaInstance, grant.ToGroup ? "Group" : "CanonicalUser");
                    x.Element(grant.ToGroup ? "URI" : "ID", grant.Grantee);
                    x.WriteEndElement();
                    x.Element("Permission", grant.Permission);
                });
        });
    });
}

using System.Xml.Linq;
using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Storage;
using ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3;

/// <summary>Access control lists: canned ones, grants in headers, grants in XML.</summary>
internal static class Acls
{
    public const string AllUsers = "http://acs.amazonaws.com/groups/global/AllUsers";
    public const string AuthenticatedUsers = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
    public const string LogDelivery = "http://acs.amazonaws.com/groups/s3/LogDelivery";

    private const int MostGrants = 100;

    private static readonly Dictionary<string, string> GrantHeaders = new(StringComparer.OrdinalIgnoreCase)
    {
        ["x-amz-grant-full-control"] = "FULL_CONTROL",
        ["x-amz-grant-read"] = "READ",
        ["x-amz-grant-read-acp"] = "READ_ACP",
        ["x-amz-grant-write"] = "WRITE",
        ["x-amz-grant-write-acp"] = "WRITE_ACP",
    };

    public static bool HasHeaders(S3Call call) =>
        call.Header("x-amz-acl") is not null || GrantHeaders.Keys.Any(h => call.Header(h) is not null);

    /// <summary>Whose a new object is and what its ACL says; null for the ACL that needs no writing down.</summary>
    public static (string OwnerAccount, AccessControl? Acl) ForNewObject(S3Call call)
    {
        var bucket = call.Settings;
        var canned = call.Header("x-amz-acl");
        if (bucket.AclsOff)
        {
            var givesAllToOwner =
                canned == "bucket-owner-full-control"
                || (canned is null && FromHeaders(call, bucket.Account) is { } given && IsPrivate(given, bucket.Account));
            return HasHeaders(call) && !givesAllToOwner ? throw S3Errors.AccessControlListNotSupported() : (bucket.Account, null);
        }

        var owner =
            bucket.Ownership == "BucketOwnerPreferred" && canned == "bucket-owner-full-control" ? bucket.Account : call.CallerAccount;
        var acl = FromHeaders(call, owner);
        RequireAllowedByBlock(call, acl);
        return (owner, acl);
    }

    /// <summary>The ACL that the headers give, or null when there are none.</summary>
    public static AccessControl? FromHeaders(S3Call call, string owner)
    {
        var grants = new List<AclGrant>();
        foreach (var (header, permission) in GrantHeaders)
        {
            if (call.Header(header) is not { } value)
                continue;
            foreach (var grantee in value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
                grants.Add(new AclGrant(Grantee(grantee), permission));
        }

        var canned = call.Header("x-amz-acl");
        if (canned is not null && grants.Count > 0)
            throw S3Errors.InvalidRequest("Specifying both Canned ACLs and Header Grants is not allowed");
        return canned is not null ? Canned(canned, owner, call.Settings.Account)
            : grants.Count > 0 ? new AccessControl(owner, grants)
            : null;
    }

    public static AccessControl Canned(string name, string owner, string bucketOwner)
    {
        AclGrant full = new(Identifiers.CanonicalUser(owner), "FULL_CONTROL");
        return new AccessControl(
            owner,
            name switch
            {
                "private" => [full],
                "public-read" => [full, new AclGrant(AllUsers, "READ")],
                "public-read-write" => [full, new AclGrant(AllUsers, "READ"), new AclGrant(AllUsers, "WRITE")],
                "authenticated-read" => [full, new AclGrant(AuthenticatedUsers, "READ")],
                "aws-exec-read" => [full],
                "bucket-owner-read" => owner == bucketOwner ? [full] : [full, new AclGrant(Identifiers.CanonicalUser(bucketOwner), "READ")],
                "bucket-owner-full-control" => owner == bucketOwner
                    ? [full]
                    : [full, new AclGrant(Identifiers.CanonicalUser(bucketOwner), "FULL_CONTROL")],
                "log-delivery-write" => [full, new AclGrant(LogDelivery, "WRITE"), new AclGrant(LogDelivery, "READ_ACP")],
                _ => throw S3Errors.InvalidArgument("Invalid canned ACL", "x-amz-acl", name),
            });
    }

    public static AccessControl FromXml(XElement document, string owner)
    {
        var named = document.Child("Owner")?.Text("ID");
        if (named is not null && named != Identifiers.CanonicalUser(owner))
            throw S3Errors.AccessDenied();
        var grants = (
            document.Child("AccessControlList")
            ?? throw S3Errors.Of(
                400,
                "MalformedACLError",
                "The XML you provided was not well-formed or did not validate against our published schema"))
            .Children("Grant")
            .Select(grant =>
            {
                var grantee = grant.Child("Grantee");
                var permission = grant.Text("Permission");
                if (grantee is null || !GrantHeaders.ContainsValue(permission ?? ""))
                    throw S3Errors.Of(
                        400,
                        "MalformedACLError",
                        "The XML you provided was not well-formed or did not validate against our published schema");
                if (grantee.Text("EmailAddress") is { } address)
                    throw NoSuchAddress(address);
                return new AclGrant(grantee.Text("URI") is { } uri ? Group(uri) : User(grantee.Text("ID") ?? ""), permission!);
            }).ToList();
        if (grants.Count > MostGrants) throw S3Errors.Of(400, "MalformedACLError", "The ACL has more than 100 grants");
        return new AccessControl(owner, grants);
    }

    /// <summary>Whether the ACL gives its owner everything and nobody else anything.</summary>
    public static bool IsPrivate(AccessControl acl, string account) => acl.Grants.All(g => g.Grantee == Identifiers.CanonicalUser(account));

    public static void RequireAllowedByBlock(S3Call call, AccessControl? acl)
    {
        if (
            call.Settings.PublicAccess is { BlockPublicAcls: true }
            && acl is not null
            && acl.Grants.Any(g => g.Grantee is AllUsers or AuthenticatedUsers))
            throw S3Errors.AccessDenied(
                $"User: {call.Aws.Caller?.Arn} is not authorized to perform this operation because public access control lists (ACLs) " +
                "are prevented by the BlockPublicAcls setting in S3 Block Public Access."
            );
    }

    private static string Grantee(string text)
    {
        var (kind, value) = text.Split('=', 2, StringSplitOptions.TrimEntries) is [var name, var rest]
            ? (name, rest.Trim('"'))
            : ("", text);
        return kind switch
        {
            "id" => User(value),
            "uri" => Group(value),
            "emailAddress" => throw NoSuchAddress(value),
            _ => throw S3Errors.InvalidArgument("Argument format not recognized", "grant", text),
        };
    }

    private static AwsError NoSuchAddress(string address) =>
        S3Errors.Of(
            400,
            "UnresolvableGrantByEmailAddress",
            "The e-mail address you provided does not match any account on record.",
            ("EmailAddress", address));

    private static string Group(string uri) =>
        uri is AllUsers or AuthenticatedUsers or LogDelivery ? uri : throw S3Errors.InvalidArgument("Invalid group uri", "uri", uri);

    private static string User(string id) =>
        id.Length == 64 && id.All(char.IsAsciiHexDigitLower) ? id : throw S3Errors.InvalidArgument("Invalid id", "CanonicalUser/ID", id);
}

using System.Globalization;
using System.Xml.Linq;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Iam;

/// <summary>How IAM's answers show what it keeps.</summary>
internal static class IamXml
{
    public static XElement Of(Role role, IamState state) => new(
        "Role",
        new XElement("Path", role.Path),
        new XElement("RoleName", role.Name),
        new XElement("RoleId", role.Id),
        new XElement("Arn", role.Arn),
        new XElement("CreateDate", Time(role.Created)),
        new XElement("AssumeRolePolicyDocument", Uri.EscapeDataString(Policies.PrincipalBinding.Unbind(role.Trust, state))),
        Boundary(role),
        role.Description is null ? null : new XElement("Description", role.Description),
        new XElement("MaxSessionDuration", role.MaxSession),
        role.Tags.Count == 0 ? null : new XElement("Tags", Tags(role)));

    public static XElement Of(User user) => new(
        "User",
        new XElement("Path", user.Path),
        new XElement("UserName", user.Name),
        new XElement("UserId", user.Id),
        new XElement("Arn", user.Arn),
        new XElement("CreateDate", Time(user.Created)),
        Boundary(user),
        user.Tags.Count == 0 ? null : new XElement("Tags", Tags(user)));

    public static XElement Of(ManagedPolicy policy, int attachments) => new(
        "Policy",
        new XElement("PolicyName", policy.Name),
        new XElement("PolicyId", policy.Id),
        new XElement("Arn", policy.Arn),
        new XElement("Path", policy.Path),
        new XElement("DefaultVersionId", "v1"),
        new XElement("AttachmentCount", attachments),
        new XElement("IsAttachable", "true"),
        new XElement("CreateDate", Time(policy.Created)),
        new XElement("UpdateDate", Time(policy.Created)));

    private static XElement? Boundary(Identity identity) =>
        identity.Boundary is { } arn
            ? new XElement(
                "PermissionsBoundary",
                new XElement("PermissionsBoundaryType", "Policy"),
                new XElement("PermissionsBoundaryArn", arn))
            : null;

    public static IEnumerable<XElement> Tags(Identity identity) =>
        identity.Tags.Select(tag => new XElement("member", new XElement("Key", tag.Key), new XElement("Value", tag.Value)));

    public static XElement Member(XElement element) => new("member", element.Elements());

    public static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}

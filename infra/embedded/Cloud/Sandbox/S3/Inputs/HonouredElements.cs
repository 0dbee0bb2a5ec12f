using System.Xml.Linq;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3.Inputs;

/// <summary>The elements of each document that have an effect; the others are refused.</summary>
internal static class HonouredElements
{
    private static readonly Dictionary<string, HashSet<string>> Known = new()
    {
        ["CreateBucketConfiguration"] = Of("LocationConstraint"),
        ["AccessControlPolicy"] = Of(
            "Owner/ID",
            "Owner/DisplayName",
            "AccessControlList/Grant/Permission",
            "AccessControlList/Grant/Grantee/ID",
            "AccessControlList/Grant/Grantee/DisplayName",
            "AccessControlList/Grant/Grantee/URI",
            "AccessControlList/Grant/Grantee/EmailAddress",
            "AccessControlList/Grant/Grantee/Type"),
        ["CORSConfiguration"] = Of(
            "CORSRule/ID",
            "CORSRule/AllowedOrigin",
            "CORSRule/AllowedMethod",
            "CORSRule/AllowedHeader",
            "CORSRule/ExposeHeader",
            "CORSRule/MaxAgeSeconds"),
        ["NotificationConfiguration"] = Of(
            "TopicConfiguration/Id",
            "TopicConfiguration/Topic",
            "TopicConfiguration/Event",
            "TopicConfiguration/Filter/S3Key/FilterRule/Name",
            "TopicConfiguration/Filter/S3Key/FilterRule/Value",
            // Kept and shown: no event bus is here that could hear of anything.
            "EventBridgeConfiguration"),
        ["Delete"] = Of("Object/Key", "Object/VersionId", "Object/ETag", "Quiet"),
        ["CompleteMultipartUpload"] = Of(
            "Part/PartNumber",
            "Part/ETag",
            "Part/ChecksumCRC32",
            "Part/ChecksumCRC32C",
            "Part/ChecksumCRC64NVME",
            "Part/ChecksumSHA1",
            "Part/ChecksumSHA256"),
        ["ServerSideEncryptionConfiguration"] = Of(
            "Rule/ApplyServerSideEncryptionByDefault/SSEAlgorithm",
            "Rule/ApplyServerSideEncryptionByDefault/KMSMasterKeyID",
            "Rule/BucketKeyEnabled",
            "Rule/BlockedEncryptionTypes/EncryptionType"),
        ["OwnershipControls"] = Of("Rule/ObjectOwnership"),
        ["PublicAccessBlockConfiguration"] = Of("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"),
        ["RequestPaymentConfiguration"] = Of("Payer"),
        ["Tagging"] = Of("TagSet/Tag/Key", "TagSet/Tag/Value"),
        ["VersioningConfiguration"] = Of("Status", "MfaDelete"),
        ["ObjectLockConfiguration"] = Of(
            "ObjectLockEnabled",
            "Rule/DefaultRetention/Mode",
            "Rule/DefaultRetention/Days",
            "Rule/DefaultRetention/Years"),
        ["Retention"] = Of("Mode", "RetainUntilDate"),
        ["LegalHold"] = Of("Status"),
        ["RestoreRequest"] = Of("Days"),
    };

    /// <exception cref="Wire.AwsError">An element has no effect here.</exception>
    public static void Require(XElement document)
    {
        var honoured = Known[document.Name.LocalName];
        foreach (var child in document.Elements()) Require(child, child.Name.LocalName, honoured);
    }

    private static void Require(XElement element, string path, HashSet<string> honoured)
    {
        if (!honoured.Contains(path)) throw S3Errors.NotImplemented(path);
        foreach (var child in element.Elements()) Require(child, $"{path}/{child.Name.LocalName}", honoured);
    }

    /// <summary>Each path with those that lead to it.</summary>
    private static HashSet<string> Of(params string[] paths) =>
        [
            .. paths.SelectMany(path =>
                Enumerable.Range(0, path.Length + 1).Where(end => end == path.Length || path[end] == '/').Select(end => path[..end])),
        ];
}

using System.Text.Json.Nodes;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Kms;

/// <summary>A key as KMS describes it.</summary>
internal static class KmsKeyMetadata
{
    public static JsonObject Of(KmsKey key)
    {
        var metadata = new JsonObject
        {
            ["AWSAccountId"] = key.Account,
            ["KeyId"] = key.Id,
            ["Arn"] = key.Arn,
            ["CreationDate"] = key.Created.ToUnixTimeSeconds(),
            ["Enabled"] = key.State == "Enabled",
            ["Description"] = key.Description,
            ["KeyUsage"] = "ENCRYPT_DECRYPT",
            ["KeyState"] = key.State,
            ["Origin"] = "AWS_KMS",
            ["KeyManager"] = key.ManagedByAws ? "AWS" : "CUSTOMER",
            ["KeySpec"] = "SYMMETRIC_DEFAULT",
            ["CustomerMasterKeySpec"] = "SYMMETRIC_DEFAULT",
            ["EncryptionAlgorithms"] = new JsonArray("SYMMETRIC_DEFAULT"),
            ["MultiRegion"] = false,
        };
        if (key.DeletionAt is { } deletion)
            metadata["DeletionDate"] = deletion.ToUnixTimeSeconds();
        return metadata;
    }
}

using ServerlessDrives.Embedded.Cloud.Sandbox.Policies;
using ServerlessDrives.Embedded.Cloud.Sandbox.S3;
using ServerlessDrives.Embedded.Cloud.Sandbox.Storage;
using ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Kms;

/// <summary>S3's use of keys in the name of whoever calls S3.</summary>
internal sealed class DataKeys(StateFile<KmsState> file, IAuthorizer authorizer, TimeProvider clock) : IDataKeys
{
    private readonly Lock _gate = new();

    public string AuthorizeGenerateDataKey(AwsCall call, DataKeyUse use) => Authorize(call, use, "kms:GenerateDataKey").Arn;

    public void AuthorizeDecrypt(AwsCall call, DataKeyUse use) => Authorize(call, use, "kms:Decrypt");

    private KmsKey Authorize(AwsCall call, DataKeyUse use, string action)
    {
        var key = KeyOf(use);
        if (!key.ManagedByAws)
        {
            var keys = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase)
            {
                ["kms:ViaService"] = [$"s3.{use.Region}.amazonaws.com"],
                ["aws:ViaAWSService"] = ["true"],
                ["kms:EncryptionContextKeys"] = ["aws:s3:arn"],
                ["kms:EncryptionContext:aws:s3:arn"] = [use.ContextArn],
            };
            if (call.Caller is { } caller)
                keys["kms:CallerAccount"] = [caller.AccountId];
            var request = new AccessRequest(action, key.Arn, key.Account, key.Policy, keys) { ResourcePolicyMustAdmit = true };
            if (authorizer.Decide(call, request) is { Allowed: false } verdict)
                throw new AwsError(
                    403,
                    "AccessDenied",
                    $"User: {call.Caller?.Arn ?? "anonymous"} is not authorized to perform: {action} on resource: {key.Arn} " +
                    $"{verdict.Reason}"
                );
        }

        else if (call.Caller?.AccountId != key.Account)
        {
            // The policy of aws/s3 admits its own account only, and nobody can change it.
            throw new AwsError(
                403,
                "AccessDenied",
                $"User: {call.Caller?.Arn ?? "anonymous"} is not authorized to perform: {action} on the resource associated with this " +
                "ciphertext because the resource does not exist in this Region, no resource-based policies allow access, or a " +
                "resource-based policy explicitly denies access"
            );
        }

        return key.State switch
        {
            "Enabled" => key,
            "Disabled" => throw new AwsError(400, "KMS.DisabledException", $"{key.Arn} is disabled."),
            _ => throw new AwsError(400, "KMS.KMSInvalidStateException", $"{key.Arn} is pending deletion."),
        };
    }

    private KmsKey KeyOf(DataKeyUse use)
    {
        if (use.KeyId is not null)
        {
            var found = file.Value.Find(use.KeyId, use.Account, use.Region);
            return found is not null && found.Region == use.Region
                ? found
                : throw new AwsError(400, "KMS.NotFoundException", $"Key '{KeyName(use)}' does not exist");
        }

        lock (_gate)
        {
            var alias = $"{use.Account}/{use.Region}/alias/aws/s3";
            if (file.Value.Aliases.TryGetValue(alias, out var arn))
                return file.Value.Keys[arn];
            var made = KmsKey.New(
                use.Account,
                use.Region,
                null,
                "Default key that protects my S3 objects when no other key is defined",
                clock.GetUtcNow()
            ) with
            {
                ManagedByAws = true,
            };
            file.Save(file.Value.With(made) with { Aliases = file.Value.Aliases.Add(alias, made.Arn) });
            return made;
        }
    }

    private static string KeyName(DataKeyUse use) =>
        use.KeyId!.StartsWith("arn:", StringComparison.Ordinal)
            ? use.KeyId
            : $"arn:aws:kms:{use.Region}:{use.Account}:"
                + $"{(use.KeyId.StartsWith("alias/", StringComparison.Ordinal) ? "" : "key/")}{use.KeyId}";
}

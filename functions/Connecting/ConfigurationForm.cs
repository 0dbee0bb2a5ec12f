using ServerlessDrives.Access;

namespace ServerlessDrives.Connecting;

/// <param name="RoleArn">For a new role; may be left out until the trust policy is confirmed, since it can come with that.</param>
/// <param name="AccessKeyId">For an access key.</param>
/// <param name="SecretAccessKey">For an access key; goes to the vault and nowhere else. May be left out when the same key id was given
/// before.</param>
/// <param name="BucketOwner">Whose bucket it is, where it isn't the account's that the role or user belongs to: twelve digits, or what an
/// S3-compatible server calls its owners.</param>
/// <param name="RequesterPays">Whether requests say that whoever sends them pays for them, as a requester pays bucket of another account
/// asks.</param>
/// <param name="AllowOverlap">A yes to a drive whose files are another drive's as well.</param>
[NeedsFields("bucket", "region")]
public sealed record ConfigurationBody(
    string? RoleArn, string? AccessKeyId, Secret? SecretAccessKey, string? Bucket, string? Region, string? Path, EncryptionBody? Encryption,
    string? BucketOwner, bool? RequesterPays, bool? AllowOverlap);

/// <param name="Type"><c>none</c>, <c>sse-s3</c> or <c>sse-kms</c>.</param>
/// <param name="KmsKeyId">The key's ARN, with <c>sse-kms</c>.</param>
[NeedsFields("type")]
public sealed record EncryptionBody(string? Type, string? KmsKeyId);

/// <summary>A configuration, parsed; the secret half of an access key stays beside it on its way to the vault.</summary>
public sealed record ConnectionForm(DriveConfiguration Configuration, Secret? SecretAccessKey)
{
    /// <summary>Every wrong field at once.</summary>
    public static Result<ConnectionForm, Refusal> Parse(
        ConfigurationBody body,
        DriveConnection connection,
        IPrincipals principals,
        string fieldPrefix = "")
    {
        ArgumentNullException.ThrowIfNull(body);
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(principals);
        var form = new FormReader(fieldPrefix);
        var bucket = form.Read("bucket", principals.AreOfAws ? BucketName.Parse(body.Bucket) : BucketName.ParseOfAnyServer(body.Bucket));
        var owner = body.BucketOwner is null
            ? null
            : form.Read(
                "bucketOwner",
                principals.AreOfAws ? AccountId.Parse(body.BucketOwner) : AccountId.ParseOfAnyServer(body.BucketOwner));
        var region = form.Read("region", Access.Region.Parse(body.Region));
        var path = form.Read("path", DrivePath.Parse(body.Path));
        var encryption = ReadEncryption(form, body.Encryption, region);

        RoleArn? roleArn = null;
        AccessKeyId? keyId = null;
        if (connection.Method is ConnectionMethod.IamRole)
        {
            roleArn = ReadRole(form, body, connection, principals);
            var partition = (connection.ChosenRoleArn ?? roleArn)?.Partition;
            if (partition is not null && region is not null && partition != region.Partition)
                form.Refuse<Region>(
                    "region",
                    $"The role is in the partition {partition} and the region in {region.Partition}; credentials don't cross " +
                    "partitions. Role, bucket and key must be in the same one."
                );
            else if (region is not null && principals.For(region.Partition) is null)
                form.Refuse<Region>(
                    "region",
                    $"No principal of ours is set up for the partition {region.Partition}, so a role there can't trust us. Use an " +
                    $"access key, or ask your operator to set Aws:Principals:{region.Partition}."
                );
            else if (connection.ChosenPartition is { } chosen && connection.RoleIsNew && region is not null && chosen != region.Partition)
                form.Refuse<Region>(
                    "region",
                    $"The trust policy was offered for the partition {chosen}, and the region is in {region.Partition}. Start again " +
                    $"with the partition {region.Partition}."
                );
        }
        else
        {
            keyId = form.Read("accessKeyId", Access.AccessKeyId.Parse(body.AccessKeyId));
            if (body.RoleArn is not null)
                form.Refuse<RoleArn>("roleArn", "This connection uses an access key; leave the role out.");
            if (body.SecretAccessKey is null && !(keyId is not null && keyId == connection.Configuration?.AccessKeyId))
                form.Refuse<Secret>("secretAccessKey", "Give the secret access key that belongs to the access key id.");
        }

        if (!form.IsValid)
            return form.Refusal;
        return new ConnectionForm(
            new DriveConfiguration(bucket!, region!, path!, encryption!)
            {
                RoleArn = roleArn,
                AccessKeyId = keyId,
                SecretVersion = connection.Configuration?.SecretVersion,
                BucketOwner = owner,
                RequesterPays = body.RequesterPays ?? false,
                AllowOverlap = body.AllowOverlap ?? false,
                Attempt = connection.Attempt,
            },
            connection.Method is ConnectionMethod.AccessKey ? body.SecretAccessKey : null);
    }

    private static RoleArn? ReadRole(FormReader form, ConfigurationBody body, DriveConnection connection, IPrincipals principals)
    {
        if (body.AccessKeyId is not null || body.SecretAccessKey is not null)
            form.Refuse<AccessKeyId>("accessKeyId", "This connection uses a role; leave the access key out.");
        if (connection.ChosenRoleArn is null && body.RoleArn is null && connection.KnownRoleArn is { } known)
            return known;
        // Whoever makes the role says its ARN with the confirmation that it trusts us.
        if (body.RoleArn is null && connection is { ChosenRoleArn: null, Status: ConnectionStatus.AwaitingTrustPolicy })
            return null;
        if (connection.ChosenRoleArn is not { } chosen)
            return form.Read(
                "roleArn",
                principals.AreOfAws ? Access.RoleArn.Parse(body.RoleArn) : Access.RoleArn.ParseOfAnyServer(body.RoleArn));
        return body.RoleArn is null || body.RoleArn == chosen.ToString()
            ? connection.RoleIsNew ? chosen : null
            : form.Refuse<RoleArn>(
                "roleArn",
                connection.RoleIsNew
                    ? $"The role {chosen} is shown to trust us for this connection; a role's ARN can't be changed. Leave this out, or " +
                        "start again with another role."
                    : $"You chose the role {chosen}; a role's ARN can't be changed. Leave this out, or start again with a new role.");
    }

    private static Encryption? ReadEncryption(FormReader form, EncryptionBody? body, Region? region)
    {
        if (body?.Type is not "sse-kms" && body?.KmsKeyId is not null)
            return form.Refuse<Encryption>("encryption.kmsKeyId", "A KMS key goes with \"sse-kms\" only.");
        switch (body?.Type)
        {
            case null or "none":
                return Encryption.Nothing;
            case "sse-s3":
                return Encryption.S3Managed;
            case "sse-kms":
                var key = form.Read("encryption.kmsKeyId", KmsKeyArn.Parse(body.KmsKeyId));
                if (key is not null && region is not null && key.Region != region)
                    return form.Refuse<Encryption>(
                        "encryption.kmsKeyId",
                        $"The key is in {key.Region} and the bucket in {region}; S3 needs a key of the bucket's own region.");
                return key is null ? null : new Encryption.SseKms(key);
            default:
                return form.Refuse<Encryption>("encryption.type", "Choose \"none\", \"sse-s3\" or \"sse-kms\".");
        }
    }
}

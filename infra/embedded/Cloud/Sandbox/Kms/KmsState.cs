using System.Collections.Immutable;
using System.Security.Cryptography;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Kms;

/// <summary>The keys of all accounts.</summary>
internal sealed record KmsState
{
    public ImmutableDictionary<string, KmsKey> Keys { get; init; } = ImmutableDictionary<string, KmsKey>.Empty;

    /// <summary>Aliases as <c>account/region/alias/name</c>, to key ARNs.</summary>
    public ImmutableDictionary<string, string> Aliases { get; init; } = ImmutableDictionary<string, string>.Empty;

    public KmsKey? Find(string idOrArn, string account, string region)
    {
        if (
            idOrArn.StartsWith("arn:", StringComparison.Ordinal)
            && idOrArn.Split(':', 6) is [_, _, "kms", var itsRegion, var itsAccount, var resource])
            (region, account, idOrArn) = (
                itsRegion,
                itsAccount,
                resource.StartsWith("key/", StringComparison.Ordinal) ? resource["key/".Length..] : resource);
        var arn = idOrArn.StartsWith("alias/", StringComparison.Ordinal)
            ? Aliases.GetValueOrDefault($"{account}/{region}/{idOrArn}")
            : $"arn:aws:kms:{region}:{account}:key/{idOrArn}";
        return arn is null ? null : Keys.GetValueOrDefault(arn);
    }

    public KmsState With(KmsKey key) => this with { Keys = Keys.SetItem(key.Arn, key) };
}

/// <summary>A symmetric key.</summary>
internal sealed record KmsKey
{
    public required string Id { get; init; }
    public required string Account { get; init; }
    public required string Region { get; init; }
    public required string Policy { get; init; }
    public required DateTimeOffset Created { get; init; }
    public string Description { get; init; } = "";

    /// <summary><c>Enabled</c>, <c>Disabled</c> or <c>PendingDeletion</c>.</summary>
    public string State { get; init; } = "Enabled";
    public DateTimeOffset? DeletionAt { get; init; }
    public bool ManagedByAws { get; init; }
    public required string Material { get; init; }

    public string Arn => $"arn:aws:kms:{Region}:{Account}:key/{Id}";

    public static KmsKey New(string account, string region, string? policy, string description, DateTimeOffset now) => new()
    {
        Id = Guid.NewGuid().ToString("D"),
        Account = account,
        Region = region,
        Policy = policy ?? DefaultPolicy(account),
        Created = now,
        Description = description,
        Material = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
    };

    public override string ToString() => $"KmsKey {{ {Arn} }}";

    /// <summary>What KMS gives a key that is made without a policy: the account's own policies decide.</summary>
    public static string DefaultPolicy(string account) =>
        """{"Version":"2012-10-17","Id":"key-default-1","Statement":"""
            + """[{"Sid":"Enable IAM User Permissions","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::"""
            + $$"""{{account}}:root"},"Action":"kms:*","Resource":"*"}]}""";
}

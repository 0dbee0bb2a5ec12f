namespace ServerlessDrives.Embedded.Cloud.Vault;

/// <summary>One version of a secret, as Key Vault keeps it.</summary>
internal sealed record SecretVersion
{
    /// <summary>32 hexadecimal digits.</summary>
    public required string Version { get; init; }

    public required string Value { get; init; }
    public string? ContentType { get; init; }
    public bool Enabled { get; init; } = true;
    public DateTimeOffset? NotBefore { get; init; }
    public DateTimeOffset? Expires { get; init; }
    public required DateTimeOffset Created { get; init; }
    public required DateTimeOffset Updated { get; init; }
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    // A record prints its members; this one must not.
    public override string ToString() => $"{Version} ***";
}

/// <summary>A secret with all its versions, oldest first, and when it was deleted, if it was.</summary>
internal sealed record VaultSecret
{
    /// <summary>As first written; names are compared without case.</summary>
    public required string Name { get; init; }

    public required IReadOnlyList<SecretVersion> Versions { get; init; }
    public DateTimeOffset? DeletedAt { get; init; }

    public SecretVersion Latest => Versions[^1];

    public override string ToString() => $"{Name} ***";
}

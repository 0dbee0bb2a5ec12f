namespace ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

/// <summary>Knows who an access key belongs to and which secret it signs with.</summary>
internal interface ICredentials
{
    CredentialLookup Find(string accessKeyId, string? sessionToken);
}

internal abstract record CredentialLookup
{
    /// <param name="Secret">The key that requests are signed with.</param>
    public sealed record Found(string Secret, Caller Caller) : CredentialLookup
    {
        public override string ToString() => $"Found {{ {Caller.Arn} }}";
    }

    /// <summary>No such key, an inactive one, or one that doesn't belong to the session token.</summary>
    public sealed record UnknownKey : CredentialLookup;

    /// <summary>A session token that isn't ours, or one where none belongs.</summary>
    public sealed record InvalidToken : CredentialLookup;

    public sealed record ExpiredToken : CredentialLookup;
}

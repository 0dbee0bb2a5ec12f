using Amazon.Runtime;

namespace ServerlessDrives.Adapters.Aws.Sessions;

/// <summary>
/// The credentials of whichever drive the present call is made for, so that one SDK client serves all drives of a region.
/// </summary>
internal sealed class CredentialsInScope : AWSCredentials
{
    private readonly AsyncLocal<AWSCredentials?> _present = new();

    /// <summary>From here on, and in what is called from here, these count.</summary>
    public void Enter(AWSCredentials credentials) => _present.Value = credentials;

    public override ImmutableCredentials GetCredentials() => Present.GetCredentials();

    public override Task<ImmutableCredentials> GetCredentialsAsync() => Present.GetCredentialsAsync();

    private AWSCredentials Present => _present.Value ?? throw new InvalidOperationException("A call was made for no drive.");
}

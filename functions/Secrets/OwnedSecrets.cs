using ServerlessDrives.Access;

namespace ServerlessDrives.Secrets;

/// <summary>
/// Stores secrets together with the rows that own them, and deletes them together: wherever a crash falls, a secret without an owner is
/// found and deleted.
/// </summary>
public sealed class OwnedSecrets(
    ISecrets secrets,
    IPendingSecrets pending,
    IEnumerable<ISecretOwners> owners,
    SecretsOptions options,
    TimeProvider clock)
{
    /// <summary>
    /// Stores a new secret and then writes the row that owns it. A secret that the row doesn't name in the end is deleted.
    /// </summary>
    /// <param name="owner">The id of what will own it.</param>
    /// <param name="own">Writes the owner's row with the secret's name and version. Cancelled before the secret counts as one without an
    /// owner.</param>
    public async Task<T> StoreAsync<T>(
        OrganizationId organization,
        string owner,
        Secret secret,
        Func<SecretName, string, CancellationToken, Task<T>> own,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(own);
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        time.CancelAfter(options.SettleAfter / 2);
        var noted = await NoteAsync(SecretName.New(), organization, owner, time.Token);
        var version =
            await secrets.StoreAsync(noted.Name, secret, time.Token) ?? throw new InvalidOperationException("A new name took no secret.");
        var owned = await own(noted.Name, version, time.Token);
        await SettleAsync(noted, cancellation);
        return owned;
    }

    /// <summary>Deletes or changes the row that owns the secret and, if it doesn't name it any more, the secret.</summary>
    /// <param name="release">Writes the row.</param>
    public async Task<T> ReleaseAsync<T>(
        OrganizationId organization,
        string owner,
        SecretName name,
        Func<Task<T>> release,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(release);
        var noted = await NoteAsync(name, organization, owner, cancellation);
        var released = await release();
        await SettleAsync(noted, cancellation);
        return released;
    }

    /// <summary>Deletes what has been left without an owner.</summary>
    public async Task DeleteUnownedAsync(CancellationToken cancellation)
    {
        foreach (var noted in await pending.NotedBeforeAsync(clock.GetUtcNow() - options.SettleAfter, cancellation))
            await SettleAsync(noted, cancellation);
    }

    private async Task<PendingSecret> NoteAsync(SecretName name, OrganizationId organization, string owner, CancellationToken cancellation)
    {
        var noted = new PendingSecret(name, organization, owner, clock.GetUtcNow());
        await pending.NoteAsync(noted, cancellation);
        return noted;
    }

    private async Task SettleAsync(PendingSecret noted, CancellationToken cancellation)
    {
        if (!await IsHeldAsync(noted, cancellation))
            await secrets.DeleteAsync(noted.Name, cancellation);
        await pending.StrikeAsync(noted.Name, cancellation);
    }

    private async Task<bool> IsHeldAsync(PendingSecret noted, CancellationToken cancellation)
    {
        foreach (var kind in owners)
        {
            if (await kind.HoldsAsync(noted, cancellation) is { } holds)
                return holds;
        }

        throw new InvalidOperationException($"Nothing of the kind of {noted.Owner} is known to own secrets.");
    }
}

/// <summary>Settings under <c>ServerlessDrives:Secrets</c>.</summary>
public sealed class SecretsOptions
{
    /// <summary>
    /// After how long a stored secret must have its owner, or is deleted; 10 minutes by default, longer than all tries to write the owner
    /// take.
    /// </summary>
    public TimeSpan SettleAfter { get; set; } = TimeSpan.FromMinutes(10);
}

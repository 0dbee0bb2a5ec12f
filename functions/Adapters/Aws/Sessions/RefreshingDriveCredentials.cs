using System.Diagnostics.Metrics;
using Amazon.Runtime;
using ServerlessDrives.Access;
using ServerlessDrives.Access.Policies;

namespace ServerlessDrives.Adapters.Aws.Sessions;

/// <summary>
/// A drive's credentials as the SDK asks for them: fetched once for all who wait, and again at half their life with jitter, so that drives
/// don't do so at once. While a refresh is under way or fails, what is still valid goes on being used.
/// </summary>
internal sealed class RefreshingDriveCredentials : AWSCredentials
{
    /// <summary>
    /// What is refused for other reasons than its session is refused with the next one too: no new session for each of those.
    /// </summary>
    private static readonly TimeSpan BetweenDoubts = TimeSpan.FromSeconds(10);

    /// <summary>Calls that were signed with the old session may still come back after the new one is there.</summary>
    private static readonly TimeSpan BetweenEnds = TimeSpan.FromSeconds(1);

    /// <summary>After a refresh that failed, while the old session still serves.</summary>
    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(30);

    /// <summary>What is about to expire isn't used: the call takes time too.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    private static readonly Counter<long> Requests = Telemetry.Meter.CreateCounter<long>(
        "serverlessdrives.credentials.requests", "{request}", "Calls that asked for a drive's credentials, by whether they were at hand.");

    private readonly Func<CancellationToken, Task<(ImmutableCredentials Credentials, DateTimeOffset? Ends)>> _fetch;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _life;
    private readonly TimeSpan _timeout;
    private readonly Lock _lock = new();
    private Held? _held;
    private Task<Held>? _flight;
    private DateTimeOffset _lastDrop = DateTimeOffset.MinValue;

    private RefreshingDriveCredentials(
        Func<CancellationToken, Task<(ImmutableCredentials, DateTimeOffset?)>> fetch,
        TimeProvider clock,
        AwsOptions options
    ) => (_fetch, _clock, _life, _timeout) = (fetch, clock, options.SessionDuration, options.CallTimeout * 4);

    /// <summary>Grows with each drop: whether the next call will use something newer than the last one did.</summary>
    public int Generation { get; private set; }

    public static RefreshingDriveCredentials OfRole(
        RoleSessions sessions,
        DriveCredentials.Role role,
        BucketAccess access,
        string sessionName,
        TimeProvider clock,
        AwsOptions options
    ) =>
        new(
            async cancellation =>
            {
                var session = (
                    await sessions.AssumeAsync(role.Arn, role.ExternalId, access.Region, sessionName, access, role.Tags, cancellation)
                ).Credentials;
                return (session.GetCredentials(), new DateTimeOffset(session.Expiration!.Value.ToUniversalTime()));
            },
            clock,
            options);

    /// <summary>A secret that was disabled in the vault stops working within the hour even if nobody says so here.</summary>
    public static RefreshingDriveCredentials OfKey(
        ISecrets secrets,
        DriveCredentials.AccessKey key,
        TimeProvider clock,
        AwsOptions options
    ) =>
        new(
            async cancellation =>
            {
                var secret =
                    await secrets.ReadAsync(key.Secret, key.SecretVersion, cancellation)
                    ?? throw new AmazonClientException($"The vault no longer has the secret of the access key {key.Id}.");
                return (new ImmutableCredentials(key.Id.Value, secret.Reveal(), token: null), null);
            },
            clock,
            options);

    /// <summary>
    /// When the session that calls are signed with now ends, and with it every link that it signed; null for an access key.
    /// </summary>
    public async Task<DateTimeOffset?> EndsAsync() => (await HeldAsync()).Ends;

    public override ImmutableCredentials GetCredentials() => GetCredentialsAsync().GetAwaiter().GetResult();

    public override async Task<ImmutableCredentials> GetCredentialsAsync() => (await HeldAsync()).Credentials;

    /// <summary>Forgets what is cached, as AWS may no longer accept it. Does nothing if it was only just done.</summary>
    /// <param name="ended">Whether AWS says that it is the session that it doesn't accept.</param>
    public void Drop(bool ended = false)
    {
        lock (_lock)
        {
            var now = _clock.GetUtcNow();
            if (_held is null || now - _lastDrop < (ended ? BetweenEnds : BetweenDoubts))
                return;
            (_held, _lastDrop) = (null, now);
            Generation++;
        }
    }

    private ValueTask<Held> HeldAsync()
    {
        lock (_lock)
        {
            var now = _clock.GetUtcNow();
            if (_held is { } held && now < held.UsableUntil)
            {
                if (now >= held.RefreshAt && _flight is null)
                    _ = Begin();
                Requests.Add(1, new KeyValuePair<string, object?>("outcome", "hit"));
                return new(held);
            }

            Requests.Add(1, new KeyValuePair<string, object?>("outcome", "miss"));
            return new(_flight ?? Begin());
        }
    }

    private Task<Held> Begin()
    {
        var flight = Task.Run(FetchAsync);
        _flight = flight;
        // A refresh that nobody waits for may fail unheard.
        _ = flight.ContinueWith(
            static failed => failed.Exception,
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted,
            TaskScheduler.Default);
        return flight;
    }

    private async Task<Held> FetchAsync()
    {
        try
        {
            using var soon = new CancellationTokenSource(_timeout);
            var (credentials, ends) = await _fetch(soon.Token);
            var now = _clock.GetUtcNow();
            var until = ends ?? now + _life;
            // From 40 to 50 of 100: what a link was signed with is good for half a life at least.
            var fetched = new Held(credentials, ends, now + ((until - now) * (0.4 + (Random.Shared.NextDouble() * 0.1))), until - Margin);
            lock (_lock)
                (_held, _flight) = (fetched, null);
            return fetched;
        }
        catch
        {
            lock (_lock)
            {
                _flight = null;
                if (_held is { } held)
                    _held = held with { RefreshAt = _clock.GetUtcNow() + BetweenTries };
            }

            throw;
        }
    }

    private sealed record Held(
        ImmutableCredentials Credentials,
        DateTimeOffset? Ends,
        DateTimeOffset RefreshAt,
        DateTimeOffset UsableUntil);
}

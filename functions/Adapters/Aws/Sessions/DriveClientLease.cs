using Amazon.S3;
using ServerlessDrives.Access;
using ServerlessDrives.Usage;

namespace ServerlessDrives.Adapters.Aws.Sessions;

/// <summary>The right to use a drive's clients until disposed.</summary>
internal sealed class DriveClientLease(DriveClients.Opened opened, DriveClients.Entry entry) : IDisposable
{
    private DriveClients.Entry? _entry = entry;

    /// <summary>Tries again by itself what may be tried again.</summary>
    public IAmazonS3 S3 => Opened.Patient;

    /// <summary>Counts the drive's use; its calls count themselves.</summary>
    public DriveMeter Meter => Opened.Meter;

    private DriveClients.Opened Opened => _entry is not null ? opened : throw new ObjectDisposedException(nameof(DriveClientLease));

    /// <summary>Whether a refusal with this code may be the session's fault and not the call's.</summary>
    public static bool IsOfSession(string code) =>
        code
            is "AccessDenied"
                or "Forbidden"
                or "ExpiredToken"
                or "InvalidToken"
                or "TokenRefreshRequired"
                or "InvalidAccessKeyId"
                or "SignatureDoesNotMatch";

    /// <summary>Asks S3; once more with a fresh session where AWS no longer accepts the one that was used.</summary>
    /// <param name="call">Makes a new request each time.</param>
    /// <param name="patience">For all tries together.</param>
    public Task<Result<T, Fault>> AskAsync<T>(
        Func<IAmazonS3, CancellationToken, Task<T>> call,
        TimeSpan patience,
        CancellationToken cancellation
    )
        where T : notnull => AskAsync(Opened.Patient, call, patience, cancellation);

    /// <summary>The same, but never tried again after an answer that was lost: the caller must know that there was one.</summary>
    public Task<Result<T, Fault>> AskOnceAsync<T>(
        Func<IAmazonS3, CancellationToken, Task<T>> call,
        TimeSpan patience,
        CancellationToken cancellation)
        where T : notnull => AskAsync(Opened.Once, call, patience, cancellation);

    /// <summary>When links that are signed now stop working by themselves; null when they don't.</summary>
    public Task<DateTimeOffset?> SessionEndsAsync() => Opened.Credentials.EndsAsync();

    public void Dispose() => Interlocked.Exchange(ref _entry, null)?.Retire();

    private async Task<Result<T, Fault>> AskAsync<T>(
        AmazonS3Client client,
        Func<IAmazonS3, CancellationToken, Task<T>> call,
        TimeSpan patience,
        CancellationToken cancellation)
        where T : notnull
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(patience);
        var session = Opened.Credentials.Generation;
        var answer = await AwsAnswers.AnswerAsync(() => call(client, limit.Token), cancellation);
        return answer.Error is Fault.Refused { Code: var code } && IsOfSession(code) && Opened.Credentials.Generation != session
            ? await AwsAnswers.AnswerAsync(() => call(client, limit.Token), cancellation)
            : answer;
    }
}

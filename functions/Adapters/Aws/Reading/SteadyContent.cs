using Amazon.Runtime.Internal.Util;
using Amazon.S3.Model;

namespace ServerlessDrives.Adapters.Aws.Reading;

/// <summary>
/// The bytes of one answer as S3 sends them: taken up again where the connection broke, and given up where S3 stays silent.
/// </summary>
/// <param name="answer">S3's answer, whose body hasn't been read.</param>
/// <param name="again">Asks for the rest of the same bytes from this one of the answer on.</param>
/// <param name="silence">How long S3 may send nothing.</param>
internal sealed class SteadyContent(
    GetObjectResponse answer,
    Func<long, CancellationToken, Task<GetObjectResponse>> again,
    TimeSpan silence
) : ForwardStream(answer.ContentLength)
{
    private const int MostBreaks = 3;

    private GetObjectResponse _answer = answer;
    private Stream _source = Raw(answer);
    private CancellationTokenSource _patience = new();
    private int _breaks;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (Taken < Length)
        {
            var read = await TryReadAsync(buffer, cancellationToken);
            if (read == 0)
            {
                await ResumeAsync(cancellationToken);
                continue;
            }

            _breaks = 0;
            Taken += read;
            return read;
        }

        // S3 always says how long a file is; what doesn't may not pass for an empty one.
        return Length > 0 || await _source.ReadAsync(new byte[1], cancellationToken) == 0
            ? 0
            : throw new IOException("S3 doesn't say how long the file is.");
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _answer.Dispose();
            _patience.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <returns>0 when the connection broke, or S3 fell silent.</returns>
    private async ValueTask<int> TryReadAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        var reading = _source.ReadAsync(buffer, _patience.Token);
        if (reading.IsCompletedSuccessfully)
            return reading.Result;
        _patience.CancelAfter(silence);
        await using var _ = cancellation.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), _patience);
        try
        {
            var read = await reading;
            if (_patience.TryReset())
                return read;
            Renew();
            return read;
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException or OperationCanceledException)
        {
            cancellation.ThrowIfCancellationRequested();
            Renew();
            return 0;
        }
    }

    private void Renew()
    {
        _patience.Dispose();
        _patience = new();
    }

    private async Task ResumeAsync(CancellationToken cancellation)
    {
        if (++_breaks > MostBreaks)
            throw new IOException("The connection to S3 broke in the middle of the file, again and again.");
        _answer.Dispose();
        _answer = await again(Taken, cancellation);
        _source = Raw(_answer);
    }

    /// <summary>
    /// Without the digests that the SDK computes while one reads: <see cref="CheckedContent"/> compares sums, and goes
    /// on where a connection broke.
    /// </summary>
    private static Stream Raw(GetObjectResponse answer) => WrapperStream.GetNonWrapperBaseStream(answer.ResponseStream);
}

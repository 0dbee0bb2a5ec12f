using System.Threading.Channels;

namespace ServerlessDrives.Verification;

/// <summary>Writes a report while it grows, so that people can watch the checks as they happen.</summary>
internal sealed class ReportProgress : IProgress<Check>, IAsyncDisposable
{
    private readonly IReports _reports;
    private readonly OrganizationId _organization;
    private readonly string _subject;
    private readonly Channel<Check> _checks = Channel.CreateUnbounded<Check>(new() { SingleReader = true });
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _writing;
    private VerificationReport _report;

    /// <param name="subject">The connection or drive whose report this is.</param>
    public ReportProgress(IReports reports, OrganizationId organization, string subject, VerificationId id, TimeProvider clock)
    {
        _reports = reports;
        _organization = organization;
        _subject = subject;
        _report = VerificationReport.Begin(id, clock.GetUtcNow());
        _writing = WriteAsync(_stop.Token);
    }

    public void Report(Check value) => _checks.Writer.TryWrite(value);

    /// <summary>Stops the live writes and stores the finished report in their place.</summary>
    public async Task CompleteAsync(VerificationReport report, CancellationToken cancellation)
    {
        _checks.Writer.TryComplete();
        await _writing;
        await _reports.SaveAsync(_organization, _subject, report, cancellation);
    }

    private async Task WriteAsync(CancellationToken cancellation)
    {
        try
        {
            await _reports.SaveAsync(_organization, _subject, _report, cancellation);
            while (await _checks.Reader.WaitToReadAsync(cancellation))
            {
                while (_checks.Reader.TryRead(out var check))
                    _report = _report.With(check);
                await _reports.SaveAsync(_organization, _subject, _report, cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            // The verification itself was stopped; whoever stopped it says so.
        }
    }

    public async ValueTask DisposeAsync()
    {
        _checks.Writer.TryComplete();
        await _stop.CancelAsync();
        await _writing;
        _stop.Dispose();
    }
}

using System.Threading.Channels;

namespace ServerlessDrives.Verification.Reports;

/// <summary>Writes a report while it grows, so that people can watch the checks as they happen.</summary>
internal sealed class ReportProgress : IProgress<Check>, IProgress<Retrying?>, IAsyncDisposable
{
    private readonly IReports _reports;
    private readonly OrganizationId _organization;
    private readonly string _subject;
    private readonly Channel<Func<VerificationReport, VerificationReport>> _changes = Channel.CreateUnbounded<
        Func<VerificationReport, VerificationReport>
    >(new() { SingleReader = true });
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

    /// <summary>For a verification that is watched by this alone.</summary>
    public VerificationWatch Watch => new(this, this, CancellationToken.None);

    public void Report(Check value) => _changes.Writer.TryWrite(report => report.With(value));

    public void Report(Retrying? value) => _changes.Writer.TryWrite(report => report with { Retrying = value });

    /// <summary>Stops the live writes and stores the finished report in their place.</summary>
    public async Task CompleteAsync(VerificationReport report, CancellationToken cancellation)
    {
        _changes.Writer.TryComplete();
        await _writing;
        await _reports.SaveAsync(_organization, _subject, report, cancellation);
    }

    private async Task WriteAsync(CancellationToken cancellation)
    {
        try
        {
            await _reports.SaveAsync(_organization, _subject, _report, cancellation);
            while (await _changes.Reader.WaitToReadAsync(cancellation))
            {
                while (_changes.Reader.TryRead(out var change))
                    _report = change(_report);
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
        _changes.Writer.TryComplete();
        await _stop.CancelAsync();
        await _writing;
        _stop.Dispose();
    }
}

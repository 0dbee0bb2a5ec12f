using Azure.Data.Tables;
using ServerlessDrives.Verification;
using ServerlessDrives.Verification.Reports;

namespace ServerlessDrives.Adapters.Tables;

/// <summary>Verification reports in Table Storage: one partition for each connection or drive, one row for each report.</summary>
internal sealed class TableReports(TableServiceClient service) : IReports
{
    public const string Name = "Verifications";

    private readonly TableClient _table = service.GetTableClient(Name);

    public Task SaveAsync(OrganizationId organization, string subject, VerificationReport report, CancellationToken cancellation) =>
        _table.UpsertEntityAsync(
            new ReportRow { PartitionKey = PartitionOf(organization, subject), RowKey = report.Id.Value, Document = Stored.Write(report) },
            TableUpdateMode.Replace,
            cancellation);

    public async Task<VerificationReport?> FindAsync(
        OrganizationId organization,
        string subject,
        VerificationId id,
        CancellationToken cancellation
    ) =>
        await _table.FindAsync<ReportRow>(PartitionOf(organization, subject), id.Value, cancellation) is { } row
            ? Stored.Read<VerificationReport>(row.Document)
            : null;

    private static string PartitionOf(OrganizationId organization, string subject) => $"{organization}|{subject}";

    private sealed class ReportRow : Row
    {
        /// <summary>The report as JSON: some 10 kB; a string property ends at 64 KiB.</summary>
        public string Document { get; set; } = "";
    }
}

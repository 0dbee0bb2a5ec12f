using Azure;
using Azure.Data.Tables;
using ServerlessDrives.Events.Audit;

namespace ServerlessDrives.Adapters.Tables;

/// <summary>
/// Rows of one partition that change together or not at all: at most 100, each under the condition that it still is what was read.
/// </summary>
public sealed class Transaction(TableClient table, string partition)
{
    private readonly List<TableTransactionAction> _actions = [];

    /// <summary>The row must not exist yet.</summary>
    public Transaction Insert(ITableEntity row) => Add(TableTransactionActionType.Add, row, default);

    /// <summary>The row must still be what was read.</summary>
    public Transaction Replace(ITableEntity row, ETag read) => Add(TableTransactionActionType.UpdateReplace, row, read);

    /// <summary>Writes the row whatever is there.</summary>
    public Transaction Put(ITableEntity row) => Add(TableTransactionActionType.UpsertReplace, row, default);

    /// <summary>The row must be there, whatever is in it; whoever read it before then finds it changed.</summary>
    public Transaction Touch(string rowKey) => Add(TableTransactionActionType.UpdateMerge, new TableEntity { RowKey = rowKey }, ETag.All);

    /// <summary>The row must still be what was read.</summary>
    public Transaction Delete(ITableEntity row) => Delete(row, row.ETag);

    /// <summary>The row must still be what was read.</summary>
    public Transaction Delete(ITableEntity row, ETag read) => Add(TableTransactionActionType.Delete, row, read);

    /// <summary>
    /// Writes the act down in the audit trail, together with what else is changed here. The partition is the organization's, in one of <see
    /// cref="TableAuditTrail.Tables"/>.
    /// </summary>
    /// <param name="act">Null for what is nobody's act.</param>
    public Transaction Record(AuditRecord? act, DateTimeOffset now) => act is null ? this : Put(TableAuditTrail.RowOf(act, now));

    /// <summary>Commits.</summary>
    /// <returns>The rows' new ETags in the order in which they were added, or which row stood in the way.</returns>
    public async Task<Committed> CommitAsync(CancellationToken cancellation)
    {
        try
        {
            var response = await table.SubmitTransactionAsync(_actions, cancellation);
            return new(null, [.. response.Value.Select(answer => answer.Headers.ETag?.ToString() ?? "")]);
        }
        catch (TableTransactionFailedException refused) when (refused.Status is 404 or 409 or 412)
        {
            return new(_actions[refused.FailedTransactionActionIndex ?? 0].Entity, []);
        }
        catch (RequestFailedException refused) when (refused.Status is 404 or 409 or 412 && refused.ErrorCode is not "TableNotFound")
        {
            return new(_actions[0].Entity, []);
        }
    }

    private Transaction Add(TableTransactionActionType type, ITableEntity row, ETag etag)
    {
        row.PartitionKey = partition;
        _actions.Add(new(type, row, etag));
        return this;
    }
}

/// <param name="Obstacle">The row that was not what the transaction expected; null when everything was written.</param>
/// <param name="ETags">Of the rows as written.</param>
public sealed record Committed(ITableEntity? Obstacle, IReadOnlyList<string> ETags)
{
    public bool Succeeded => Obstacle is null;
}

using Microsoft.Data.Sqlite;

namespace ServerlessDrives.Embedded.Durable.Sqlite;

/// <summary>
/// A connection and the statements that it has prepared, by their text. For one thread at a time. Parameters are $1, $2 and so on.
/// </summary>
internal sealed class Statements(SqliteConnection connection) : IDisposable
{
    private readonly Dictionary<string, SqliteCommand> _prepared = new(StringComparer.Ordinal);

    /// <returns>How many rows it changed.</returns>
    public int Execute(string sql, params ReadOnlySpan<object?> values) => Prepare(sql, values).ExecuteNonQuery();

    public long Number(string sql, params ReadOnlySpan<object?> values) => Convert.ToInt64(Prepare(sql, values).ExecuteScalar(), null);

    /// <returns>The first row, if there is one.</returns>
    public T? First<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> values)
        where T : class
    {
        using var rows = Prepare(sql, values).ExecuteReader();
        return rows.Read() ? read(rows) : null;
    }

    public List<T> All<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> values)
    {
        var all = new List<T>();
        using var rows = Prepare(sql, values).ExecuteReader();
        while (rows.Read())
            all.Add(read(rows));
        return all;
    }

    public void Dispose()
    {
        foreach (var statement in _prepared.Values)
            statement.Dispose();
        connection.Dispose();
    }

    private SqliteCommand Prepare(string sql, ReadOnlySpan<object?> values)
    {
        if (!_prepared.TryGetValue(sql, out var statement))
        {
            statement = connection.CreateCommand();
            // Every text is a constant of this folder; values are bound.
#pragma warning disable CA2100
            statement.CommandText = sql;
#pragma warning restore CA2100
            for (var number = 1; number <= values.Length; number++)
                statement.Parameters.Add(new SqliteParameter($"${number}", null));
            _prepared.Add(sql, statement);
        }

        for (var index = 0; index < values.Length; index++)
            statement.Parameters[index].Value = values[index] ?? DBNull.Value;
        return statement;
    }
}

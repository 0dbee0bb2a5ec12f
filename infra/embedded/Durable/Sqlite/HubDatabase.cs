using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace ServerlessDrives.Embedded.Durable.Sqlite;

/// <summary>
/// The file of a task hub, held by one process at a time: a connection that writes, and others that read what is committed.
/// Times are ticks of UTC; events are HistoryEvent messages of Microsoft.DurableTask's protobuf.
/// </summary>
internal sealed class HubDatabase : IDisposable
{
    private const int Version = 1;

    private const string Schema = """
        CREATE TABLE instances (
            id TEXT PRIMARY KEY,
            execution TEXT NOT NULL,
            name TEXT NOT NULL,
            version TEXT NOT NULL,
            status INTEGER NOT NULL,
            created INTEGER NOT NULL,
            updated INTEGER NOT NULL,
            completed INTEGER,
            scheduled INTEGER,
            parent TEXT,
            tags TEXT,
            custom_status TEXT,
            failure BLOB,
            output TEXT,
            input TEXT);
        CREATE INDEX instances_by_status ON instances (status, id);
        CREATE INDEX instances_by_time ON instances (created);

        CREATE TABLE history (
            instance TEXT NOT NULL,
            position INTEGER NOT NULL,
            event BLOB NOT NULL,
            PRIMARY KEY (instance, position)) WITHOUT ROWID;

        -- What instances have still to take, a timer or a scheduled start not before its time.
        CREATE TABLE messages (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            instance TEXT NOT NULL,
            execution TEXT,
            due INTEGER,
            event BLOB NOT NULL);
        CREATE INDEX messages_by_instance ON messages (instance);
        CREATE INDEX messages_by_time ON messages (due) WHERE due IS NOT NULL;

        -- Calls of activities whose result isn't stored yet.
        CREATE TABLE activities (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            instance TEXT NOT NULL,
            execution TEXT NOT NULL,
            event BLOB NOT NULL);
        """;

    private readonly string _file;
    private readonly FileStream _claim;
    private readonly ConcurrentBag<Statements> _readers = [];
    private volatile bool _disposed;

    /// <exception cref="HubInUseException">Another process has the file.</exception>
    public HubDatabase(string folder)
    {
        _file = Path.Combine(folder, "durable.db");
        Directory.CreateDirectory(folder);
        _claim = Claim(Path.Combine(folder, "durable.lock"));
        try
        {
            Writer = Open("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000;");
            Create();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The only connection that writes; for one thread.</summary>
    public Statements Writer { get; } = null!;

    /// <exception cref="StorageUnavailableException"></exception>
    public T Read<T>(Func<Statements, T> read)
    {
        if (_disposed)
            throw new StorageUnavailableException("The durable storage is closed.");
        Statements? reader = null;
        try
        {
            if (!_readers.TryTake(out reader))
                reader = Open("PRAGMA query_only = ON;");
            var result = read(reader);
            if (!_disposed)
            {
                _readers.Add(reader);
                reader = null;
            }

            return result;
        }
        catch (SqliteException broken)
        {
            throw new StorageUnavailableException($"The durable storage can't be read: {broken.Message}", broken);
        }
        finally
        {
            reader?.Dispose();
        }
    }

    public void Dispose()
    {
        _disposed = true;
        while (_readers.TryTake(out var reader))
            reader.Dispose();
        // The last connection: SQLite now moves the log into the file.
        Writer?.Dispose();
        _claim.Dispose();
    }

    private static FileStream Claim(string file)
    {
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException taken) when (File.Exists(file))
        {
            throw new HubInUseException(
                $"The durable storage in {Path.GetDirectoryName(file)} is in use by another process. Stop that one, or choose another " +
                "folder.",
                taken);
        }
    }

    private Statements Open(string settings)
    {
        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder
            {
                DataSource = _file,
                Pooling = false,
                DefaultTimeout = 5,
            }.ToString());
        try
        {
            connection.Open();
            var statements = new Statements(connection);
            statements.Execute(settings);
            return statements;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private void Create()
    {
        var found = Writer.Number("PRAGMA user_version");
        if (found > Version)
            throw new InvalidDataException(
                $"{_file} was written by a later version of this program (format {found}, and this one knows {Version}).");
        if (found < Version)
            Writer.Execute($"BEGIN; {Schema} PRAGMA user_version = {Version}; COMMIT;");
    }
}

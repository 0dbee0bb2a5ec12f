namespace ServerlessDrives.Embedded.Durable.Sqlite;

/// <summary>
/// The file could not be read or written, because the disk is full for instance. Nothing of the operation was done; it may be tried again.
/// </summary>
public sealed class StorageUnavailableException(string message, Exception? cause = null) : IOException(message, cause);

/// <summary>Another process has the task hub. The message says what to do.</summary>
public sealed class HubInUseException(string message, Exception? cause = null) : IOException(message, cause);

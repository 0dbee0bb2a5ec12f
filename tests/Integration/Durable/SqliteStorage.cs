using ServerlessDrives.Embedded.Durable.Sqlite;
using ServerlessDrives.Tests.Shared.Durable;

namespace ServerlessDrives.Tests.Integration.Durable;

/// <summary>The storage beneath a hub, for what can't be brought about from outside.</summary>
internal static class SqliteStorage
{
    public static SqliteOrchestrationService Storage(this TestHub hub) => (SqliteOrchestrationService)hub.Hub.Provider.Service;

    /// <summary>The file may not grow beyond so many pages, or beyond what it has: SQLite then says that the disk is full.</summary>
    public static Task LimitPagesAsync(this TestHub hub, int pages) =>
        hub.Storage().Commits.RunAsync(transaction => transaction.Database.Execute($"PRAGMA max_page_count = {pages}"), waits: true);

    /// <summary>The process ends at a commit, counted from 1: nothing is stored after it, and nobody gets an answer.</summary>
    /// <returns>Ends when it has.</returns>
    public static Task CrashAt(this TestHub hub, int at, CommitMoment moment)
    {
        var crashed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var commits = 0;
        hub.Storage().Commits.Crash = now =>
        {
            if (now is CommitMoment.Before)
                commits++;
            if (commits != at || now != moment)
                return;
            crashed.TrySetResult();
            throw new InvalidOperationException("The process is dead.");
        };
        return crashed.Task;
    }
}

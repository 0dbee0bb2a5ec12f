using Xunit;

namespace ServerlessDrives.Tests.Integration.Storage;

/// <summary>How often the app is stopped: few times in the suite, as often as <c>tests/durability</c> is told to by hand.</summary>
internal static class StorageRounds
{
    public static readonly int Count = int.Parse(Environment.GetEnvironmentVariable("STORAGE_ROUNDS") ?? "2");

    public static void Report(string figures) => TestContext.Current.TestOutputHelper?.WriteLine(figures);
}

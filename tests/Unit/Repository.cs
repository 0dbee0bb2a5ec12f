using System.Reflection;

namespace ServerlessDrives.Tests.Unit;

/// <summary>The repository that these tests were built from.</summary>
internal static class Repository
{
    public static string Folder { get; } =
        Path.GetFullPath(
            typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(known => known.Key == "Repository").Value!);
}

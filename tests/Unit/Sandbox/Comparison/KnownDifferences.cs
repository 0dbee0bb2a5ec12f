using System.Text.Json.Nodes;

namespace ServerlessDrives.Tests.Unit.Sandbox.Comparison;

/// <summary>Where the independent evaluator and AWS's documentation differ, each with the page that decides.</summary>
internal static class KnownDifferences
{
    /// <summary>What explains a difference in this case; null when nothing does.</summary>
    public static string? Explanation(JsonObject one) => null;
}

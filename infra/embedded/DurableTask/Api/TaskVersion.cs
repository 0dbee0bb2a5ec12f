namespace Microsoft.DurableTask
{
    /// <summary>The version of an orchestrator or activity: free text, compared without regard to case.</summary>
    public readonly struct TaskVersion : IEquatable<TaskVersion>
    {
        public static readonly TaskVersion Unversioned;

        private readonly string? _version;

        public TaskVersion(string? version) => _version = version;

        public string Version => _version ?? string.Empty;

        public static implicit operator TaskVersion(string? value) => new(value);

        public static implicit operator string(TaskVersion value) => value.Version;

        public static bool operator ==(TaskVersion a, TaskVersion b) => a.Equals(b);

        public static bool operator !=(TaskVersion a, TaskVersion b) => !a.Equals(b);

        public bool Equals(TaskVersion other) => string.Equals(Version, other.Version, StringComparison.OrdinalIgnoreCase);

        public override bool Equals(object? obj) => obj is TaskVersion other && Equals(other);

        public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(Version);
    }
}

namespace Microsoft.DurableTask.Abstractions
{
    /// <summary>Orders versions: by number where both are numbers (<c>1.2.3</c>), by text otherwise; none comes before any.</summary>
    public static class TaskOrchestrationVersioningUtils
    {
        public static int CompareVersions(string sourceVersion, string otherVersion)
        {
            if (string.IsNullOrWhiteSpace(sourceVersion) || string.IsNullOrWhiteSpace(otherVersion))
                return string.IsNullOrWhiteSpace(sourceVersion).CompareTo(string.IsNullOrWhiteSpace(otherVersion)) * -1;
            return Version.TryParse(sourceVersion, out var source) && Version.TryParse(otherVersion, out var other)
                ? source.CompareTo(other)
                : string.Compare(sourceVersion, otherVersion, StringComparison.OrdinalIgnoreCase);
        }
    }
}

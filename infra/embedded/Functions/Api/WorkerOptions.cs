namespace Microsoft.Azure.Functions.Worker;

/// <summary>What the worker tells its host about itself. Here both are one process, so nobody has to be told.</summary>
public class WorkerOptions
{
    public WorkerOptions()
    {
    }

    /// <summary>By name; the official host reads them once, when the worker starts.</summary>
    public IDictionary<string, string> Capabilities { get; } = new Dictionary<string, string>(StringComparer.Ordinal);
}

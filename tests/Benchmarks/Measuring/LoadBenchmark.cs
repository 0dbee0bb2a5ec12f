namespace ServerlessDrives.Tests.Benchmarks.Measuring;

/// <summary>A load on the whole app or a large part of it, whose figures are written to <c>results/&lt;name&gt;.md</c>.</summary>
public abstract class LoadBenchmark
{
    /// <summary>The name on the command line and of the file of results.</summary>
    public abstract string Name { get; }

    /// <summary>What is measured and against what, in a sentence or two for the top of the page.</summary>
    public abstract string Subject { get; }

    /// <summary>Runs all of it and writes its figures down.</summary>
    /// <param name="results">Takes the figures.</param>
    /// <param name="quick">A run that shows that it works, whose figures mean nothing.</param>
    public abstract Task RunAsync(Results results, bool quick);
}

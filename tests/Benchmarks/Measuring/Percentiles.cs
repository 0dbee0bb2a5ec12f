namespace ServerlessDrives.Tests.Benchmarks.Measuring;

/// <summary>What a list of durations says.</summary>
public sealed class Percentiles
{
    private readonly double[] _milliseconds;

    public Percentiles(IEnumerable<TimeSpan> durations) =>
        _milliseconds = [.. durations.Select(duration => duration.TotalMilliseconds).Order()];

    /// <summary>The middle one of some figures, of whatever unit.</summary>
    public static double Median(IEnumerable<double> figures)
    {
        var sorted = figures.Order().ToList();
        return sorted[sorted.Count / 2];
    }

    /// <param name="percent">0 to 100; 50 is the median.</param>
    /// <returns>Milliseconds, by the nearest rank.</returns>
    public double At(double percent) =>
        _milliseconds[Math.Clamp((int)Math.Ceiling(percent / 100 * _milliseconds.Length) - 1, 0, _milliseconds.Length - 1)];
}

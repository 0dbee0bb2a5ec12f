
namespace ServerlessDrives.Common;

/// <summary>Reads a form field by field and keeps every problem, so that a person hears of all wrong fields at once.</summary>
/// <param name="prefix">What field names begin with, such as <c>configuration.</c> for a form within a form.</param>
public sealed class FormReader(string prefix = "")
{
    private readonly Dictionary<string, List<string>> _problems = [];

    public bool IsValid => _problems.Count == 0;

    public Refusal Refusal =>
        Refusal.Invalid(_problems.ToDictionary(problem => problem.Key, problem => (IReadOnlyList<string>)problem.Value));

    /// <summary>The field's value, or null with the problem noted.</summary>
    public T? Read<T>(string field, Result<T, ParseError> parsed)
        where T : class
        => parsed.TryGet(out var value, out var problem) ? value : Refuse<T>(field, problem.Message);

    /// <summary>Notes a problem.</summary>
    /// <returns>Always null, in place of the value.</returns>
    public T? Refuse<T>(string field, string problem)
    {
        if (!_problems.TryGetValue(prefix + field, out var known))
            _problems[prefix + field] = known = [];
        known.Add(problem);
        return default;
    }
}

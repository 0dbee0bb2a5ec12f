namespace ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

/// <summary>
/// The parameters that each action of a service has an effect by. Others are refused: what is taken and forgotten here would work in a test
/// and fail at AWS.
/// </summary>
internal sealed class HonouredParameters
{
    private readonly Dictionary<string, HashSet<string>> _known;

    /// <param name="table">A line for each action: its name, a colon, and its parameters.</param>
    public HonouredParameters(string table) =>
        _known = table
            .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(':'))
            .ToDictionary(
                line => line[0],
                line => line[1].Split(' ', StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal),
                StringComparer.Ordinal);

    public bool Has(string action) => _known.ContainsKey(action);

    /// <param name="names">Of a list, with or without its <c>.member.1</c>.</param>
    /// <exception cref="AwsError">A parameter has no effect here.</exception>
    public void Require(string action, IEnumerable<string> names)
    {
        if (!_known.TryGetValue(action, out var honoured)) return;
        if (names.FirstOrDefault(name => !IsCommon(name) && !honoured.Contains(name.Split('.')[0])) is { } unknown)
            throw new AwsError(501, "NotImplemented", $"The sandbox has no {unknown} for {action}.");
    }

    private static bool IsCommon(string name) =>
        name is "Action" or "Version" || name.StartsWith("X-Amz-", StringComparison.OrdinalIgnoreCase);
}

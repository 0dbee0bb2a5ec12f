using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace ServerlessDrives.Embedded;

/// <summary>
/// What host.json says of HTTP, where settings named <c>AzureFunctionsJobHost__…</c> count more, as on the official host.
/// </summary>
internal sealed class HostJson
{
    private const string BodySizeLimit = "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT";
    private const string Http = "extensions:http";

    private readonly IConfiguration _file;
    private readonly IConfiguration _settings;

    /// <exception cref="StartRefusedException">A limit is no number.</exception>
    public HostJson(IConfiguration configuration)
    {
        _file = new ConfigurationBuilder().AddJsonFile(Path.Combine(AppContext.BaseDirectory, "host.json"), optional: true).Build();
        _settings = configuration.GetSection("AzureFunctionsJobHost");
        RoutePrefix = Find($"{Http}:routePrefix").Value ?? "api";
        MaxConcurrentRequests = LimitAt($"{Http}:maxConcurrentRequests");
        MaxOutstandingRequests = LimitAt($"{Http}:maxOutstandingRequests");
        // The official host takes what is no number for none.
        LargestBody = long.TryParse(configuration[BodySizeLimit], NumberStyles.None, CultureInfo.InvariantCulture, out var limit)
            ? limit
            : null;
    }

    public string RoutePrefix { get; }

    /// <summary>How many requests of functions run at once; null for any number.</summary>
    public int? MaxConcurrentRequests { get; }

    /// <summary>How many run or wait for their turn at once; more are answered an empty 429. Null for any number.</summary>
    public int? MaxOutstandingRequests { get; }

    /// <summary>Bytes of the largest body that is taken; more is answered an empty 500. Null for any number.</summary>
    public long? LargestBody { get; }

    /// <summary>-1 and nothing at all mean any number.</summary>
    private int? LimitAt(string key)
    {
        var (value, name) = Find(key);
        return value is null or "-1" ? null
            : int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit > 0 ? limit
            : throw new StartRefusedException($"{name} is '{value}'; a number above 0, or -1 for any, was expected.");
    }

    private (string? Value, string Name) Find(string key) =>
        _settings[key] is { Length: > 0 } set ? (set, $"AzureFunctionsJobHost:{key}") : (_file[key], $"In host.json, {key}");
}

namespace ServerlessDrives.Health;

/// <summary>Settings under <c>ServerlessDrives:Health</c>.</summary>
public sealed class HealthOptions
{
    /// <summary>How often each drive is looked at; between a second and a day, 5 minutes by default.</summary>
    public TimeSpan Every { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How many drives one lane of a sweep looks at at a time; there are 2 lanes.</summary>
    public int AtOnce { get; set; } = 64;
}

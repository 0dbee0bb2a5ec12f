namespace ServerlessDrives.Http.Waiting;

/// <summary>Settings under <c>ServerlessDrives:LongPolls</c>.</summary>
public sealed class LongPollOptions
{
    /// <summary>How many reads of one person wait at once in a process; 100 by default.</summary>
    public int MostOfAPerson { get; set; } = 100;

    /// <summary>
    /// How many reads of everybody wait at once in a process; 500 by default. Each looks at its resource four times a second.
    /// </summary>
    public int MostOfAnInstance { get; set; } = 500;
}
